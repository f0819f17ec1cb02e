/* SPDX-License-Identifier: MIT */
#include "client/flow/flow_step.h"

#include "client/base/raised.h"
#include "client/tool/report.h"

static struct chand *
client_of(const struct flow *flow)
{
	return flow->crew->tool->client;
}

void
flow_begin(struct flow *flow)
{
	struct crew *crew = flow->crew;

	chand_call_free(flow->received);
	flow->received = NULL;
	if (crew->is_stopping || crew->left == 0) {
		flow_end(flow);
		return;
	}
	crew->left -= crew->left > 0;
	flow->received = chand_start_recv(client_of(flow), flow->source,
					  CHAND_ACK | CHAND_NEXT | CHAND_PEER,
					  crew->tool->timeout);
	flow_expect(flow, flow->received, FLOW_RECEIVING);
}

/* ---- sending ---- */

void
flow_cancel_sends(struct flow *flow)
{
	for (size_t i = 0; i < flow->crew->sink_count; i++)
		if (chand_call_code(flow->sends[i]) == CHAND_PENDING)
			chand_cancel(flow->sends[i]);
}

/* The call that says most of what became of all sends: the first failure. */
static struct chand_call *
worst(const struct flow *flow)
{
	struct chand_call *found = flow->sends[0];

	for (size_t i = 1; i < flow->crew->sink_count; i++)
		if (chand_call_code(found) == CHAND_OK ||
		    (chand_call_code(found) == CHAND_KILLED &&
		     chand_call_code(flow->sends[i]) != CHAND_OK))
			found = flow->sends[i];
	return chand_call_code(found) != CHAND_OK ? found : flow->sends[0];
}

static void
free_sends(struct flow *flow)
{
	for (size_t i = 0; i < flow->crew->sink_count; i++) {
		chand_call_free(flow->sends[i]);
		flow->sends[i] = NULL;
	}
}

/* What a sink refused is refused; what it could not take is given back. */
static void
sent(struct flow *flow)
{
	struct chand_call *call = worst(flow);
	enum chand_code code = chand_call_code(call);
	struct crew *crew = flow->crew;
	struct raised raised;

	if (code == CHAND_OK) {
		flow_acknowledge(flow, chand_call_value(call));
	} else if (code == CHAND_RAISED) {
		raised_read(call, &raised);
		flow_refuse(flow, raised.type, raised.message);
		raised_fini(&raised);
	} else {
		flow_stop(crew, flow_judge(flow, call));
		flow_give_back(flow);
	}
	free_sends(flow);
}

void
flow_send(struct flow *flow, struct chand_value value)
{
	struct crew *crew = flow->crew;

	flow->pending = crew->sink_count;
	for (size_t i = 0; i < crew->sink_count; i++) {
		flow->sends[i] = chand_start_send(
		    client_of(flow), crew->sinks[i], value, CHAND_FOREVER);
		if (!flow_expect(flow, flow->sends[i], FLOW_SENDING))
			return;
	}
	if (crew->is_stopping)
		flow_cancel_sends(flow);
}

static void
took(struct flow *flow, const struct chand_call *call)
{
	if (chand_call_code(call) != CHAND_OK)
		flow_cancel_sends(flow);
	if (--flow->pending == 0)
		sent(flow);
}

/* ---- receiving ---- */

/* An exception is nobody's to acknowledge: it only goes on to the sinks. */
static void
pass_on(struct flow *flow)
{
	struct crew *crew = flow->crew;
	struct raised raised;

	if (crew->sink_count == 0) {
		tool_judge(crew->tool, "", flow->received);
		flow_begin(flow);
		return;
	}
	raised_read(flow->received, &raised);
	flow->pending = crew->sink_count;
	for (size_t i = 0; i < crew->sink_count; i++) {
		flow->sends[i] = chand_start_send_exception(
		    client_of(flow), crew->sinks[i], raised.type,
		    raised.message, CHAND_FOREVER);
		if (!flow_expect(flow, flow->sends[i], FLOW_SENDING))
			break;
	}
	raised_fini(&raised);
}

static void
take(struct flow *flow)
{
	uint64_t attempt = chand_call_attempt(flow->received);

	if (flow->crew->is_stopping)
		flow_give_back(flow);
	else if (attempt > 1 && flow_is_last(flow, attempt - 1))
		flow_give_up(flow);
	else if (flow->crew->tool->command->program != NULL)
		flow_run_command(flow);
	else
		flow_send(flow, chand_call_value(flow->received));
}

static void
received(struct flow *flow)
{
	struct crew *crew = flow->crew;
	enum chand_code code = chand_call_code(flow->received);

	if (code == CHAND_OK)
		take(flow);
	else if (code == CHAND_RAISED)
		pass_on(flow);
	else if (code == CHAND_STOP || crew->is_stopping)
		flow_end(flow);
	else
		flow_fail(flow, flow_judge(flow, flow->received));
}

void
flow_answered(struct flow *flow, struct chand_call *call)
{
	if (flow == NULL || flow->state == FLOW_ENDED)
		return;
	if (call == flow->received)
		received(flow);
	else if (call == flow->settling)
		flow_settled(flow);
	else
		took(flow, call);
}
