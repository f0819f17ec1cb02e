/* SPDX-License-Identifier: MIT */
/*
 * shrink.c - what can be left out of a program, one thing at a time.
 */
#include "model/program.h"

#include <string.h>

/* Counts down to the one that is wanted. */
struct shrinking {
	unsigned step;
	bool is_done;
};

static bool
is_wanted(struct shrinking *s)
{
	if (s->is_done || s->step-- > 0)
		return false;
	s->is_done = true;
	return true;
}

/* What is that already needs no step. */
static void
simplify(struct shrinking *s, int *number, int simple)
{
	if (*number != simple && is_wanted(s))
		*number = simple;
}

static void
drop_flag(struct shrinking *s, bool *flag)
{
	if (*flag && is_wanted(s))
		*flag = false;
}

static void
drop_operations(struct shrinking *s, struct operation *operations, int *count)
{
	for (int i = 0; i < *count; i++)
		if (is_wanted(s)) {
			--*count;
			memmove(&operations[i], &operations[i + 1],
				(size_t)(*count - i) * sizeof *operations);
		}
}

static void
drop_items(struct shrinking *s, struct operation *op)
{
	for (int i = 0; op->count > 1 && i < op->count; i++)
		if (is_wanted(s)) {
			op->count--;
			memmove(&op->items[i], &op->items[i + 1],
				(size_t)(op->count - i) * sizeof *op->items);
		}
}

static void
simplify_operation(struct shrinking *s, struct operation *op)
{
	drop_items(s, op);
	simplify(s, &op->timeout, FOR_EVER);
	if (op->verb != EXTEND)
		simplify(s, &op->lease, 0);
}

/* A task that is never spawned has not to be renamed. */
static void
drop_task(struct shrinking *s, struct script *script)
{
	if (script->count > 0 && is_wanted(s)) {
		script->count = 0;
		script->is_lazy = true;
	}
}

static void
simplify_script(struct shrinking *s, struct script *script)
{
	drop_operations(s, script->operations, &script->count);
	drop_flag(s, &script->is_stubborn);
	if (script->count > 0)
		drop_flag(s, &script->is_lazy);
	for (int i = 0; i < script->count; i++)
		simplify_operation(s, &script->operations[i]);
}

bool
program_shrink(struct program *program, unsigned step)
{
	struct shrinking s = { .step = step };

	for (int i = 0; i < program->task_count; i++)
		drop_task(&s, &program->tasks[i]);
	drop_operations(&s, program->events, &program->event_count);
	for (int i = 0; i < program->channel_count; i++) {
		simplify(&s, &program->channels[i].preference, -1);
		drop_flag(&s, &program->channels[i].schedule_all);
		simplify(&s, &program->channels[i].capacity, 0);
	}
	for (int i = 0; i < program->task_count; i++)
		simplify_script(&s, &program->tasks[i]);
	return s.is_done;
}
