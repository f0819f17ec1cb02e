/* SPDX-License-Identifier: MIT */
/*
 * Events say when to look again; what no event tells of, as a close or a
 * timeout, is seen soon, too. A daemon with no room for one more watcher is
 * only looked at so.
 */
#include "client/verb/verb_admin.h"

#include "client/base/clock.h"
#include "client/tool/query.h"
#include "client/tool/report.h"
#include "client/value/field.h"

/* How long it may take until we see what no event tells of. */
#define LOOK_AGAIN (100 * CLOCK_MS)

static struct chand_call *
start(struct tool *tool, const char *method)
{
	struct params params;

	params_init(&params, 1);
	params_string(&params, tool->command->args[0]);
	return params_start(&params, tool->client, method);
}

/* NULL: there is no such channel, of which nobody can be waiting. */
static bool
is_met(const struct options *options, const msgpack_object *info)
{
	int64_t balance = info != NULL ? field_integer(info, "balance", 0) : 0;
	int64_t held = info != NULL ? field_integer(info, "held", 0) : 0;
	uint64_t given = options->given;

	if ((given & FLAG_BIT(senders)) != 0 && balance < options->senders)
		return false;
	if ((given & FLAG_BIT(receivers)) != 0 && -balance < options->receivers)
		return false;
	if (options->closed && (info == NULL || !field_is_set(info, "closing")))
		return false;
	if (options->idle)
		return balance == 0 && held == 0;
	return info != NULL;
}

/* 0: it is as it should be; STATUS_NOBODY: not yet; else what went wrong. */
static int
look(struct tool *tool)
{
	struct chand_call *call = start(tool, "channel.info");
	struct query query;
	int status;

	tool_hurry(call);
	if (tool_finish(tool, call) == CHAND_NOCHANNEL) {
		chand_call_free(call);
		return is_met(&tool->command->options, NULL) ? 0
							     : STATUS_NOBODY;
	}
	status = query_take(tool, call, &query);
	if (status != 0)
		return status;
	if (!is_met(&tool->command->options, &query.result))
		status = STATUS_NOBODY;
	query_free(&query);
	return status;
}

static void
note(struct loop_timer *timer)
{
	*(bool *)timer->context = true;
}

/* Wait until there is a reason to look again, or the deadline has come. */
static void
rest(struct tool *tool, int64_t deadline)
{
	bool is_over = false;
	struct loop_timer timer = { .expired = note, .context = &is_over };
	int64_t again = clock_now() + LOOK_AGAIN;

	loop_set(&tool->loop, &timer, again < deadline ? again : deadline);
	while (!is_over && tool_signal(tool) == 0 &&
	       chand_is_connected(tool->client) &&
	       chand_event(tool->client).kind == CHAND_NIL)
		loop_turn(&tool->loop);
	loop_unset(&tool->loop, &timer);
	while (chand_event(tool->client).kind != CHAND_NIL)
		continue; /* one look answers all of them */
}

static int
wait_for_it(struct tool *tool, int64_t deadline)
{
	struct chand_call *watching = start(tool, "channel.watch");
	int status;

	while ((status = look(tool)) == STATUS_NOBODY &&
	       clock_now() < deadline && tool_signal(tool) == 0)
		rest(tool, deadline);
	chand_call_free(watching);
	return status;
}

int
verb_wait(struct tool *tool)
{
	const struct command *command = tool->command;
	int64_t deadline = clock_after(tool->timeout == CHAND_FOREVER
					   ? INT64_MAX
					   : tool->timeout * CLOCK_MS);
	int status;

	if (tool->timeout == 0)
		status = look(tool);
	else
		status = wait_for_it(tool, deadline);
	if (status != STATUS_NOBODY)
		return status;
	if (tool_signal(tool) != 0)
		return tool_withdrawn(tool);
	if (tool->timeout == 0) {
		report(command, "it is not so now");
		return STATUS_NOBODY;
	}
	report(command, "the time ran out, and it is not so");
	return STATUS_TIMEOUT;
}
