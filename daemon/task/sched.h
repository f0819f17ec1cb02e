/* SPDX-License-Identifier: MIT */
/*
 * sched.h - drives the ring; for the loop and for tests.
 *
 * The driver tells the time, runs a turn, and sleeps at most until the next
 * deadline, but never while R is not empty.
 */
#ifndef TASK_SCHED_H
#define TASK_SCHED_H

#include "task/task.h"

struct sched_config {
	size_t stack_bytes;	/* of each task, guard included; 0: 64 KiB */
	bool guard_by_mprotect; /* use the heavy guard even without need */
	bool measures_stacks;	/* to know how deep they get */
};

/* Begin with an empty ring, at time 0. */
void sched_init(const struct sched_config *config);

/* The end; every task has ended, and every timer is gone by then. */
void sched_fini(void);

/* How many tasks the stacks' guards allow; see stack_most(). */
size_t sched_most_tasks(void);

/* Of a stack's `*bytes`, how many were used at most; if measured. */
size_t sched_stack_used(size_t *bytes);

/* The time, which never goes back. Nothing expires yet. */
void sched_set_time(int64_t now);
int64_t sched_time(void);

/*
 * One turn: the tasks that were in R when it began, and those that they hand
 * the processor to. It ends when one would run that joined the tail in this
 * turn. Where it ends changes nobody's place. Then those whose deadline has
 * come join the tail: so a rendezvous wins over a deadline that falls in the
 * same turn. True while R is not empty.
 */
bool sched_turn(void);

/* Turns until R is empty: Stackless's run(). */
void sched_run(void);

/* The next deadline, or NO_DEADLINE. */
int64_t sched_next_deadline(void);

/* How often a task was given the processor, since the start. */
uint64_t sched_switches(void);

/*
 * For a watchdog, also in a signal handler: the id of the running task, if it
 * has had the processor ever since this was asked before; else 0.
 */
uint64_t sched_stuck(void);

/* The same: no task runs at this moment. */
bool sched_is_idle(void);

/* Tasks that have not ended. */
size_t sched_tasks(void);

/*
 * Tell `function` of every change of the running task, by id; 0 is the
 * driver, before the first and after the last one of a run (Stackless:
 * set_schedule_callback). NULL: nobody. It must only look.
 */
typedef void sched_switched_fn(uint64_t previous, uint64_t next);
void sched_on_switch(sched_switched_fn *function);

/*
 * Tell `function` of an error that was thrown at a task which had not begun,
 * and has ended of it (Stackless: set_error_handler). The error is the
 * function's. NULL: nobody, errors are dropped.
 */
typedef void sched_uncaught_fn(uint64_t task, struct blob *error);
void sched_on_uncaught(sched_uncaught_fn *function);

#endif
