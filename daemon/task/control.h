/* SPDX-License-Identifier: MIT */
/*
 * control.h - what one task can do to another.
 *
 * These follow Stackless (stackless.tasklet), operation by operation; the
 * running task calls them. NULL stands for a task that has ended, or has not
 * been spawned. What is refused has changed nothing.
 */
#ifndef TASK_CONTROL_H
#define TASK_CONTROL_H

#include "task/task.h"

/* Put a paused task at the tail of R. 0, -EBUSY blocked, -ESRCH NULL. */
int task_insert(struct task *task);

/*
 * Take a task out of R: paused; but not one that has been cancelled. 0, -EBUSY
 * blocked, or the running one.
 */
int task_remove(struct task *task);

/*
 * Insert it, and let it run at once: R is rotated until it is in front. The
 * caller stays in R. 0, or as task_insert(), or what was thrown meanwhile.
 */
PARKS int task_run(struct task *task);

/* The same, but the caller is paused; a cancelled one: -ECANCELED at once. */
PARKS int task_switch(struct task *task);

/*
 * Let what the task is in fail with an error, which takes the place of any
 * value that it has not picked up yet.
 *
 *   error       -EREMOTEIO, and task_take_thrown() is this, which is given
 *               up in any case; NULL (Stackless: TaskletExit): -ECANCELED
 *   is_pending  it meets the error when its turn comes; else it runs at once,
 *               as with task_run()
 *
 * A blocked task leaves what it waits on at once; one out of R goes to the
 * tail. One that has not begun never will: see sched_on_uncaught(). Thrown at
 * the caller itself, it is what this returns.
 *
 * 0, also for NULL if `error` is NULL; else -ESRCH for that; or what was
 * thrown at the caller meanwhile.
 */
PARKS int task_throw(struct task *task, struct blob *error, bool is_pending);
PARKS int task_kill(struct task *task, bool is_pending);

/*
 * From whoever is no task: let what a blocked or paused task is in fail with
 * `error`, this once. It leaves that at once, and goes to the tail.
 */
void task_fail(struct task *task, int error);

/* The error that an -EREMOTEIO was about, once; the caller's. Or NULL. */
struct blob *task_take_thrown(void);

/*
 * Forbid every change of the running task while the level, to which `change`
 * is added, is above 0 (Stackless: switch_trap): what would change it fails
 * with -EDEADLK, and nothing has happened. Returns the level now in force.
 */
int task_add_switch_trap(int change);

#endif
