/* SPDX-License-Identifier: MIT */
/*
 * ring.h - what a task is made of, and the ring of those that can run; for
 * the files of this room alone.
 */
#ifndef TASK_RING_H
#define TASK_RING_H

#include "base/heap.h"
#include "task/sched.h"
#include "task/stack.h"
#include "task/switch.h"
#include "task/timer.h"

/*
 * A task lies at the top of its own stack: while it is parked, one page holds
 * both.
 */
struct task {
	struct context context;
	struct task *next, *prev; /* in R, or NULL */
	task_fn *function;
	task_fn *end; /* called when it has ended, or NULL */
	void *argument;
	struct wait *wait; /* until it runs again */
	struct timer deadline;
	struct blob *thrown; /* the error that it was given, until taken */
	struct stack *stack;
	uint64_t id;
	uint64_t turn; /* in which it joined the tail; 0 when put in front */
	int result;    /* of its park */
	bool has_begun;
	bool is_parked; /* out of R until somebody gives it a result */
	bool is_cancelled;
	bool is_leaving;
	bool is_doomed; /* an error came before it had begun */
	bool block_trap;
};

struct sched {
	struct task *first;    /* R[0] */
	struct task *current;  /* R[0] while it runs, else NULL */
	struct task *previous; /* ran before; says whom we come from */
	struct task *ended;    /* its stack is to be given back */
	struct task main;      /* the driver's own stack; never in R */
	uint64_t turn;
	uint64_t switches;
	uint64_t looked_at; /* what `switches` was then: see sched_stuck() */
	uint64_t spawned;
	size_t runcount;
	size_t tasks;
	size_t timers;
	int64_t now;
	int switch_trap;
	struct heap deadlines; /* of tasks and timers; a place for each */
	struct stack_pool stacks;
	sched_switched_fn *switched;
	sched_uncaught_fn *uncaught;
	uint64_t reported; /* the task that `switched` was told of last */
};

extern struct sched sched;

static inline void
ring_insert_before(struct task *place, struct task *task)
{
	sched.runcount++;
	if (place == NULL) {
		sched.first = task->next = task->prev = task;
		return;
	}
	task->next = place;
	task->prev = place->prev;
	place->prev->next = task;
	place->prev = task;
}

/* The tail is what stands right before R[0]. */
static inline void
ring_append(struct task *task)
{
	task->turn = sched.turn;
	ring_insert_before(sched.first, task);
}

static inline void
ring_remove(struct task *task)
{
	sched.runcount--;
	if (sched.first == task)
		sched.first = task->next != task ? task->next : NULL;
	task->prev->next = task->next;
	task->next->prev = task->prev;
	task->next = task->prev = NULL;
}

/*
 * Rotate until `task` is in front: its turn is that of R[0], which has had
 * its own.
 */
static inline void
ring_bring(struct task *task)
{
	sched.first->turn = sched.turn;
	sched.first = task;
}

/* Run R[0], or the driver when R is empty or this turn is over. */
void sched_dispatch(struct task *from);

/* The running task leaves the processor; what it comes back with. */
PARKS int task_away(struct task *self);

/* It goes on, wherever it was, with the result that it has. */
void task_make_runnable(struct task *task);

/* The first thing a task does on its stack: never returns. */
void task_begin(void);

#endif
