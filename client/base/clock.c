/* SPDX-License-Identifier: MIT */
#include "client/base/clock.h"

#include <limits.h>
#include <time.h>

int64_t
clock_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * CLOCK_SECOND + now.tv_nsec;
}

int64_t
clock_after(int64_t span)
{
	int64_t now = clock_now();

	return span > INT64_MAX - now ? INT64_MAX : now + span;
}

int
clock_left_ms(int64_t deadline)
{
	int64_t left;

	if (deadline == INT64_MAX)
		return -1;
	left = deadline - clock_now();
	if (left <= 0)
		return 0;
	/* Up, so that a poll never returns just before the deadline. */
	left = left / CLOCK_MS + 1;
	return left < INT_MAX ? (int)left : INT_MAX;
}
