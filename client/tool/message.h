/* SPDX-License-Identifier: MIT */
/*
 * message.h - what a received value looks like on standard output.
 */
#ifndef CLIENT_TOOL_MESSAGE_H
#define CLIENT_TOOL_MESSAGE_H

#include "client/chand.h"
#include "client/command/flags.h"
#include "client/tool/tool.h"

#include <msgpack.h>
#include <stdbool.h>
#include <stdio.h>

struct message {
	const char *channel;
	struct chand_value value;
	uint64_t attempt; /* 0: not known */
	const char *peer; /* where its sender is; NULL: not known */
};

struct message_format {
	enum {
		MESSAGE_TEXT,	 /* strings and binaries as they are, else: */
		MESSAGE_JSON,	 /* the value in JSON */
		MESSAGE_OBJECTS, /* a JSON object of all there is to know */
	} style;
	const char *end; /* behind each */
	size_t end_size;
	bool ends_json; /* what is written in JSON is a line in any case */
	bool skips_nil; /* one value is asked for, and nothing is nothing */
};

/*
 * As the flags say.
 *
 *   several      more than one may come: lines, if nothing else is said
 *   to_terminal  a person reads it there: lines, too
 */
struct message_format message_format(const struct options *options,
				     bool several, bool to_terminal);

/* The bytes of a message, to free(). 0 or -ENOMEM. */
int message_print(const struct message *message,
		  const struct message_format *format, char **data,
		  size_t *size);

/* Write one to standard output. What tool_write() returns, or -ENOMEM. */
int message_write(struct tool *tool, const struct message *message,
		  const struct message_format *format);

#endif
