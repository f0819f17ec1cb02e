/* SPDX-License-Identifier: MIT */
/*
 * flow_command.c - a flow's command: what it gets, and what its end means.
 */
#include "client/flow/flow_step.h"

#include "client/base/text.h"
#include "client/tool/message.h"
#include "client/tool/report.h"

#include "proto/limits.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
refuse_failed(struct flow *flow)
{
	const struct child *child = &flow->child;
	int status = child_exit_status(child);
	char type[40];
	char *message = text_escaped(child->line, child->line_size);

	if (status > 128)
		snprintf(type, sizeof type, "signal %d", status - 128);
	else
		snprintf(type, sizeof type, "exit %d", status);
	flow_refuse(flow, type,
		    message != NULL && message[0] != '\0' ? message
							  : "it said nothing");
	free(message);
}

static void
finish_child(struct flow *flow)
{
	struct child *child = &flow->child;
	uint64_t attempt = chand_call_attempt(flow->received);
	int status = child_exit_status(child);
	struct chand_value output = chand_bytes(
	    child->output_size > 0 ? child->output : "", child->output_size);

	report_note(flow->crew->tool->command,
		    "attempt %" PRIu64 ": status %d, %zu bytes", attempt,
		    status, child->output_size);
	if (status == FLOW_GIVE_BACK && flow_is_last(flow, attempt))
		flow_give_up(flow);
	else if (status == FLOW_GIVE_BACK)
		flow_give_back(flow);
	else if (status != 0)
		refuse_failed(flow);
	else if (child->is_too_long)
		flow_refuse(flow, "output",
			    "it wrote more than a value may have");
	else if (flow->crew->sink_count > 0)
		flow_send(flow, output);
	else
		flow_acknowledge(flow, output);
}

static void
child_ended(struct child *child)
{
	finish_child(child->context);
	child_fini(child);
}

/* What it gets: a text as it is, anything else in JSON. */
static int
start_child(struct flow *flow)
{
	struct tool *tool = flow->crew->tool;
	struct message message = { .value = chand_call_value(flow->received) };
	struct message_format format = { .style = MESSAGE_TEXT,
					 .end = "",
					 .ends_json = true };
	const char *peer = chand_call_peer(flow->received);
	char attempt[24];
	struct child_order order = {
		.program = tool->command->program,
		.environment = { "CHAN_CHANNEL", flow->source, "CHAN_ATTEMPT",
				 attempt, "CHAN_PEER", peer != NULL ? peer : "",
				 "CHAND_URL", chand_url(tool->client) },
		.mask = &tool->signals.former,
		.is_loud = !tool->command->options.quiet,
		.output_limit = LIMIT_MESSAGE,
	};
	int r =
	    message_print(&message, &format, &flow->input, &order.input_size);

	if (r < 0)
		return r;
	order.input = flow->input;
	snprintf(attempt, sizeof attempt, "%" PRIu64,
		 chand_call_attempt(flow->received));
	return child_start(&flow->child, &tool->loop, &order, child_ended,
			   flow);
}

/* A command that cannot be run is no fault of the message's. */
void
flow_run_command(struct flow *flow)
{
	struct tool *tool = flow->crew->tool;
	int r = start_child(flow);

	if (r == 0) {
		flow->state = FLOW_RUNNING;
		return;
	}
	child_fini(&flow->child);
	report(tool->command, "cannot run %s: %s; the message was given back",
	       tool->command->program[0], strerror(-r));
	flow_stop(flow->crew, child_refusal_status(r));
	flow_give_back(flow);
}
