/* SPDX-License-Identifier: MIT */
/*
 * crowd.h - connections in numbers: many that wait, each on a channel of its
 * own or all on one; and such as come and go.
 */
#ifndef BENCH_CROWD_H
#define BENCH_CROWD_H

#include "lines.h"

/* `count` receivers that wait; shared: all on one channel. */
void crowd_park(const struct dialect *dialect, unsigned count, unsigned size,
		bool is_shared);

/* One sender wakes them all; each has to get its own value. Nanoseconds. */
int64_t crowd_wake(void);

/* Connect, greet, hear the answer, leave: `width` at a time, so long. How
 * often. */
unsigned crowd_churn(const struct dialect *dialect, unsigned width,
		     int64_t span_ns);

/* An event on a line without a lane. */
void crowd_heard(struct line *line, enum heard heard,
		 const struct event *event);

#endif
