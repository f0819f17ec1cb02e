/* SPDX-License-Identifier: MIT */
/*
 * turns.c - whoever can run does so soon, whatever the others do.
 *
 * Counts for itself: what the scheduler writes into its tasks may be wrong. As
 * in Stackless, who kills or throws lets its victim run at once, and puts
 * whoever stood between them behind itself: such a turn is none of theirs.
 */
#include "sim.h"
#include "task/control.h"
#include "task/ring.h"

#include <string.h>

enum { TASKS = 4096, TURNS_MOST = 2 };

static struct {
	uint64_t number;
	bool is_rotated;
	uint64_t last; /* the task that ran last: it is not reported again */
	uint64_t ran[TASKS];	/* by id: in which turn */
	uint64_t seen[TASKS];	/* on the ring, when a turn had ended */
	unsigned passed[TASKS]; /* turns in a row in which it did not run */
} turn;

bool __real_sched_turn(void);
bool __wrap_sched_turn(void);
PARKS int __real_task_throw(struct task *task, struct blob *error,
			    bool is_pending);
PARKS int __wrap_task_throw(struct task *task, struct blob *error,
			    bool is_pending);
PARKS int __real_task_run(struct task *task);
PARKS int __wrap_task_run(struct task *task);

int
__wrap_task_throw(struct task *task, struct blob *error, bool is_pending)
{
	turn.is_rotated |= !is_pending;
	return __real_task_throw(task, error, is_pending);
}

int
__wrap_task_run(struct task *task)
{
	turn.is_rotated = true;
	return __real_task_run(task);
}

static void
note_switch(uint64_t previous, uint64_t next)
{
	(void)previous;
	turn.ran[next % TASKS] = turn.number;
	turn.last = next;
}

void
turns_begin(void)
{
	memset(&turn, 0, sizeof turn);
	sched_on_switch(note_switch);
}

static void
look_at(const struct task *task)
{
	size_t i = task->id % TASKS;

	if (turn.ran[i] == turn.number || turn.seen[i] + 1 != turn.number)
		turn.passed[i] = 0;
	else
		turn.passed[i] += !turn.is_rotated;
	turn.seen[i] = turn.number;
	must(turn.passed[i] < TURNS_MOST, "who can run does not");
}

bool
__wrap_sched_turn(void)
{
	const struct task *task;
	size_t count;
	bool r;

	turn.number++;
	turn.is_rotated = false;
	turn.ran[turn.last % TASKS] = turn.number;
	r = __real_sched_turn();
	task = sched.first;
	for (count = sched.runcount; count > 0; count--, task = task->next)
		look_at(task);
	return r;
}
