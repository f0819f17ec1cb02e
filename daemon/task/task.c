/* SPDX-License-Identifier: MIT */
#include "task/task.h"

#include "base/blob.h"
#include "base/list.h"
#include "task/ring.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

static void
give_up(struct timer *timer)
{
	struct task *task = list_entry(timer, struct task, deadline);

	if (task->wait == NULL || task->wait->leave(task->wait))
		task_wake(task, -ETIMEDOUT);
}

/* What lies at the top of a stack is the task, and the room behind it. */
static struct task *
spawn(task_fn *function, void *argument, size_t room)
{
	struct stack *stack;
	struct task *task;
	size_t size;

	if (heap_reserve(&sched.deadlines, sched.tasks + sched.timers + 1) < 0)
		return NULL;
	stack = stack_take(&sched.stacks);
	if (stack == NULL)
		return NULL;
	size = (stack_size(&sched.stacks) - sizeof *task - room) / 64 * 64;
	task = (struct task *)(void *)(stack->low + size);
	*task = (struct task){ .function = function,
			       .argument = argument,
			       .deadline.expire = give_up,
			       .stack = stack,
			       .id = ++sched.spawned };
	context_make(&task->context, stack->low, size, task_begin);
	sched.tasks++;
	ring_append(task);
	return task;
}

struct task *
task_spawn(task_fn *function, void *argument)
{
	return spawn(function, argument, 0);
}

struct task *
task_spawn_with(task_fn *function, size_t size, void **room)
{
	struct task *task = spawn(function, NULL, size);

	if (task != NULL)
		*room = task->argument = memset(task + 1, 0, size);
	return task;
}

void
task_on_end(struct task *task, task_fn *end)
{
	task->end = end;
}

struct task *
task_self(void)
{
	return sched.current;
}

uint64_t
task_id(const struct task *task)
{
	return task->id;
}

/* ---- giving the processor away ---- */

int
task_away(struct task *self)
{
	sched_dispatch(self);
	self->wait = NULL;
	return self->result;
}

WHOLE int
task_park(struct wait *wait, int64_t deadline)
{
	struct task *self = sched.current;

	assert(self != NULL);
	if (sched.switch_trap > 0 || self->is_cancelled) {
		if (wait != NULL)
			wait->leave(wait);
		return self->is_cancelled ? -ECANCELED : -EDEADLK;
	}
	if (deadline != NO_DEADLINE)
		timer_set(&self->deadline, deadline);
	self->wait = wait;
	self->is_parked = true;
	ring_remove(self);
	return task_away(self);
}

WHOLE int
task_yield(struct wait *wait)
{
	struct task *self = sched.current;

	assert(self != NULL);
	if (self->next != self && sched.switch_trap > 0)
		return -EDEADLK;
	self->wait = wait;
	self->result = 0;
	ring_bring(self->next);
	return task_away(self);
}

/* ---- on the ring and off it ---- */

static bool
wake(struct task *task, int result)
{
	if (!task->is_parked)
		return false;
	timer_stop(&task->deadline);
	task->is_parked = false;
	task->result = result;
	return true;
}

void
task_wake(struct task *task, int result)
{
	if (wake(task, result))
		ring_append(task);
}

void
task_wake_next(struct task *task, int result)
{
	assert(sched.current != NULL);
	if (!wake(task, result))
		return;
	task->turn = 0; /* its turn is the waker's */
	ring_insert_before(sched.first->next, task);
}

void
task_unready(struct task *task, int64_t deadline)
{
	assert(task != sched.current && task->wait != NULL);
	if (task->next != NULL)
		ring_remove(task);
	if (deadline != NO_DEADLINE)
		timer_set(&task->deadline, deadline);
	task->is_parked = true;
	if (task->is_leaving)
		task_cancel(task);
}

/* ---- ending what a task does ---- */

void
task_make_runnable(struct task *task)
{
	wake(task, task->result);
	if (task->next == NULL)
		ring_append(task);
}

void
task_set_leaving(struct task *task)
{
	task->is_leaving = true;
}

bool
task_is_leaving(const struct task *task)
{
	return task->is_leaving;
}

void
task_cancel(struct task *task)
{
	bool was_waiting;

	if (task->is_cancelled)
		return;
	task->is_cancelled = true;
	was_waiting = task->wait == NULL || task->wait->leave(task->wait);
	if (was_waiting && task->is_parked)
		task->result = -ECANCELED;
	task_make_runnable(task);
}

bool
task_is_cancelled(const struct task *task)
{
	return task->is_cancelled;
}

/* ---- what a task is ---- */

bool
task_is_runnable(const struct task *task)
{
	return task != NULL && task->next != NULL;
}

bool
task_is_blocked(const struct task *task)
{
	return task != NULL && task->is_parked && task->wait != NULL;
}

bool
task_is_scheduled(const struct task *task)
{
	return task_is_runnable(task) || task_is_blocked(task);
}

bool
task_is_paused(const struct task *task)
{
	return task != NULL && !task_is_scheduled(task);
}

bool
task_has_begun(const struct task *task)
{
	return task->has_begun;
}

int
task_result(const struct task *task)
{
	return task->result;
}

struct wait *
task_wait(const struct task *task)
{
	return task->wait;
}

bool
task_set_block_trap(bool is_set)
{
	bool was_set = sched.current->block_trap;

	sched.current->block_trap = is_set;
	return was_set;
}

bool
task_block_trap(void)
{
	return sched.current->block_trap;
}

size_t
task_runcount(void)
{
	return sched.runcount;
}
