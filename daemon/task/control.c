/* SPDX-License-Identifier: MIT */
#include "task/control.h"

#include "base/blob.h"
#include "task/ring.h"

#include <errno.h>

static bool
is_trapped(const struct task *task)
{
	return sched.switch_trap > 0 && task != sched.current;
}

int
task_insert(struct task *task)
{
	if (task == NULL)
		return -ESRCH;
	if (task_is_blocked(task))
		return -EBUSY;
	if (task->is_parked)
		task_wake(task, 0);
	else if (task->next == NULL)
		ring_append(task);
	return 0;
}

/* Nobody would put one back that is on its way out. */
int
task_remove(struct task *task)
{
	if (task == NULL || task->is_cancelled)
		return 0;
	if (task_is_blocked(task) || task == sched.current)
		return -EBUSY;
	if (task->next != NULL)
		ring_remove(task);
	return 0;
}

/* To `task`, which is in R, at once. */
PARKS static int
run_now(struct task *task)
{
	struct task *self = sched.current;

	ring_bring(task);
	task->turn = 0; /* its turn is that of who made it run */
	self->result = 0;
	return task_away(self);
}

int
task_run(struct task *task)
{
	int r;

	if (is_trapped(task))
		return -EDEADLK;
	r = task_insert(task);
	return r < 0 || task == sched.current ? r : run_now(task);
}

int
task_switch(struct task *task)
{
	struct task *self = sched.current;
	int r;

	if (self->is_cancelled)
		return -ECANCELED; /* nobody would wake it */
	if (is_trapped(task))
		return -EDEADLK;
	r = task_insert(task);
	if (r < 0 || task == self)
		return r;
	self->is_parked = true;
	ring_remove(self);
	sched.first = task;
	task->turn = 0;
	return task_away(self);
}

static int
result_of(const struct blob *error)
{
	return error != NULL ? -EREMOTEIO : -ECANCELED;
}

static void
give_error(struct task *task, struct blob *error)
{
	if (task_is_blocked(task))
		task->wait->leave(task->wait);
	task_make_runnable(task);
	blob_unref(task->thrown);
	task->thrown = error;
	task->result = result_of(error);
	task->is_doomed = !task->has_begun;
}

/* Thrown at the caller itself: what it is in is this. */
static int
raise(struct task *self, struct blob *error)
{
	blob_unref(self->thrown);
	self->thrown = error;
	return result_of(error);
}

int
task_throw(struct task *task, struct blob *error, bool is_pending)
{
	int r = 0;

	if (task == sched.current && task != NULL)
		return raise(task, error);
	if (task == NULL)
		r = error != NULL ? -ESRCH : 0;
	else if (!is_pending && is_trapped(task))
		r = -EDEADLK;
	if (task == NULL || r < 0) {
		blob_unref(error);
		return r;
	}
	give_error(task, error);
	return is_pending ? 0 : run_now(task);
}

int
task_kill(struct task *task, bool is_pending)
{
	return task_throw(task, NULL, is_pending);
}

void
task_fail(struct task *task, int error)
{
	if (task->wait != NULL && !task->wait->leave(task->wait))
		return; /* it was met, and only has not run yet */
	task_make_runnable(task);
	task->result = error;
}

struct blob *
task_take_thrown(void)
{
	struct blob *error = sched.current->thrown;

	sched.current->thrown = NULL;
	return error;
}

int
task_add_switch_trap(int change)
{
	sched.switch_trap += change;
	return sched.switch_trap;
}
