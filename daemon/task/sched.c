/* SPDX-License-Identifier: MIT */
#include "task/sched.h"

#include "base/blob.h"
#include "base/list.h"
#include "task/ring.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { STACK_BYTES = 64 << 10 };

struct sched sched;

/* ---- changing places ---- */

static WOVEN void
arrive(struct task *self)
{
	context_arrived(&self->context, &sched.previous->context);
	sched.current = self != &sched.main ? self : NULL;
	if (sched.ended == NULL)
		return;
	stack_give_back(&sched.stacks, sched.ended->stack);
	sched.ended = NULL;
}

/* Where a turn ends nobody has changed yet: R[0] is still to come. */
static void
report(const struct task *to)
{
	uint64_t previous = sched.reported;

	if (to->id == previous || (to == &sched.main && sched.first != NULL))
		return;
	sched.reported = to->id;
	sched.switched(previous, to->id);
}

static WOVEN void
change(struct task *from, struct task *to)
{
	if (sched.switched != NULL)
		report(to);
	sched.previous = from;
	sched.switches++;
	context_switch(&from->context, &to->context, from == sched.ended);
	arrive(from);
}

void
sched_dispatch(struct task *from)
{
	struct task *to = sched.first;

	if (to == NULL || to->turn == sched.turn)
		to = &sched.main;
	if (to != from)
		change(from, to);
}

/* An error that came before its first step: it never begins. */
static void
die_early(struct task *self)
{
	struct blob *error = self->thrown;

	self->thrown = NULL;
	if (error != NULL && sched.uncaught != NULL)
		sched.uncaught(self->id, error);
	else
		blob_unref(error);
}

void
task_begin(void)
{
	struct task *self = sched.first;

	arrive(self);
	self->has_begun = true;
	if (self->is_doomed)
		die_early(self);
	else
		self->function(self->argument);
	if (self->end != NULL)
		self->end(self->argument);
	blob_unref(self->thrown);
	ring_remove(self);
	sched.tasks--;
	sched.ended = self;
	sched_dispatch(self);
	abort(); /* nobody comes back to a task that has ended */
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
	sched.stacks.is_measured = config->measures_stacks;
}

void
sched_fini(void)
{
	assert(sched.tasks == 0 && sched.timers == 0);
	heap_fini(&sched.deadlines);
	stack_pool_fini(&sched.stacks);
}

size_t
sched_most_tasks(void)
{
	return stack_most(&sched.stacks);
}

size_t
sched_stack_used(size_t *bytes)
{
	*bytes = stack_size(&sched.stacks);
	return sched.stacks.used_most;
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
	struct timer *timer;
	int64_t deadline;

	while ((node = heap_first(&sched.deadlines, &deadline)) != NULL &&
	       deadline <= sched.now) {
		heap_remove(&sched.deadlines, node);
		timer = list_entry(node, struct timer, node);
		timer->expire(timer);
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

bool
sched_is_idle(void)
{
	return sched.current == NULL;
}

uint64_t
sched_stuck(void)
{
	bool is_same = sched.switches == sched.looked_at;

	sched.looked_at = sched.switches;
	return is_same && sched.current != NULL ? sched.current->id : 0;
}

size_t
sched_tasks(void)
{
	return sched.tasks;
}

void
sched_on_switch(sched_switched_fn *function)
{
	sched.switched = function;
}

void
sched_on_uncaught(sched_uncaught_fn *function)
{
	sched.uncaught = function;
}
