/* SPDX-License-Identifier: MIT */
/*
 * verb_barrier.c - N parties meet, and go on together.
 *
 * Each first waits to receive, and then tries to give to N at once, with an
 * atomic: that happens only if N wait. Whoever comes last finds all the others
 * waiting, and itself. Who dies while it waits does not wait any more, and is
 * not counted.
 */
#include "client/verb/verb_meet.h"

#include "client/base/params.h"
#include "client/tool/report.h"
#include "client/tool/tool.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PARTIES_MOST = 65536 };

struct barrier {
	struct tool *tool;
	char channel[300];
	int64_t parties;
};

static int
read_arguments(struct barrier *barrier)
{
	const struct command *command = barrier->tool->command;
	const char *text = command->args[1];
	char *end;

	errno = 0;
	barrier->parties = strtoll(text, &end, 10);
	if (strspn(text, "0123456789") != strlen(text) || end == text ||
	    barrier->parties < 1 || barrier->parties > PARTIES_MOST)
		return report_use(command,
				  "N is a number of parties from 1 to %d, not "
				  "\"%.40s\"",
				  PARTIES_MOST, text);
	snprintf(barrier->channel, sizeof barrier->channel, "barrier:%s",
		 command->args[0]);
	return 0;
}

/* To as many who wait, or to none. */
static struct chand_call *
start_release(const struct barrier *barrier, int64_t count)
{
	struct params params;

	params_init(&params, 1);
	params_array(&params, 1);
	params_array(&params, 2);
	params_string(&params, "send_sequence");
	params_array(&params, 2);
	params_string(&params, barrier->channel);
	params_array(&params, (size_t)count);
	for (int64_t i = 1; i <= count; i++)
		params_integer(&params, i);
	return params_start(&params, barrier->tool->client, "atomic");
}

/* The others must be there already. */
static int
meet_now(const struct barrier *barrier)
{
	return barrier->parties == 1
		   ? 0
		   : tool_do(barrier->tool,
			     start_release(barrier, barrier->parties - 1));
}

/* That not all are there is no failure. */
static bool
has_failed(const struct chand_call *release)
{
	enum chand_code code = chand_call_code(release);

	return code != CHAND_OK && code != CHAND_WOULDBLOCK;
}

static int
meet(const struct barrier *barrier)
{
	struct tool *tool = barrier->tool;
	struct chand_call *turn = chand_start_recv(
	    tool->client, barrier->channel, CHAND_PLAIN, tool->timeout);
	struct chand_call *release = start_release(barrier, barrier->parties);
	int status;

	tool_settle(tool, release);
	if (has_failed(release) && chand_call_code(turn) == CHAND_PENDING)
		chand_cancel(turn);
	tool_finish(tool, turn);
	if (chand_call_code(turn) != CHAND_OK && has_failed(release) &&
	    tool_signal(tool) == 0)
		status = tool_judge(tool, "", release);
	else
		status = tool_judge(tool, "", turn);
	chand_call_free(turn);
	chand_call_free(release);
	return status;
}

int
verb_barrier(struct tool *tool)
{
	struct barrier barrier = { .tool = tool };
	int status = read_arguments(&barrier);

	if (status == 0)
		status =
		    tool->timeout == 0 ? meet_now(&barrier) : meet(&barrier);
	if (status == 0)
		report_note(tool->command, "%" PRId64 " have met",
			    barrier.parties);
	return status;
}
