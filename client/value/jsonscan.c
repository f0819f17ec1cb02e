/* SPDX-License-Identifier: MIT */
#include "client/value/jsonscan.h"

#include <string.h>

static void
step_string(struct json_scan *scan, char byte)
{
	if (scan->is_escaped)
		scan->is_escaped = false;
	else if (byte == '\\')
		scan->is_escaped = true;
	else if (byte == '"')
		scan->in_string = false;
}

/* A bare word ends where anything else begins, and takes in no such byte. */
static bool
ends_word(const struct json_scan *scan, char byte)
{
	return scan->is_bare &&
	       (byte == '\0' || strchr(" \t\r\n\"[]{},:", byte) != NULL);
}

size_t
json_scan_step(struct json_scan *scan, char byte, bool *is_whole)
{
	bool begins = !scan->has_begun;

	if (ends_word(scan, byte)) {
		*is_whole = true;
		return 0;
	}
	scan->has_begun = true;
	if (scan->in_string)
		step_string(scan, byte);
	else if (byte == '"')
		scan->in_string = true;
	else if (byte == '[' || byte == '{')
		scan->depth++;
	else if ((byte == ']' || byte == '}') && scan->depth > 0)
		scan->depth--;
	else if (begins)
		scan->is_bare = strchr("]},:", byte) == NULL || byte == '\0';
	*is_whole = !scan->is_bare && !scan->in_string && scan->depth == 0;
	return 1;
}
