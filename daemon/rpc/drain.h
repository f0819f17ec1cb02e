/* SPDX-License-Identifier: MIT */
/*
 * drain.h - a daemon that stops lets finish what can only be finished now.
 *
 * Whoever waits to meet somebody is told SHUTDOWN at once, and so is every
 * new call. But a value that is held may still be settled, for a while, so
 * that its sender need not be left in doubt. What is held at the end of that
 * is lost, as if its lease had ended.
 */
#ifndef RPC_DRAIN_H
#define RPC_DRAIN_H

#include "rpc/service.h"
#include "task/timer.h"

struct drain {
	struct timer timer;
	struct service *service;
	int64_t until;	   /* no longer than that; sched_time() */
	uint64_t switches; /* made when all were looked at last */
	size_t held;	   /* deliveries then */
	void (*ended)(void *context);
	void *context;
};

/*
 * Prepare: to begin takes no memory.
 *
 *   ended  called once when service_stop() was, perhaps by drain_begin()
 *
 * 0, or -ENOMEM.
 */
MUST_CHECK int drain_init(struct drain *drain, struct service *service,
			  void (*ended)(void *context), void *context);
/* Also one that is zeroed, or could not be prepared. */
void drain_fini(struct drain *drain);

/* Begin, once; it ends when nothing is held, or after `patience` ns. */
void drain_begin(struct drain *drain, int64_t patience);

/* End it at once, if it has not ended. */
void drain_end(struct drain *drain);

#endif
