/* SPDX-License-Identifier: MIT */
#include "client/value/split.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK = 65536 };

void
split_init(struct split *split, enum split_by by, const char *delimiter,
	   size_t delimiter_size, size_t limit)
{
	*split = (struct split){ .by = by,
				 .delimiter = delimiter,
				 .delimiter_size = delimiter_size,
				 .limit = limit };
}

void
split_fini(struct split *split)
{
	free(split->bytes);
	split->bytes = NULL;
}

static void
close_up(struct split *split)
{
	if (split->start == 0)
		return;
	memmove(split->bytes, split->bytes + split->start,
		split->size - split->start);
	split->size -= split->start;
	split->seen -= split->start;
	split->start = 0;
}

char *
split_room(struct split *split, size_t *room)
{
	size_t wanted = split->room > 0 ? 2 * split->room : CHUNK;
	char *grown;

	close_up(split);
	if (split->size == split->room) {
		grown = realloc(split->bytes, wanted);
		if (grown == NULL)
			return NULL;
		split->bytes = grown;
		split->room = wanted;
	}
	*room = split->room - split->size;
	if (*room > CHUNK)
		*room = CHUNK;
	return split->bytes + split->size;
}

void
split_fill(struct split *split, size_t size)
{
	split->size += size;
	split->is_ended = size == 0;
}

/* Hand out what lies before `end`, and go on behind `next`. */
static int
cut(struct split *split, size_t end, size_t next, const char **data,
    size_t *size)
{
	if (end - split->start > split->limit)
		return -EMSGSIZE;
	*data = split->bytes + split->start;
	*size = end - split->start;
	split->start = split->seen = next;
	split->number++;
	return 1;
}

static int
lacks(const struct split *split)
{
	return split->size - split->start > split->limit ? -EMSGSIZE : 0;
}

static int
take_whole(struct split *split, const char **data, size_t *size)
{
	if (!split->is_ended || split->number > 0)
		return lacks(split);
	return cut(split, split->size, split->size, data, size);
}

static int
take_delimited(struct split *split, const char **data, size_t *size)
{
	const char *found = NULL;
	size_t end;

	if (split->size > split->seen)
		found = memmem(split->bytes + split->seen,
			       split->size - split->seen, split->delimiter,
			       split->delimiter_size);
	if (found != NULL) {
		end = (size_t)(found - split->bytes);
		return cut(split, end, end + split->delimiter_size, data, size);
	}
	if (split->is_ended && split->size > split->start)
		return cut(split, split->size, split->size, data, size);
	/* A delimiter may have begun, but not ended. */
	if (split->size - split->seen >= split->delimiter_size)
		split->seen = split->size - split->delimiter_size + 1;
	return lacks(split);
}

static void
skip_blanks(struct split *split)
{
	while (split->start < split->size &&
	       strchr(" \t\r\n", split->bytes[split->start]) != NULL &&
	       split->bytes[split->start] != '\0')
		split->start++;
	if (split->seen < split->start)
		split->seen = split->start;
}

static int
take_json(struct split *split, const char **data, size_t *size)
{
	bool is_whole = false;

	if (split->seen == split->start) {
		skip_blanks(split);
		split->scan = (struct json_scan){ 0 };
	}
	while (!is_whole && split->seen < split->size)
		split->seen += json_scan_step(
		    &split->scan, split->bytes[split->seen], &is_whole);
	if (!is_whole && split->is_ended)
		is_whole = split->size > split->start;
	return is_whole ? cut(split, split->seen, split->seen, data, size)
			: lacks(split);
}

int
split_take(struct split *split, const char **data, size_t *size)
{
	switch (split->by) {
	case SPLIT_WHOLE:
		return take_whole(split, data, size);
	case SPLIT_DELIMITER:
		return take_delimited(split, data, size);
	case SPLIT_JSON:
		return take_json(split, data, size);
	}
	return -EINVAL;
}
