/* SPDX-License-Identifier: MIT */
/*
 * log.h - one event, one line.
 *
 * An event is a row of base/events.def, and fields. Where it goes to is said
 * by who has started us: a sink (host/logfmt.h, host/journal.h), which also
 * makes printable what peers have sent. Without one nothing is said.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/attr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The numbers are syslog's (RFC 5424). */
enum log_level {
	LOG_ERROR = 3,	 /* an operator must act */
	LOG_WARNING = 4, /* went on, and says so */
	LOG_INFO = 6,	 /* start, stop, listen */
	LOG_DEBUG = 7,	 /* each connection and call */
};

enum log_event {
#define EVENT(name, ...) EVENT_##name,
#include "base/events.def"
#undef EVENT
	LOG_EVENTS,
};

struct log_row {
	enum log_level level;
	unsigned most; /* lines a minute; 0: as many as come */
	const char *sentence;
	const char *id; /* 32 hexadecimal digits */
};

extern const struct log_row log_rows[LOG_EVENTS];

/* A number, or a text of `size` bytes, whatever they are. */
struct log_field {
	const char *key; /* small letters and _ */
	const char *text;
	size_t size;
	int64_t number; /* where text is NULL */
};

#define LOG_TEXT(key, text) LOG_BYTES(key, text, __builtin_strlen(text))
#define LOG_BYTES(key, text, size) ((struct log_field){ key, text, size, 0 })
#define LOG_NUMBER(key, number)                                                \
	((struct log_field){ key, NULL, 0, (int64_t)(number) })

enum { LOG_FIELDS = 8 }; /* of an event, at most; one is our own */

typedef void log_sink_fn(const struct log_row *row,
			 const struct log_field *fields, size_t count);

/* NULL: say nothing. */
void log_set_sink(log_sink_fn *function);

/* Say nothing that matters less than `level`; at first LOG_INFO. */
void log_set_level(enum log_level level);
bool log_is_on(enum log_level level);

/* "error", "warning", "info" or "debug". */
const char *log_level_name(enum log_level level);

/*
 * It has happened: log_event(EVENT_connected, LOG_TEXT("peer", peer)). If it
 * has too often in this minute, that is only counted: the next one that is
 * said tells how many were `dropped`.
 */
#define log_event(event, ...)                                                  \
	log_fields(event, (struct log_field[]){ { 0 }, ##__VA_ARGS__ },        \
		   sizeof((struct log_field[]){ { 0 }, ##__VA_ARGS__ }) /      \
		       sizeof(struct log_field))

/* The same; the first of the `count` fields is ours to fill in. */
void log_fields(enum log_event event, struct log_field *fields, size_t count);

/* Lets through what would flood the log; zeroed at first. */
struct log_gate {
	int64_t minute;	  /* began then; monotonic ns */
	unsigned passed;  /* in that minute */
	unsigned dropped; /* since the last one that passed */
};

/* May another one of `most` a minute pass? */
bool log_gate_pass(struct log_gate *gate, unsigned most, int64_t now);

#endif
