/* SPDX-License-Identifier: MIT */
#include "operations.h"

#include "crowd.h"
#include "task/switch.h"

#include <stdlib.h>

/* ---- changing places ---- */

static struct context driver, other;
static void *other_stack;

static void
jump_back(void)
{
	context_arrived(&other, &driver);
	for (;;) {
		context_switch(&other, &driver, false);
		context_arrived(&other, &driver);
	}
}

static void
open_switch(void)
{
	enum { BYTES = 64 << 10 };

	other_stack = aligned_alloc(64, BYTES);
	if (other_stack == NULL)
		abort();
	context_make(&other, other_stack, BYTES, jump_back);
}

static void
run_switch(size_t count)
{
	for (size_t i = 0; i < count; i += 2) {
		context_switch(&driver, &other, false);
		context_arrived(&driver, &other);
	}
}

static void
close_switch(void)
{
	free(other_stack);
}

PARKS static void
yield_often(void *count)
{
	for (size_t i = 0; i < *(size_t *)count; i++)
		task_yield(NULL);
}

/* So many that the end of a turn costs little. */
static void
run_yield(size_t count)
{
	enum { TASKS = 16 };

	count /= TASKS;
	for (int i = 0; i < TASKS; i++)
		crowd_spawn(yield_often, &count);
	sched_run();
}

PARKS static void
yield_for_ever(size_t index)
{
	(void)index;
	while (crowd.job == yield_for_ever)
		task_yield(NULL);
}

static void
open_ring(void)
{
	crowd_begin(yield_for_ever);
}

static void
run_ring(size_t count)
{
	for (size_t i = 0; i < count / crowd.count; i++)
		sched_turn();
}

/* ---- waking, making and ending ---- */

/* Woken in order, they park again. */
static void
run_wake(size_t count)
{
	for (size_t i = 0; i < count; i++) {
		task_wake(crowd.tasks[i % crowd.count], 0);
		if ((i + 1) % crowd.count == 0 || i + 1 == count)
			sched_run();
	}
}

static void
do_nothing(void *unused)
{
	(void)unused;
}

static void
run_spawn(size_t count)
{
	for (size_t i = 0; i < count; i++) {
		crowd_spawn(do_nothing, NULL);
		sched_run();
	}
}

enum { PEAK = 16384 }; /* tasks: far more than there are warm stacks */

static void
run_spawn_peak(size_t count)
{
	for (size_t i = 0; i < count; i++) {
		crowd_spawn(do_nothing, NULL);
		if ((i + 1) % PEAK == 0)
			sched_run();
	}
}

static void
open_after_peak(void)
{
	run_spawn_peak(PEAK);
}

/* ---- deadlines ---- */

static const int64_t far = NO_DEADLINE / 2;

PARKS static void
wait_long(size_t index)
{
	task_park(NULL, far + (int64_t)index);
}

static void
open_deadlines(void)
{
	crowd_assign(wait_long);
}

static int64_t deadline;
static struct task *waiting;

PARKS static void
wait_often(void *unused)
{
	(void)unused;
	waiting = task_self();
	while (deadline != NO_DEADLINE)
		task_park(NULL, deadline);
}

/* It waits until `at`, and is woken before that, or by it. */
static void
wait_until(int64_t at, size_t count)
{
	deadline = at;
	crowd_spawn(wait_often, NULL);
	for (size_t i = 0; i < count; i++) {
		sched_turn();
		task_wake(waiting, 0);
	}
	deadline = NO_DEADLINE;
	sched_run();
}

static void
run_stop_latest(size_t count)
{
	wait_until(NO_DEADLINE - 1, count);
}

static void
run_stop_first(size_t count)
{
	wait_until(far - 1, count);
}

static void
run_expire(size_t count)
{
	wait_until(sched_time(), count);
}

/* ---- all of them ---- */

const struct operation task_operations[] = {
	{ .name = "context switch",
	  .others = "parked tasks",
	  .open = open_switch,
	  .batch = 2,
	  .run = run_switch,
	  .close = close_switch,
	  .goal = 2 },
	{ .name = "yield, 16 in the ring",
	  .others = "parked tasks",
	  .batch = 16,
	  .run = run_yield },
	{ .name = "yield, all in the ring",
	  .others = "runnable tasks",
	  .open = open_ring,
	  .batch = 1,
	  .run = run_ring,
	  .is_for_all = true },
	{ .name = "wake and park again, in order",
	  .others = "woken tasks",
	  .batch = 1,
	  .run = run_wake,
	  .can_be_part = true,
	  .is_for_all = true,
	  .goal = 100 },
	{ .name = "spawn and end",
	  .others = "parked tasks",
	  .batch = 2,
	  .run = run_spawn },
	{ .name = "spawn and end, after a peak",
	  .others = "parked tasks",
	  .open = open_after_peak,
	  .batch = 2,
	  .run = run_spawn },
	{ .name = "spawn and end, 16,384 at once",
	  .others = "parked tasks",
	  .open = open_after_peak,
	  .run = run_spawn_peak,
	  .batch = PEAK,
	  .goal = 3000 },
	{ .name = "deadline set, stopped; the latest",
	  .others = "deadlines",
	  .open = open_deadlines,
	  .batch = 2,
	  .run = run_stop_latest },
	{ .name = "deadline set, stopped; the first",
	  .others = "deadlines",
	  .open = open_deadlines,
	  .batch = 2,
	  .run = run_stop_first },
	{ .name = "deadline set, expired",
	  .others = "deadlines",
	  .open = open_deadlines,
	  .batch = 2,
	  .run = run_expire },
	{ 0 },
};
