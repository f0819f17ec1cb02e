/* SPDX-License-Identifier: MIT */
/*
 * query.h - a question that the daemon answers at once, and its answer on
 * standard output.
 */
#ifndef CLIENT_TOOL_QUERY_H
#define CLIENT_TOOL_QUERY_H

#include "client/base/params.h"
#include "client/show/print.h"
#include "client/tool/tool.h"

#include <msgpack.h>

typedef int print_fn(FILE *to, const struct answer *answer);

/* An answer as msgpack-c has it, and the call that it lies in. */
struct query {
	struct chand_call *call;
	msgpack_unpacked unpacked;
	msgpack_object result;
	int64_t elapsed; /* ns between question and answer */
};

/*
 * Begin with the arguments that were given, and a map of so many options
 * behind them.
 */
void query_begin(struct params *params, const struct command *command,
		 size_t options);

/*
 * Wait for an answer and take it, or say what is wrong; the call is gone in
 * any case. The exit status; query_free() after 0.
 */
int query_take(struct tool *tool, struct chand_call *call, struct query *query);
void query_free(struct query *query);

/* Write an answer; the exit status. */
int query_write(struct tool *tool, const struct query *query, print_fn *print);

/* Say why standard output does not have the answer; the exit status. */
int query_report(struct tool *tool, int r);

/* Ask, and write the answer: as JSON with -J, else by `print`. */
int query_do(struct tool *tool, struct params *params, const char *method,
	     print_fn *print);

#endif
