/* SPDX-License-Identifier: MIT */
#include "client/tool/query.h"

#include "client/base/clock.h"
#include "client/base/output.h"
#include "client/tool/report.h"
#include "client/value/unpack.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

void
query_begin(struct params *params, const struct command *command,
	    size_t options)
{
	params_init(params, (size_t)command->count + (options > 0));
	for (int i = 0; i < command->count; i++)
		params_string(params, command->args[i]);
	if (options > 0)
		params_map(params, options);
}

int
query_take(struct tool *tool, struct chand_call *call, struct query *query)
{
	int64_t start = clock_now();
	int status;

	if (tool->timeout == CHAND_FOREVER)
		tool_hurry(call);
	else if (call != NULL)
		chand_call_set_patience(call, tool->timeout);
	tool_finish(tool, call);
	query->elapsed = clock_now() - start;
	query->call = call;
	status = tool_judge(tool, "", call);
	if (status != 0) {
		chand_call_free(call);
		return status;
	}
	if (unpack_value(chand_call_value(call), &query->unpacked,
			 &query->result) == 0)
		return 0;
	query_free(query);
	return report_memory(tool->command);
}

void
query_free(struct query *query)
{
	msgpack_unpacked_destroy(&query->unpacked);
	chand_call_free(query->call);
}

int
query_report(struct tool *tool, int r)
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

int
query_write(struct tool *tool, const struct query *query, print_fn *print)
{
	struct answer answer = {
		.result = &query->result,
		.url = chand_url(tool->client),
		.elapsed = query->elapsed,
		.to_terminal = isatty(STDOUT_FILENO) == 1,
		.width = output_width(STDOUT_FILENO),
	};
	struct output output;
	FILE *to = output_open(&output, STDOUT_FILENO);
	int written;
	int r;

	if (to == NULL)
		return report_memory(tool->command);
	r = print(to, &answer);
	written = output_close(&output, to);
	if (written < 0)
		r = written;
	return r == 0 ? 0 : query_report(tool, r);
}

int
query_do(struct tool *tool, struct params *params, const char *method,
	 print_fn *print)
{
	struct query query;
	int status = query_take(
	    tool, params_start(params, tool->client, method), &query);

	if (status != 0)
		return status;
	status = query_write(
	    tool, &query, tool->command->options.objects ? print_json : print);
	query_free(&query);
	return status;
}
