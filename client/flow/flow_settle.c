/* SPDX-License-Identifier: MIT */
/*
 * flow_settle.c - what is said to the sender of a flow's message.
 */
#include "client/flow/flow_step.h"

#include "client/base/clock.h"
#include "client/tool/report.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* How long to let be what was given back: twice as long each time. */
#define REST_FIRST (100 * CLOCK_MS)
#define REST_MOST (30 * CLOCK_SECOND)

static struct chand *
client_of(const struct flow *flow)
{
	return flow->crew->tool->client;
}

static void
settle(struct flow *flow, struct chand_call *call)
{
	flow->settling = call;
	flow_expect(flow, call, FLOW_SETTLING);
}

/*
 * Whether there is something to settle, and somebody to say it to: a lost
 * connection has given back what it held, and an exception is nobody's.
 */
static bool
can_settle(struct flow *flow)
{
	struct crew *crew = flow->crew;

	if (!chand_is_connected(crew->tool->client)) {
		flow_lost(flow);
		return false;
	}
	if (chand_call_delivery(flow->received) != NULL)
		return true;
	crew->done++;
	flow_begin(flow);
	return false;
}

void
flow_acknowledge(struct flow *flow, struct chand_value reply)
{
	flow->is_given_back = false;
	if (can_settle(flow))
		settle(flow, chand_start_ack(
				 client_of(flow),
				 chand_call_delivery(flow->received), reply));
}

void
flow_refuse(struct flow *flow, const char *type, const char *message)
{
	flow->is_given_back = false;
	if (can_settle(flow))
		settle(flow,
		       chand_start_fail(client_of(flow),
					chand_call_delivery(flow->received),
					type, message));
}

void
flow_give_back(struct flow *flow)
{
	flow->is_given_back = true;
	if (can_settle(flow))
		settle(flow,
		       chand_start_nack(client_of(flow),
					chand_call_delivery(flow->received)));
}

/* Only the first reason to end is said. */
void
flow_lost(struct flow *flow)
{
	struct tool *tool = flow->crew->tool;

	if (!flow->crew->is_stopping)
		report(tool->command, "UNKNOWN: %s: %s",
		       chand_text(tool->client), tool->command->verb->lost);
	flow_fail(flow, STATUS_UNKNOWN);
}

static void
rested(struct loop_timer *timer)
{
	flow_begin(timer->context);
}

/* Else a command that gives everything back would do nothing but run. */
static void
rest(struct flow *flow)
{
	struct crew *crew = flow->crew;
	uint64_t attempt = chand_call_attempt(flow->received);
	int64_t span = REST_FIRST;

	while (attempt-- > 1 && span < REST_MOST)
		span *= 2;
	if (span > REST_MOST)
		span = REST_MOST;
	if (crew->left >= 0)
		crew->left++;
	if (crew->is_stopping) {
		flow_end(flow);
		return;
	}
	flow->state = FLOW_RESTING;
	flow->rest = (struct loop_timer){ .expired = rested, .context = flow };
	loop_set(&crew->tool->loop, &flow->rest, clock_after(span));
}

/* GONE and STALE: the sender has left, and was told that it may be done. */
void
flow_settled(struct flow *flow)
{
	struct chand_call *call = flow->settling;
	enum chand_code code = chand_call_code(call);
	int status = flow_judge(flow, call);
	bool given_back = flow->is_given_back;

	chand_call_free(call);
	flow->settling = NULL;
	free(flow->input);
	flow->input = NULL;
	if (code != CHAND_OK && code != CHAND_GONE && code != CHAND_STALE) {
		flow_fail(flow, status);
		return;
	}
	if (given_back && code == CHAND_OK) {
		rest(flow);
		return;
	}
	flow->crew->done++;
	flow_begin(flow);
}

bool
flow_is_last(const struct flow *flow, uint64_t attempt)
{
	const struct options *options = &flow->crew->tool->command->options;

	return (options->given & FLAG_BIT(max_attempts)) != 0 &&
	       attempt >= (uint64_t)options->max_attempts;
}

void
flow_give_up(struct flow *flow)
{
	char message[80];

	snprintf(message, sizeof message, "given up after %" PRIu64 " attempts",
		 chand_call_attempt(flow->received));
	flow_refuse(flow, "attempts", message);
}
