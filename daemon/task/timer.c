/* SPDX-License-Identifier: MIT */
#include "task/timer.h"

#include "task/ring.h"

#include <errno.h>

int
timer_init(struct timer *timer, void (*expire)(struct timer *timer))
{
	if (heap_reserve(&sched.deadlines, sched.tasks + sched.timers + 1) < 0)
		return -ENOMEM;
	sched.timers++;
	*timer = (struct timer){ .expire = expire };
	return 0;
}

void
timer_fini(struct timer *timer)
{
	timer_stop(timer);
	sched.timers--;
}

void
timer_set(struct timer *timer, int64_t deadline)
{
	timer_stop(timer);
	heap_insert(&sched.deadlines, &timer->node, deadline);
}

void
timer_stop(struct timer *timer)
{
	heap_remove(&sched.deadlines, &timer->node);
}
