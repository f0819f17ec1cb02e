/* SPDX-License-Identifier: MIT */
#include "rpc/drain.h"

#include "task/sched.h"

#include <errno.h>

/* How often to look who was let go, and would wait for somebody else now. */
static const int64_t period = 20000000;

static bool
has_changed(const struct drain *drain)
{
	return drain->switches != sched_switches() ||
	       drain->held != chan_totals()->held;
}

/* It must not outlast its patience for want of a look. */
static int64_t
next_look(const struct drain *drain)
{
	int64_t next = sched_time() + period;

	return next < drain->until ? next : drain->until;
}

/* Nobody comes any more: a look is for those who were held or ran since. */
static void
look(struct drain *drain)
{
	if (has_changed(drain))
		service_let_go(drain->service);
	drain->switches = sched_switches();
	drain->held = chan_totals()->held;
	if (drain->held == 0 || sched_time() >= drain->until)
		drain_end(drain);
	else
		timer_set(&drain->timer, next_look(drain));
}

static void
look_again(struct timer *timer)
{
	look(list_entry(timer, struct drain, timer));
}

int
drain_init(struct drain *drain, struct service *service,
	   void (*ended)(void *context), void *context)
{
	*drain = (struct drain){ .ended = ended, .context = context };
	if (timer_init(&drain->timer, look_again) < 0)
		return -ENOMEM;
	drain->service = service;
	return 0;
}

void
drain_fini(struct drain *drain)
{
	if (drain->service != NULL)
		timer_fini(&drain->timer);
}

void
drain_begin(struct drain *drain, int64_t patience)
{
	drain->service->is_stopping = drain->service->is_draining = true;
	drain->until = sched_time() + patience;
	drain->switches = sched_switches() - 1; /* all are to be looked at */
	look(drain);
}

void
drain_end(struct drain *drain)
{
	if (!drain->service->is_draining)
		return;
	timer_stop(&drain->timer);
	service_stop(drain->service);
	drain->ended(drain->context);
}
