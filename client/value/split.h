/* SPDX-License-Identifier: MIT */
/*
 * split.h - a stream of bytes, cut into messages.
 *
 * It holds what was read and not yet taken: never more than one message of
 * the limit and what was read behind it.
 */
#ifndef CLIENT_VALUE_SPLIT_H
#define CLIENT_VALUE_SPLIT_H

#include "client/value/jsonscan.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum split_by {
	SPLIT_WHOLE,	 /* all of it is one message, be it empty */
	SPLIT_DELIMITER, /* each ends with a delimiter; the last may lack it */
	SPLIT_JSON,	 /* each is one value in JSON */
};

struct split {
	enum split_by by;
	const char *delimiter; /* not owned */
	size_t delimiter_size;
	size_t limit; /* bytes of a message */
	char *bytes;
	size_t start; /* what was taken lies before it */
	size_t seen;  /* where to look for the end */
	size_t size;
	size_t room;
	bool is_ended;
	uint64_t number; /* of messages taken */
	struct json_scan scan;
};

void split_init(struct split *split, enum split_by by, const char *delimiter,
		size_t delimiter_size, size_t limit);
void split_fini(struct split *split);

/*
 * Where to put up to `*room` bytes that were read, at least one; NULL: out of
 * memory. It moves what was taken before.
 */
char *split_room(struct split *split, size_t *room);

/* So many bytes were put there; 0: nothing more will come. */
void split_fill(struct split *split, size_t size);

/*
 * Take the next message: `*data` is good until the next split_room().
 *
 * 1, 0 more must be read or, when that has ended, there is none; -EMSGSIZE it
 * is longer than the limit.
 */
int split_take(struct split *split, const char **data, size_t *size);

#endif
