/* SPDX-License-Identifier: MIT */
#include "client/verb/verb_channel.h"

#include "client/tool/query.h"

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

	query_begin(&params, tool->command,
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
	return query_do(tool, &params, "channel.open", print_nothing);
}

int
verb_close(struct tool *tool)
{
	bool wake = tool->command->options.wake;
	struct params params;

	query_begin(&params, tool->command, wake);
	if (wake) {
		params_string(&params, "wake");
		params_boolean(&params, true);
	}
	return query_do(tool, &params, "channel.close", print_nothing);
}

int
verb_info(struct tool *tool)
{
	struct params params;

	query_begin(&params, tool->command, 0);
	return query_do(tool, &params, "channel.info", print_info);
}

int
verb_ls(struct tool *tool)
{
	struct params params;

	query_begin(&params, tool->command, 0);
	return query_do(tool, &params, "channel.list", print_list);
}

int
verb_ping(struct tool *tool)
{
	struct params params;

	query_begin(&params, tool->command, 0);
	return query_do(tool, &params, "ping", print_ping);
}
