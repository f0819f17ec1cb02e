/* SPDX-License-Identifier: MIT */
/*
 * timer.h - something to be done at a time, which no task waits for.
 */
#ifndef TASK_TIMER_H
#define TASK_TIMER_H

#include "base/attr.h"
#include "base/heap.h"

struct timer {
	struct heap_node node;
	void (*expire)(struct timer *timer);
};

/*
 * A timer that stands still. Room is kept for it until timer_fini(): setting
 * it never fails. 0, or -ENOMEM.
 *
 *   expire  called once, at the end of the turn in which its time has come;
 *           it may wake tasks and set timers, and must not park
 */
MUST_CHECK int timer_init(struct timer *timer,
			  void (*expire)(struct timer *timer));
void timer_fini(struct timer *timer);

/* Let it expire at `deadline`, monotonic ns, and at no other time. */
void timer_set(struct timer *timer, int64_t deadline);

/* Let it not expire; harmless when it stands still. */
void timer_stop(struct timer *timer);

#endif
