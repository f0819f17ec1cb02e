/* SPDX-License-Identifier: MIT */
/*
 * poller.h - asks the kernel what is ready; only for this room.
 *
 * poller.c does so through libevent. A simulation has its own in place of that
 * file: these functions, and those of watch.h that it has.
 */
#ifndef NET_POLLER_H
#define NET_POLLER_H

#include <stdint.h>

struct poller;

/* NULL when out of memory, or of what the kernel watches with. */
struct poller *poller_new(void);
/* NULL, always; NULL is welcome. Nothing may be watched any more. */
struct poller *poller_free(struct poller *poller);

/*
 * Call back all that is ready.
 *
 *   now    the time, as far as it is known
 *   until  wait as long for something to be; not at all when it is past,
 *          NO_DEADLINE: for ever. It may return earlier.
 *
 * 0, or a negative errno value from the kernel.
 */
int poller_look(struct poller *poller, int64_t now, int64_t until);

#endif
