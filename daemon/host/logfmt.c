/* SPDX-License-Identifier: MIT */
#include "host/logfmt.h"

#include "proto/escape.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static size_t
put_field(char *at, size_t room, const struct log_field *field)
{
	char text[LOGFMT_TEXT];
	int used;

	if (field->text == NULL)
		used = snprintf(at, room, " %s=%" PRId64, field->key,
				field->number);
	else
		used = snprintf(
		    at, room, " %s=\"%s\"", field->key,
		    escape_text(text, sizeof text, field->text, field->size));
	/* What does not fit is left out as a whole. */
	if (used < 0 || (size_t)used >= room) {
		*at = '\0';
		return 0;
	}
	return (size_t)used;
}

static size_t
put_fields(char *at, size_t room, const struct log_field *fields, size_t count)
{
	size_t used = 0;

	for (size_t i = 0; i < count; i++)
		used += put_field(at + used, room - used, &fields[i]);
	return used;
}

const char *
logfmt_describe(char *line, const struct log_row *row,
		const struct log_field *fields, size_t count)
{
	int used = snprintf(line, LOGFMT_LINE, "%s", row->sentence);

	put_fields(line + used, LOGFMT_LINE - (size_t)used, fields, count);
	return line;
}

static size_t
put_head(char *line, const struct log_row *row)
{
	const char *quote = strchr(row->sentence, ' ') != NULL ? "\"" : "";
	char stamp[32];
	struct timespec now;
	struct tm utc;

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &utc);
	strftime(stamp, sizeof stamp, "%Y-%m-%dT%H:%M:%S", &utc);
	return (size_t)snprintf(
	    line, LOGFMT_LINE, "time=%s.%03ldZ level=%s msg=%s%s%s", stamp,
	    now.tv_nsec / 1000000, log_level_name(row->level), quote,
	    row->sentence, quote);
}

void
logfmt_write(const struct log_row *row, const struct log_field *fields,
	     size_t count)
{
	static char line[LOGFMT_LINE]; /* a task's stack is small */
	size_t used = put_head(line, row);

	used += put_fields(line + used, sizeof line - 1 - used, fields, count);
	line[used++] = '\n';
	/* One write, one line; there is nobody to tell if it fails. */
	if (write(STDERR_FILENO, line, used) < 0)
		return;
}
