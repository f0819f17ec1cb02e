/* SPDX-License-Identifier: MIT */
#include "base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { LINE = 1024, PER_MINUTE = 10 };

static enum log_level threshold = LOG_INFO;

static const struct {
	const char *name;
	enum log_level level;
} levels[] = {
	{ "error", LOG_ERROR },
	{ "warning", LOG_WARNING },
	{ "info", LOG_INFO },
	{ "debug", LOG_DEBUG },
};

enum { LEVELS = sizeof levels / sizeof levels[0] };

void
log_set_level(enum log_level level)
{
	threshold = level;
}

bool
log_is_on(enum log_level level)
{
	return level <= threshold;
}

int
log_level_parse(const char *name)
{
	for (size_t i = 0; i < LEVELS; i++)
		if (strcmp(levels[i].name, name) == 0)
			return (int)levels[i].level;
	return -EINVAL;
}

/* journald stamps the time and wants the priority; a terminal neither. */
static int
write_head(char *line, enum log_level level)
{
	struct timespec now;
	struct tm utc;
	int used;

	if (getenv("JOURNAL_STREAM") != NULL)
		return snprintf(line, LINE, "<%d>", (int)level);
	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &utc);
	used = (int)strftime(line, LINE, "%Y-%m-%dT%H:%M:%S", &utc);
	for (size_t i = 0; i < LEVELS; i++)
		if (levels[i].level == level)
			used += snprintf(line + used, LINE - (size_t)used,
					 ".%03ldZ %s: ", now.tv_nsec / 1000000,
					 levels[i].name);
	return used;
}

void
log_line(enum log_level level, const char *format, ...)
{
	char line[LINE + 1];
	size_t used, size;
	va_list arguments;
	int written;

	if (!log_is_on(level))
		return;
	used = (size_t)write_head(line, level);
	va_start(arguments, format);
	written = vsnprintf(line + used, LINE - used, format, arguments);
	va_end(arguments);
	if (written < 0)
		return;
	size =
	    used + (size_t)written < LINE ? used + (size_t)written : LINE - 1;
	line[size++] = '\n';
	/* One write, one line; there is nobody to tell if it fails. */
	if (write(STDERR_FILENO, line, size) < 0)
		return;
}

bool
log_gate_pass(struct log_gate *gate, int64_t now)
{
	const int64_t minute = 60 * (int64_t)1000000000;

	if (gate->minute == 0 || now - gate->minute >= minute) {
		gate->minute = now;
		gate->passed = 0;
	}
	if (gate->passed++ >= PER_MINUTE) {
		gate->dropped++;
		return false;
	}
	gate->dropped = 0;
	return true;
}
