/* SPDX-License-Identifier: MIT */
#include "client/flow/flow.h"

#include "client/flow/flow_step.h"
#include "client/tool/report.h"

#include <inttypes.h>
#include <stdlib.h>

/* ---- ending ---- */

void
flow_end(struct flow *flow)
{
	if (flow->state == FLOW_ENDED)
		return;
	flow->state = FLOW_ENDED;
	flow->crew->working--;
	chand_call_free(flow->received);
	flow->received = NULL;
}

/* What only waits need not; what runs, or is being settled, comes to an end. */
static void
stop_flow(struct flow *flow)
{
	struct loop *loop = &flow->crew->tool->loop;

	switch (flow->state) {
	case FLOW_RECEIVING:
		chand_cancel(flow->received);
		break;
	case FLOW_SENDING:
		flow_cancel_sends(flow);
		break;
	case FLOW_RESTING:
		loop_unset(loop, &flow->rest);
		flow_end(flow);
		break;
	case FLOW_RUNNING:
	case FLOW_SETTLING:
	case FLOW_ENDED:
		break;
	}
}

void
flow_stop(struct crew *crew, int status)
{
	if (crew->status == 0)
		crew->status = status;
	if (crew->is_stopping)
		return;
	crew->is_stopping = true;
	for (size_t i = 0; i < crew->count; i++)
		stop_flow(&crew->flows[i]);
}

void
flow_fail(struct flow *flow, int status)
{
	struct crew *crew = flow->crew;

	flow_end(flow);
	flow_stop(crew, status);
}

int
flow_judge(const struct flow *flow, const struct chand_call *call)
{
	struct tool *tool = flow->crew->tool;

	return flow->crew->is_stopping ? tool_status(tool, call)
				       : tool_judge(tool, "", call);
}

bool
flow_expect(struct flow *flow, struct chand_call *call, enum flow_state state)
{
	if (call == NULL) {
		flow_fail(flow, report_memory(flow->crew->tool->command));
		return false;
	}
	chand_call_set_context(call, flow);
	flow->state = state;
	return true;
}

/* ---- going on ---- */

/* Also those that were ended meanwhile: no descriptor tells of them. */
static void
dispatch(struct crew *crew)
{
	struct chand_call *call;

	while ((call = chand_done(crew->tool->client)) != NULL)
		flow_answered(chand_call_context(call), call);
}

/*
 * Without a connection nothing that runs can be settled any more: its message
 * is back in its channel, or the daemon is gone.
 */
static void
look_after(struct crew *crew, bool drains)
{
	int number = tool_signal(crew->tool);

	if (number != 0 && !crew->is_stopping) {
		if (!drains)
			report(crew->tool->command, "withdrawn");
		flow_stop(crew, drains ? 0 : STATUS_SIGNAL + number);
	}
	for (size_t i = 0; i < crew->count; i++) {
		struct flow *flow = &crew->flows[i];

		if (flow->state == FLOW_RUNNING &&
		    !chand_is_connected(crew->tool->client)) {
			child_fini(&flow->child);
			flow_lost(flow);
		}
	}
}

static int
prepare(struct crew *crew, const char *const *sources)
{
	const struct options *options = &crew->tool->command->options;

	crew->left =
	    (options->given & FLAG_BIT(count)) != 0 ? options->count : -1;
	crew->flows = calloc(crew->count, sizeof *crew->flows);
	if (crew->flows == NULL)
		return -1;
	for (size_t i = 0; i < crew->count; i++) {
		struct flow *flow = &crew->flows[i];

		flow->crew = crew;
		flow->source = sources[i];
		flow->sends = calloc(crew->sink_count + 1, sizeof *flow->sends);
		if (flow->sends == NULL)
			return -1;
	}
	return 0;
}

static void
clear(struct crew *crew)
{
	for (size_t i = 0; crew->flows != NULL && i < crew->count; i++) {
		struct flow *flow = &crew->flows[i];

		loop_unset(&crew->tool->loop, &flow->rest);
		child_fini(&flow->child);
		free(flow->sends);
		free(flow->input);
	}
	free(crew->flows);
}

int
flow_run(struct tool *tool, const char *const *sources, size_t count,
	 const char *const *sinks, size_t sink_count, bool drains)
{
	struct crew crew = { .tool = tool,
			     .count = count,
			     .sinks = sinks,
			     .sink_count = sink_count };

	if (prepare(&crew, sources) < 0) {
		clear(&crew);
		return report_memory(tool->command);
	}
	crew.working = count;
	for (size_t i = 0; i < count; i++)
		flow_begin(&crew.flows[i]);
	while (crew.working > 0) {
		look_after(&crew, drains);
		dispatch(&crew);
		if (crew.working > 0)
			loop_turn(&tool->loop);
	}
	clear(&crew);
	report_note(tool->command, "%" PRId64 " done", crew.done);
	return crew.status;
}
