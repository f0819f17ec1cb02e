/* SPDX-License-Identifier: MIT */
#include "client/lib/sys.h"

#include <limits.h>
#include <time.h>
#include <unistd.h>

int64_t
sys_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	/* Up, so that who has waited long enough finds that he has. */
	return now.tv_sec * INT64_C(1000) + (now.tv_nsec + 999999) / 1000000;
}

uint64_t
sys_random(void)
{
	uint64_t number;

	/* Where there is no chance, time is the next best to spread by. */
	if (getentropy(&number, sizeof number) < 0)
		number = (uint64_t)sys_now() * UINT64_C(0x9e3779b97f4a7c15);
	return number;
}

void
sys_poll(struct pollfd *wait, int64_t milliseconds)
{
	int most = milliseconds < INT_MAX ? (int)milliseconds : INT_MAX;

	poll(wait, 1, milliseconds == NEVER ? -1 : most);
}

int
sys_look_up(const char *host, const char *port, const struct addrinfo *hints,
	    struct addrinfo **found)
{
	return getaddrinfo(host, port, hints, found);
}

void
sys_forget(struct addrinfo *found)
{
	freeaddrinfo(found);
}
