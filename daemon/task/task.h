/* SPDX-License-Identifier: MIT */
/*
 * task.h - cooperative tasks on one ring; what the other rooms may see.
 *
 * The model is Stackless Python's: the ring R holds the running task R[0] and
 * everybody who is runnable behind it. A task runs until it parks, yields or
 * ends; then the next one does. Nothing here knows of files, and time is what
 * sched.h was told.
 *
 *   runnable  in R
 *   blocked   out of R, on something that can be withdrawn (struct wait)
 *   paused    out of R, on nothing
 *
 * There is one ring in a process; none of this is for several threads.
 * Knows base/ alone.
 */
#ifndef TASK_TASK_H
#define TASK_TASK_H

#include "base/attr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct blob;
struct task;

typedef void task_fn(void *argument);

/* Deadlines are monotonic nanoseconds; this one never comes. */
#define NO_DEADLINE INT64_MAX

/*
 * What a blocked task waits on. It lies on the parked stack; the room that it
 * belongs to finds its own struct around it.
 *
 *   leave  called when the task is cancelled or its deadline has come, even
 *          when the task was woken meanwhile but has not run yet. If the task
 *          still waited: stop that, and return true. If it had been served
 *          already: return false.
 */
struct wait {
	bool (*leave)(struct wait *wait);
};

/*
 * A new task that will run function(argument); appended to R. It ends when
 * the function returns. NULL when out of memory, stacks or guards.
 */
struct task *task_spawn(task_fn *function, void *argument);

/*
 * The same, but what it runs is function(*room): so many bytes on the task's
 * own stack, zeroed, which last until it has ended. Where most tasks are parked
 * these are for nothing: they lie in the page that a parked task keeps anyway.
 */
struct task *task_spawn_with(task_fn *function, size_t size, void **room);

/*
 * Call end(argument) when the task has ended, also where it never begins. It
 * runs on the task's stack and must not park.
 */
void task_on_end(struct task *task, task_fn *end);

/* The running task; NULL on the loop's own stack. */
struct task *task_self(void);

/* Unique as long as the process lives, from 1. */
uint64_t task_id(const struct task *task);

/*
 * Leave R until somebody wakes this task.
 *
 *   wait      what it blocks on, already joined; NULL to pause
 *   deadline  when to give up
 *
 * What the waker gave, or -ETIMEDOUT; -ECANCELED, -EREMOTEIO: see task_throw().
 * In these cases `wait` was left, or had been served. A cancelled task does not
 * park: -ECANCELED at once. -EDEADLK: the switch trap is set.
 */
PARKS int task_park(struct wait *wait, int64_t deadline);

/*
 * Let the next one run and go to the tail of R; alone on it, run on.
 *
 *   wait  as for task_unready(); NULL if that will not happen
 *
 * 0, or what ended the wait that task_unready() put it on, or what was thrown;
 * -EDEADLK: the switch trap is set.
 */
PARKS int task_yield(struct wait *wait);

/*
 * Make a parked task runnable: at the tail of R, or right behind the running
 * one, to run next. It returns `result` from its park. The first wake wins:
 * nothing happens to a task in R.
 */
void task_wake(struct task *task, int result);
void task_wake_next(struct task *task, int result);

/*
 * Take a task that stands in task_yield(wait) out of R again: it is blocked
 * on what it has joined, as if it had parked there.
 */
void task_unready(struct task *task, int64_t deadline);

/*
 * Cancel: whatever the task waits for is withdrawn at once, this park and all
 * later ones return -ECANCELED, and it leaves by its ordinary exits. Where it
 * was out of R it goes to the tail.
 */
void task_cancel(struct task *task);

/* Not to be blocked any more once it runs: task_unready() cancels it. */
void task_set_leaving(struct task *task);
bool task_is_leaving(const struct task *task);
bool task_is_cancelled(const struct task *task);

/*
 * In R; blocked; either of the two (Stackless: scheduled); paused, which is
 * neither. Of NULL, a task that has ended: none of them.
 */
bool task_is_runnable(const struct task *task);
bool task_is_blocked(const struct task *task);
bool task_is_scheduled(const struct task *task);
bool task_is_paused(const struct task *task);

/* Has it made its first step? */
bool task_has_begun(const struct task *task);

/* Of one in R that was parked or yielded: what it will come back with. */
int task_result(const struct task *task);

/* What it was put on by task_park() or task_yield() and has not left. */
struct wait *task_wait(const struct task *task);

/*
 * Forbid the running task to block on a channel (Stackless: block_trap).
 * Returns what was in force. Channels ask; parking itself does not.
 */
bool task_set_block_trap(bool is_set);
bool task_block_trap(void);

/* How many are in R; Stackless: getruncount(). */
size_t task_runcount(void);

#endif
