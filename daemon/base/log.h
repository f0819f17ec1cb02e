/* SPDX-License-Identifier: MIT */
/*
 * log.h - one event, one line on stderr.
 *
 * A line is a sentence, then key="value" pairs. Under systemd it begins with
 * its priority, elsewhere with the time. What a peer sent goes through
 * text_escape() first.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/attr.h"

#include <stdbool.h>
#include <stdint.h>

/* The numbers are syslog's (RFC 5424). */
enum log_level {
	LOG_ERROR = 3,	 /* an operator must act */
	LOG_WARNING = 4, /* went on, and says so */
	LOG_INFO = 6,	 /* start, stop, listen */
	LOG_DEBUG = 7,	 /* each connection and call */
};

/* Say nothing that matters less than `level`; at first LOG_INFO. */
void log_set_level(enum log_level level);
bool log_is_on(enum log_level level);

/* The level called "error", "warning", "info" or "debug"; -EINVAL. */
int log_level_parse(const char *name);

void log_line(enum log_level level, const char *format, ...) FORMAT(2);

/*
 * Lets through what would flood the log: ten lines a minute. Belongs to one
 * kind of line; zeroed at first.
 */
struct log_gate {
	int64_t minute;	  /* began then; monotonic ns */
	unsigned passed;  /* in that minute */
	unsigned dropped; /* since the last one that passed */
};

bool log_gate_pass(struct log_gate *gate, int64_t now);

#endif
