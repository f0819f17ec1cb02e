/* SPDX-License-Identifier: MIT */
#include "base/log.h"

#include <time.h>

const struct log_row log_rows[LOG_EVENTS] = {
#define EVENT(name, level, most, sentence, id)                                 \
	[EVENT_##name] = { LOG_##level, most, sentence, id },
#include "base/events.def"
#undef EVENT
};

static enum log_level threshold = LOG_INFO;
static log_sink_fn *sink;
static struct log_gate gates[LOG_EVENTS];

void
log_set_sink(log_sink_fn *function)
{
	sink = function;
}

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

const char *
log_level_name(enum log_level level)
{
	switch (level) {
	case LOG_ERROR:
		return "error";
	case LOG_WARNING:
		return "warning";
	case LOG_INFO:
		return "info";
	default:
		return "debug";
	}
}

static int64_t
clock_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * (int64_t)1000000000 + now.tv_nsec;
}

void
log_fields(enum log_event event, struct log_field *fields, size_t count)
{
	const struct log_row *row = &log_rows[event];
	struct log_gate *gate = &gates[event];
	unsigned dropped = gate->dropped;

	if (sink == NULL || !log_is_on(row->level) ||
	    (row->most > 0 && !log_gate_pass(gate, row->most, clock_now())))
		return;
	if (dropped > 0) {
		fields[0] = LOG_NUMBER("dropped", dropped);
		sink(row, fields, count);
	} else {
		sink(row, fields + 1, count - 1);
	}
}

bool
log_gate_pass(struct log_gate *gate, unsigned most, int64_t now)
{
	const int64_t minute = 60 * (int64_t)1000000000;

	if (gate->minute == 0 || now - gate->minute >= minute) {
		gate->minute = now;
		gate->passed = 0;
	}
	if (gate->passed++ >= most) {
		gate->dropped++;
		return false;
	}
	gate->dropped = 0;
	return true;
}
