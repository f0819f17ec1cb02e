/* SPDX-License-Identifier: MIT */
#include "client/verb/verb_admin.h"

#include "client/tool/query.h"
#include "client/tool/report.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

int
verb_ps(struct tool *tool)
{
	struct params params;

	/* One task is enough, and all that shows of us. */
	chand_set_concurrent(tool->client, false);
	query_begin(&params, tool->command, 0);
	return query_do(tool, &params, "task.list", print_tasks);
}

int
verb_stats(struct tool *tool)
{
	struct params params;

	query_begin(&params, tool->command, 0);
	return query_do(tool, &params, "server.stats", print_info);
}

/* Before any task is killed, all that was said must make sense. */
static int
parse_id(const char *text, int64_t *id)
{
	char *end;

	errno = 0;
	*id = strtoll(text, &end, 10);
	return errno == 0 && *end == '\0' && *id >= 0 &&
		       text[strspn(text, "0123456789")] == '\0' &&
		       text[0] != '\0'
		   ? 0
		   : -EINVAL;
}

static int
ask(struct tool *tool, const char *method, struct params *params,
    struct query *query)
{
	return query_take(tool, params_start(params, tool->client, method),
			  query);
}

static int
kill_one(struct tool *tool, int64_t id)
{
	struct params params;
	struct query query;
	int status;

	params_init(&params, 1);
	params_integer(&params, id);
	status = ask(tool, "task.kill", &params, &query);
	if (status != 0)
		return status;
	if (query.result.type != MSGPACK_OBJECT_BOOLEAN)
		status = query_report(tool, -EPROTO);
	else if (!query.result.via.boolean) {
		report(tool->command, "task %" PRId64 " has ended already", id);
		status = STATUS_OTHER;
	}
	query_free(&query);
	return status;
}

/* One that is not there keeps none of the others alive. */
int
verb_kill(struct tool *tool)
{
	const struct command *command = tool->command;
	int64_t ids[VERB_ARGS_MAX];
	int status = 0;

	for (int i = 0; i < command->count; i++)
		if (parse_id(command->args[i], &ids[i]) < 0)
			return report_use(command,
					  "\"%.40s\" is no task's number; "
					  "chanctl ps lists them",
					  command->args[i]);
	for (int i = 0; i < command->count && tool_signal(tool) == 0; i++) {
		int r = kill_one(tool, ids[i]);

		status = status == 0 ? r : status;
	}
	return status;
}

static int
clear_one(struct tool *tool, const char *channel)
{
	struct params params;
	struct query query;
	int status;

	params_init(&params, 1);
	params_string(&params, channel);
	status = ask(tool, "channel.clear", &params, &query);
	if (status != 0)
		return status;
	status = query_write(tool, &query, print_number);
	query_free(&query);
	return status;
}

int
verb_clear(struct tool *tool)
{
	const struct command *command = tool->command;
	int status = 0;

	for (int i = 0; i < command->count && tool_signal(tool) == 0; i++) {
		int r = clear_one(tool, command->args[i]);

		status = status == 0 ? r : status;
	}
	return status;
}
