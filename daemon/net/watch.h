/* SPDX-License-Identifier: MIT */
/*
 * watch.h - one descriptor on the loop; only for this room.
 */
#ifndef NET_WATCH_H
#define NET_WATCH_H

#include "base/attr.h"
#include "base/list.h"
#include "net/intake.h"
#include "net/loop.h"
#include "net/poller.h"

#include <event2/event.h>
#include <event2/event_struct.h>

enum {
	WATCH_READ = EV_READ,	  /* readable; or broken */
	WATCH_WRITE = EV_WRITE,	  /* writable; or broken */
	WATCH_CLOSED = EV_CLOSED, /* the peer will send nothing more */
	WATCH_EDGE = EV_ET,	  /* tell changes, not states */
};

struct watch {
	struct event event;
	struct loop *loop;
	void (*ready)(void *context, int what);
	void *context;
	int fd;
	int interest; /* what is asked for now; 0: not on the loop */
};

/* Nothing is watched yet. */
void watch_init(struct watch *watch, struct loop *loop, int fd,
		void (*ready)(void *context, int what), void *context);

/*
 * Ask for exactly this from now on; 0 for nothing. 0, or -ENOMEM (or what
 * the kernel says) and nothing is watched any more.
 */
MUST_CHECK int watch_set(struct watch *watch, int interest);

/* Asking for less cannot fail. */
void watch_clear(struct watch *watch);

/* For the poller: this has become ready. */
void watch_fire(struct watch *watch, int what);

/* What wants to be called at the end of this turn; once, then unlisted. */
struct flush {
	struct list link;
	void (*run)(struct flush *flush);
};

void loop_flush_later(struct loop *loop, struct flush *flush);

/*
 * The same for what computes for a while: at most four of these are called a
 * round, in the order in which they came, and the others have to wait.
 */
void loop_put_off(struct loop *loop, struct flush *flush);

/* The memory that all streams read into; see intake.h. */
struct scratch *loop_scratch(struct loop *loop);
const struct sys *loop_sys(const struct loop *loop);
struct poller *loop_poller(const struct loop *loop);

#endif
