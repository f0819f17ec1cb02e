/* SPDX-License-Identifier: MIT */
/*
 * loop.h - waits for descriptors, timers and a client of the library.
 *
 * One poll() a turn. Watches and timers belong to their owners; they may be
 * added and taken away at any time, by their own functions, too.
 */
#ifndef CLIENT_BASE_LOOP_H
#define CLIENT_BASE_LOOP_H

#include "client/chand.h"

#include <poll.h>
#include <stddef.h>
#include <stdint.h>

struct loop_watch {
	int fd;
	short events;
	void (*ready)(struct loop_watch *watch); /* something has come */
	void *context;
};

struct loop_timer {
	int64_t deadline; /* as clock_now() has it */
	void (*expired)(struct loop_timer *timer);
	void *context;
	struct loop_timer *next; /* for the loop alone */
};

struct loop {
	struct chand *client; /* not owned; may be NULL */
	struct loop_watch **watches;
	struct pollfd *polls;
	size_t count; /* of watches, some of which are NULL */
	size_t room;
	struct loop_timer *timers; /* the first to expire first */
};

void loop_init(struct loop *loop, struct chand *client);
void loop_fini(struct loop *loop);

/* 0 or -ENOMEM. */
int loop_add(struct loop *loop, struct loop_watch *watch);

/* One that is not there is welcome. */
void loop_remove(struct loop *loop, const struct loop_watch *watch);

/* It expires once; set again, anew. */
void loop_set(struct loop *loop, struct loop_timer *timer, int64_t deadline);
void loop_unset(struct loop *loop, struct loop_timer *timer);

/* Wait until something happens, and do what is to be done about it. */
void loop_turn(struct loop *loop);

#endif
