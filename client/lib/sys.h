/* SPDX-License-Identifier: MIT */
/*
 * sys.h - time, chance, waiting and names, which a test brings in another
 * making.
 *
 * Times are milliseconds on the monotonic clock; NEVER does not come.
 */
#ifndef CLIENT_LIB_SYS_H
#define CLIENT_LIB_SYS_H

#include <netdb.h>
#include <poll.h>
#include <stdint.h>

#define NEVER INT64_MAX

int64_t sys_now(void);

/* Any number, each as likely as the others. */
uint64_t sys_random(void);

/*
 * Wait until `wait` is ready, or so many milliseconds are over; NEVER. A
 * negative descriptor is never ready. A signal may end it sooner.
 */
void sys_poll(struct pollfd *wait, int64_t milliseconds);

/* As getaddrinfo() and freeaddrinfo(). */
int sys_look_up(const char *host, const char *port,
		const struct addrinfo *hints, struct addrinfo **found);
void sys_forget(struct addrinfo *found);

/* `span` behind `now`; NEVER where that is too far to be told. */
static inline int64_t
sys_after(int64_t now, int64_t span)
{
	return span > NEVER - now ? NEVER : now + span;
}

#endif
