/* SPDX-License-Identifier: MIT */
/*
 * source.h - the messages that a command gives: from its argument, from a
 * file, or from standard input, as its flags say.
 *
 * It reads no further than it is asked to, so that who feeds us waits for
 * those who take it.
 */
#ifndef CLIENT_TOOL_SOURCE_H
#define CLIENT_TOOL_SOURCE_H

#include "client/tool/tool.h"
#include "client/value/split.h"

#include <msgpack.h>

struct source {
	struct tool *tool;
	const char *argument; /* NULL: read from fd */
	int fd;
	const char *name; /* of what is read */
	bool is_json;
	int64_t left; /* so many more at most; -1: all there are */
	struct split split;
	msgpack_sbuffer packed;
	char *copy; /* of an argument in JSON */
};

/*
 * Begin; `argument` NULL or "-" is standard input, or --file. The exit status;
 * source_fini() in any case.
 */
int source_init(struct source *source, struct tool *tool, const char *argument);
void source_fini(struct source *source);

/*
 * The next message, good until the one after it.
 *
 * 1, 0 there is none, or a negative exit status, and why was said.
 */
int source_next(struct source *source, struct chand_value *value);

/* "line 3: ", "message 3: " or "": of which one something is said. */
const char *source_place(const struct source *source, char place[40]);

#endif
