/* SPDX-License-Identifier: MIT */
/*
 * crowd.h - any number of tasks, which all do the same.
 */
#ifndef BENCH_CROWD_H
#define BENCH_CROWD_H

#include "chan/chan.h"
#include "task/sched.h"

enum { CROWD_CHANNELS = 8 };

/*
 * What each does, with its index: until the job is another one, or its
 * channel is closed; NULL: nothing, it is paused.
 */
typedef void crowd_fn(size_t index);

struct crowd {
	struct chan channels[CROWD_CHANNELS]; /* for those who meet */
	struct task **tasks;
	size_t count;
	crowd_fn *job;
};

extern struct crowd crowd;

/* A ring with `count` paused tasks on it; and its end. */
void crowd_open(size_t count);
void crowd_close(void);

/* Give all of them a job; let them run until they wait at it. */
void crowd_assign(crowd_fn *job);
void crowd_begin(crowd_fn *job);

/* Back to where crowd_open() left it, the channels as new. */
void crowd_rest(void);

/* Any of them, another one each time. */
size_t crowd_anyone(void);

/* A new task in the place of one that has ended. */
void crowd_replace(size_t index);

/* A task that cannot be done without. */
void crowd_spawn(task_fn *function, void *argument);

#endif
