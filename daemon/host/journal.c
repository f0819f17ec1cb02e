/* SPDX-License-Identifier: MIT */
#include "host/journal.h"

#include "config.h"
#include "host/logfmt.h"

#ifdef HAVE_SYSTEMD
#include "proto/escape.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>

enum {
	OWN_FIELDS = 4,
	NAME = 64,
	ENTRY = 2048, /* more than LOGFMT_TEXT and NAME */
};

bool
journal_reads_stderr(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	char expected[64];
	struct stat found;

	if (stream == NULL || fstat(STDERR_FILENO, &found) < 0)
		return false;
	snprintf(expected, sizeof expected, "%ju:%ju", (uintmax_t)found.st_dev,
		 (uintmax_t)found.st_ino);
	return strcmp(stream, expected) == 0;
}

/* "peer" is CHAND_PEER. */
static void
put_name(char name[NAME], const char *key)
{
	int used = snprintf(name, NAME, "CHAND_%s", key);

	for (int i = 0; i < used && i < NAME; i++)
		name[i] = (char)toupper((unsigned char)name[i]);
}

static struct iovec
put_field(char entry[ENTRY], const struct log_field *field)
{
	char name[NAME], text[LOGFMT_TEXT];
	int used;

	put_name(name, field->key);
	if (field->text == NULL)
		used =
		    snprintf(entry, ENTRY, "%s=%" PRId64, name, field->number);
	else
		used = snprintf(
		    entry, ENTRY, "%s=%s", name,
		    escape_text(text, sizeof text, field->text, field->size));
	return (struct iovec){ entry, (size_t)used };
}

static struct iovec
put(char *entry, size_t size, const char *name, const char *value)
{
	int used = snprintf(entry, size, "%s=%s", name, value);

	return (struct iovec){ entry, (size_t)used };
}

void
journal_write(const struct log_row *row, const struct log_field *fields,
	      size_t count)
{
	static char line[LOGFMT_LINE], message[LOGFMT_LINE + NAME];
	static char entries[LOG_FIELDS][ENTRY];
	char priority[NAME], id[NAME], own[] = "SYSLOG_IDENTIFIER=chand";
	char digit[] = { (char)('0' + row->level), '\0' };
	struct iovec all[OWN_FIELDS + LOG_FIELDS];
	size_t n = 0;

	logfmt_describe(line, row, fields, count);
	all[n++] = put(message, sizeof message, "MESSAGE", line);
	all[n++] = put(priority, sizeof priority, "PRIORITY", digit);
	all[n++] = put(id, sizeof id, "MESSAGE_ID", row->id);
	all[n++] = (struct iovec){ own, sizeof own - 1 };
	for (size_t i = 0; i < count && i < LOG_FIELDS; i++)
		all[n++] = put_field(entries[i], &fields[i]);
	if (sd_journal_sendv(all, (int)n) < 0)
		logfmt_write(row, fields, count);
}

#else

bool
journal_reads_stderr(void)
{
	return false;
}

void
journal_write(const struct log_row *row, const struct log_field *fields,
	      size_t count)
{
	logfmt_write(row, fields, count);
}

#endif
