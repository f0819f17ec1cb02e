/* SPDX-License-Identifier: MIT */
#include "task/sched.h"

#include "base/heap.h"
#include "base/list.h"
#include "task/stack.h"
#include "task/switch.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { STACK_BYTES = 64 << 10 };

/*
 * A task lies at the top of its own stack: while it is parked, one page holds
 * both.
 */
struct task {
	struct context context;
	struct task *next, *prev; /* in R, or NULL */
	task_fn *function;
	void *argument;
	struct wait *wait; /* until it runs again */
	struct heap_node deadline;
	struct stack *stack;
	uint64_t id;
	uint64_t turn; /* in which it joined the tail; 0 when put in front */
	int result;    /* of its park */
	bool is_cancelled;
	bool is_leaving;
	bool block_trap;
};

static struct {
	struct task *first;    /* R[0] */
	struct task *current;  /* R[0] while it runs, else NULL */
	struct task *previous; /* ran before; says whom we come from */
	struct task *ended;    /* its stack is to be given back */
	struct task main;      /* the driver's own stack; never in R */
	uint64_t turn;
	uint64_t switches;
	size_t runcount;
	size_t tasks;
	uint64_t spawned;
	int64_t now;
	struct heap deadlines;
	struct stack_pool stacks;
} sched;

/* ---- the ring ---- */

static void
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
static void
ring_append(struct task *task)
{
	task->turn = sched.turn;
	ring_insert_before(sched.first, task);
}

static void
ring_remove(struct task *task)
{
	sched.runcount--;
	if (sched.first == task)
		sched.first = task->next != task ? task->next : NULL;
	task->prev->next = task->next;
	task->next->prev = task->prev;
	task->next = task->prev = NULL;
}

static void
ring_rotate(void)
{
	sched.first->turn = sched.turn;
	sched.first = sched.first->next;
}

/* ---- changing places ---- */

static void
arrive(struct task *self)
{
	context_arrived(&self->context, &sched.previous->context);
	sched.current = self != &sched.main ? self : NULL;
	if (sched.ended == NULL)
		return;
	stack_give_back(&sched.stacks, sched.ended->stack);
	sched.ended = NULL;
}

static void
change(struct task *from, struct task *to)
{
	sched.previous = from;
	sched.switches++;
	context_switch(&from->context, &to->context, from == sched.ended);
	arrive(from);
}

/* Run R[0], or the driver when R is empty or this turn is over. */
static void
dispatch(struct task *from)
{
	struct task *to = sched.first;

	if (to == NULL || to->turn == sched.turn)
		to = &sched.main;
	if (to != from)
		change(from, to);
}

static void
run_to_the_end(void)
{
	struct task *self = sched.first;

	arrive(self);
	self->function(self->argument);
	ring_remove(self);
	sched.tasks--;
	sched.ended = self;
	dispatch(self);
	abort(); /* nobody comes back to a task that has ended */
}

/* ---- for tasks ---- */

struct task *
task_spawn(task_fn *function, void *argument)
{
	struct stack *stack;
	struct task *task;
	size_t size;

	if (heap_reserve(&sched.deadlines, sched.tasks + 1) < 0)
		return NULL;
	stack = stack_take(&sched.stacks);
	if (stack == NULL)
		return NULL;
	size = (stack_size(&sched.stacks) - sizeof *task) / 64 * 64;
	task = (struct task *)(void *)(stack->low + size);
	*task = (struct task){ .function = function,
			       .argument = argument,
			       .stack = stack,
			       .id = ++sched.spawned };
	context_make(&task->context, stack->low, size, run_to_the_end);
	sched.tasks++;
	ring_append(task);
	return task;
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

/* Out of the processor; what it comes back with. */
static int
away(struct task *self)
{
	dispatch(self);
	self->wait = NULL;
	return self->result;
}

int
task_park(struct wait *wait, int64_t deadline)
{
	struct task *self = sched.current;

	assert(self != NULL);
	if (self->is_cancelled) {
		if (wait != NULL)
			wait->leave(wait);
		return -ECANCELED;
	}
	if (deadline != NO_DEADLINE)
		heap_insert(&sched.deadlines, &self->deadline, deadline);
	self->wait = wait;
	ring_remove(self);
	return away(self);
}

int
task_yield(struct wait *wait)
{
	struct task *self = sched.current;

	assert(self != NULL);
	self->wait = wait;
	self->result = 0;
	ring_rotate();
	return away(self);
}

static bool
wake(struct task *task, int result)
{
	if (task->next != NULL)
		return false;
	heap_remove(&sched.deadlines, &task->deadline);
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
	ring_remove(task);
	if (deadline != NO_DEADLINE)
		heap_insert(&sched.deadlines, &task->deadline, deadline);
	if (task->is_leaving)
		task_cancel(task);
}

void
task_set_leaving(struct task *task)
{
	task->is_leaving = true;
}

void
task_cancel(struct task *task)
{
	bool was_waiting;

	if (task->is_cancelled)
		return;
	task->is_cancelled = true;
	was_waiting = task->wait == NULL || task->wait->leave(task->wait);
	if (was_waiting)
		task_wake(task, -ECANCELED);
}

bool
task_is_cancelled(const struct task *task)
{
	return task->is_cancelled;
}

bool
task_is_runnable(const struct task *task)
{
	return task->next != NULL;
}

bool
task_is_blocked(const struct task *task)
{
	return task->next == NULL && task->wait != NULL;
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

/* ---- for the driver ---- */

void
sched_init(const struct sched_config *config)
{
	size_t bytes = config->stack_bytes;

	assert(sched.tasks == 0);
	memset(&sched, 0, sizeof sched);
	heap_init(&sched.deadlines);
	stack_pool_init(&sched.stacks, bytes > 0 ? bytes : STACK_BYTES,
			config->guard_by_mprotect);
}

void
sched_fini(void)
{
	assert(sched.tasks == 0);
	heap_fini(&sched.deadlines);
	stack_pool_fini(&sched.stacks);
}

size_t
sched_most_tasks(void)
{
	return stack_most(&sched.stacks);
}

void
sched_set_time(int64_t now)
{
	assert(now >= sched.now);
	sched.now = now;
}

int64_t
sched_time(void)
{
	return sched.now;
}

static void
expire(void)
{
	struct heap_node *node;
	struct task *task;
	int64_t deadline;

	while ((node = heap_first(&sched.deadlines, &deadline)) != NULL &&
	       deadline <= sched.now) {
		task = list_entry(node, struct task, deadline);
		if (task->wait == NULL || task->wait->leave(task->wait))
			task_wake(task, -ETIMEDOUT);
		assert(node->place == 0);
	}
}

bool
sched_turn(void)
{
	assert(sched.current == NULL);
	sched.turn++;
	if (sched.first != NULL)
		change(&sched.main, sched.first);
	expire();
	return sched.first != NULL;
}

void
sched_run(void)
{
	while (sched_turn())
		continue;
}

int64_t
sched_next_deadline(void)
{
	int64_t deadline = NO_DEADLINE;

	heap_first(&sched.deadlines, &deadline);
	return deadline;
}

uint64_t
sched_switches(void)
{
	return sched.switches;
}

size_t
sched_tasks(void)
{
	return sched.tasks;
}
