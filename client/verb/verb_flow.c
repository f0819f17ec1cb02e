/* SPDX-License-Identifier: MIT */
#include "client/verb/verb_flow.h"

#include "client/flow/flow.h"
#include "client/tool/report.h"

#include <string.h>

enum { FLOWS_MOST = 500 }; /* as -P in flags.def has it */

/* A source that is a sink, too, would be fed with its own messages for ever. */
static int
check_round(struct tool *tool, int sources)
{
	const struct command *command = tool->command;

	for (int i = 0; i < sources; i++)
		for (int k = sources; k < command->count; k++)
			if (strcmp(command->args[i], command->args[k]) == 0)
				return report_use(
				    command,
				    "\"%.60s\" would be given its own messages "
				    "for ever: name another channel",
				    command->args[i]);
	return 0;
}

/* The first `sources` channels, each as often as -P says, to all others. */
static int
run(struct tool *tool, int sources, bool drains)
{
	const struct command *command = tool->command;
	const char *names[FLOWS_MOST];
	size_t each = 1;
	size_t count = 0;
	int status = check_round(tool, sources);

	if (status != 0)
		return status;
	if ((command->options.given & FLAG_BIT(parallel)) != 0)
		each = (size_t)command->options.parallel;
	while (each-- > 0)
		for (int i = 0; i < sources && count < FLOWS_MOST; i++)
			names[count++] = command->args[i];
	return flow_run(tool, names, count, command->args + sources,
			(size_t)(command->count - sources), drains);
}

int
verb_serve(struct tool *tool)
{
	return run(tool, 1, true);
}

int
verb_pipe(struct tool *tool)
{
	return run(tool, 1, false);
}

int
verb_tee(struct tool *tool)
{
	return run(tool, 1, false);
}

int
verb_merge(struct tool *tool)
{
	return run(tool, tool->command->count - 1, false);
}
