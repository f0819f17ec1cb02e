/* SPDX-License-Identifier: MIT */
/*
 * actors.h - tasks that send and receive, and remember what happened.
 *
 * Each writes what it does on the stage's trail: its letter when its call
 * returns. So a trail of "RS" says that R's call returned before S's.
 */
#ifndef TESTS_ACTORS_H
#define TESTS_ACTORS_H

#include "chan/chan.h"
#include "stage.h"
#include "task/sched.h"

#include <stdbool.h>

struct actor {
	char letter;
	struct chan *chan;
	int64_t deadline;
	int result;
	char value[16]; /* what a receiver got */
	bool yields;	/* gives way before its call */
	struct task *task;
};

/* A task that makes one call with no deadline, of which value "<letter>". */
struct actor sender(char letter, struct chan *chan);
struct actor receiver(char letter, struct chan *chan);

/* Who stands at place `n` of the queue, from 0; or NULL. */
struct task *waiting(const struct chan *chan, unsigned n);

/* Put the actor on the ring. */
void send_as(struct actor *actor);
void send_exception_as(struct actor *actor);
void receive_as(struct actor *actor);
void next_as(struct actor *actor);
/* Only yields once, and leaves its letter. */
void bystand_as(struct actor *actor);

#endif
