/* SPDX-License-Identifier: MIT */
/*
 * clock.h - monotonic time, in nanoseconds.
 */
#ifndef CLIENT_CLOCK_H
#define CLIENT_CLOCK_H

#include <stdint.h>

#define CLOCK_SECOND INT64_C(1000000000)
#define CLOCK_MS INT64_C(1000000)

int64_t clock_now(void);

#endif
