/* SPDX-License-Identifier: MIT */
#include "client/verb_channel.h"

#include "client/clock.h"
#include "client/message.h"
#include "client/output.h"
#include "client/params.h"
#include "client/print.h"
#include "client/report.h"
#include "client/tool.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

typedef int print_fn(FILE *to, const struct answer *answer);

static int
report_output(struct tool *tool, int r)
{
	if (r == -EPROTO)
		report(tool->command,
		       "not a chand at %s: its answer is of another shape",
		       chand_url(tool->client));
	else if (r != -EPIPE)
		report(tool->command, "cannot write the answer: %s",
		       strerror(-r));
	return STATUS_OTHER;
}

static int
write_answer(struct tool *tool, struct answer *answer, print_fn *print)
{
	struct output output;
	FILE *to = output_open(&output, STDOUT_FILENO);
	int written;
	int r;

	if (to == NULL)
		return report_memory(tool->command);
	answer->url = chand_url(tool->client);
	answer->to_terminal = isatty(STDOUT_FILENO) == 1;
	r = print(to, answer);
	written = output_close(&output, to);
	if (written < 0)
		r = written;
	return r == 0 ? 0 : report_output(tool, r);
}

/* Ask, and print the answer. */
static int
ask(struct tool *tool, struct params *params, const char *method,
    print_fn *print)
{
	int64_t start = clock_now();
	struct chand_call *call = params_start(params, tool->client, method);
	msgpack_unpacked unpacked;
	msgpack_object result;
	struct answer answer = { .result = &result };
	int status;

	if (tool->timeout == CHAND_FOREVER)
		tool_hurry(call);
	else if (call != NULL)
		chand_call_set_patience(call, tool->timeout);
	tool_finish(tool, call);
	answer.elapsed = clock_now() - start;
	status = tool_judge(tool, "", call);
	if (status == 0) {
		status = message_unpack(chand_call_value(call), &unpacked,
					&result) == 0
			     ? write_answer(tool, &answer, print)
			     : report_memory(tool->command);
		msgpack_unpacked_destroy(&unpacked);
	}
	chand_call_free(call);
	return status;
}

/* Begin with the arguments that were given, and a map of options behind them.
 */
static void
begin(struct params *params, const struct command *command, size_t options)
{
	params_init(params, (size_t)command->count + (options > 0));
	for (int i = 0; i < command->count; i++)
		params_string(params, command->args[i]);
	if (options > 0)
		params_map(params, options);
}

static size_t
count_given(const struct command *command, uint64_t flags)
{
	return (size_t)__builtin_popcountll(command->options.given & flags);
}

int
verb_open(struct tool *tool)
{
	const struct options *options = &tool->command->options;
	struct params params;

	begin(&params, tool->command,
	      count_given(tool->command, FLAG_BIT(capacity) |
					     FLAG_BIT(preference) |
					     FLAG_BIT(schedule_all)));
	if ((options->given & FLAG_BIT(capacity)) != 0) {
		params_string(&params, "capacity");
		params_integer(&params, options->capacity);
	}
	if ((options->given & FLAG_BIT(preference)) != 0) {
		params_string(&params, "preference");
		params_integer(&params, options->preference);
	}
	if (options->schedule_all) {
		params_string(&params, "schedule_all");
		params_boolean(&params, true);
	}
	return ask(tool, &params, "channel.open", print_nothing);
}

int
verb_close(struct tool *tool)
{
	bool wake = tool->command->options.wake;
	struct params params;

	begin(&params, tool->command, wake);
	if (wake) {
		params_string(&params, "wake");
		params_boolean(&params, true);
	}
	return ask(tool, &params, "channel.close", print_nothing);
}

int
verb_info(struct tool *tool)
{
	struct params params;

	begin(&params, tool->command, 0);
	return ask(tool, &params, "channel.info", print_info);
}

int
verb_ls(struct tool *tool)
{
	struct params params;

	begin(&params, tool->command, 0);
	return ask(tool, &params, "channel.list", print_list);
}

int
verb_ping(struct tool *tool)
{
	struct params params;

	begin(&params, tool->command, 0);
	return ask(tool, &params, "ping", print_ping);
}
