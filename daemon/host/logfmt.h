/* SPDX-License-Identifier: MIT */
/*
 * logfmt.h - the log as lines of key=value on stderr.
 *
 *     time=2026-11-21T09:00:00.000Z level=info msg=listening url="unix:///..."
 *
 * A text stands in quotes, and is escaped as escape_text() does it: whatever a
 * peer has sent, an event is one line without a control character.
 */
#ifndef HOST_LOGFMT_H
#define HOST_LOGFMT_H

#include "base/log.h"

enum {
	LOGFMT_LINE = 4096,
	LOGFMT_TEXT = 640, /* of one field, escaped; the rest is cut */
};

/* A sink. The line is written at once, in one write. */
void logfmt_write(const struct log_row *row, const struct log_field *fields,
		  size_t count);

/*
 * The sentence and the fields, without time and level, into `line` of
 * LOGFMT_LINE bytes. Returns `line`.
 */
const char *logfmt_describe(char *line, const struct log_row *row,
			    const struct log_field *fields, size_t count);

#endif
