/* SPDX-License-Identifier: MIT */
/*
 * clock.h - monotonic time, and deadlines in it.
 *
 * A deadline is in nanoseconds; INT64_MAX never comes.
 */
#ifndef CLIENT_BASE_CLOCK_H
#define CLIENT_BASE_CLOCK_H

#include <stdint.h>

#define CLOCK_SECOND INT64_C(1000000000)
#define CLOCK_MS INT64_C(1000000)

int64_t clock_now(void);

/* The deadline `span` ns from now; none for a span of INT64_MAX. */
int64_t clock_after(int64_t span);

/* What is left of it, for poll(): 0 when it is past, -1 when there is none. */
int clock_left_ms(int64_t deadline);

#endif
