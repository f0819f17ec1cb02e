/* SPDX-License-Identifier: MIT */
/*
 * watchdog.h - notices a task that does not give the processor away.
 *
 * A timer signal looks, while tasks run, whether the same task has had the
 * processor since it looked last. It costs the tasks nothing: nobody reads a
 * clock at a switch, and while the loop sleeps the timer stands still. The
 * handler has a stack of its own and only remembers; whoever drives the loop
 * asks afterwards. There can be one in a process.
 */
#ifndef NET_WATCHDOG_H
#define NET_WATCHDOG_H

#include <stdint.h>

struct watchdog;

/*
 * One that looks every `period` nanoseconds, by SIGALRM. NULL when out of
 * memory or timers.
 */
struct watchdog *watchdog_new(int64_t period);
/* NULL, always; NULL is welcome. */
struct watchdog *watchdog_free(struct watchdog *watchdog);

/* Tasks are about to run: look after them. */
void watchdog_wake(struct watchdog *watchdog);

/*
 * The id of a task that has held the processor for `*held` nanoseconds or
 * more, a multiple of the period; each case once. 0: nobody has.
 */
uint64_t watchdog_caught(struct watchdog *watchdog, int64_t *held);

#endif
