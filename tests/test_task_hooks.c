/* SPDX-License-Identifier: MIT */
/*
 * The switch trap; and what is told of tasks as they change, end, or never
 * begin.
 */
#include "base/blob.h"
#include "base/list.h"
#include "stage.h"
#include "suite.h"
#include "task/control.h"
#include "task/sched.h"

#include <errno.h>
#include <stdio.h>

static char log_[256]; /* what the hooks were told */

static void
set_up(void)
{
	stage_open();
	log_[0] = '\0';
}

static void
tear_down(void)
{
	sched_on_switch(NULL);
	sched_on_uncaught(NULL);
	sched_run();
	stage_close();
}

static struct task *
spawn(task_fn *function, void *argument)
{
	struct task *task = task_spawn(function, argument);

	ck_assert_ptr_nonnull(task);
	return task;
}

PARKS static void
run_pause(void *argument)
{
	int *result = argument;

	*result = task_park(NULL, NO_DEADLINE);
}

PARKS static void
run_letter(void *argument)
{
	trail_add(*(const char *)argument);
}

PARKS static void
run_yield(void *argument)
{
	trail_add(*(const char *)argument);
	task_yield(NULL);
	trail_add(*(const char *)argument);
}

/* ---- the switch trap ---- */

/* What a task under a trap tries, on another one that is paused. */
struct trapped {
	struct task *other;
	int (*tries)(struct task *other);
	int result;
	struct wait wait;
	unsigned left;
};

static bool
leave(struct wait *wait)
{
	list_entry(wait, struct trapped, wait)->left++;
	return true;
}

PARKS static int
try_park(struct task *other)
{
	(void)other;
	return task_park(NULL, NO_DEADLINE);
}

PARKS static int
try_yield(struct task *other)
{
	(void)other;
	return task_yield(NULL);
}

PARKS static int
try_switch(struct task *other)
{
	return task_switch(other);
}

PARKS static int
try_kill(struct task *other)
{
	return task_kill(other, false);
}

PARKS static int
try_throw(struct task *other)
{
	return task_throw(other, blob_copy("e", 1), false);
}

PARKS static void
run_trapped(void *argument)
{
	struct trapped *t = argument;

	ck_assert_int_eq(task_add_switch_trap(1), 1);
	t->result = t->tries(t->other);
	ck_assert_int_eq(task_add_switch_trap(-1), 0);
	trail_add('T');
}

START_TEST(under_a_trap_what_would_switch_fails_and_changes_nothing)
{
	static int (*const tries[])(struct task *) = {
		try_park, try_yield, task_run, try_switch, try_kill, try_throw,
	};
	struct trapped t = { .tries = tries[_i] };
	int paused = UNDONE;

	t.other = spawn(run_pause, &paused);
	sched_run();
	spawn(run_trapped, &t);
	spawn(run_letter, (void *)(uintptr_t) "X");
	sched_run();
	ck_assert_int_eq(t.result, -EDEADLK);
	ck_assert_str_eq(trail(), "TX");
	ck_assert_int_eq(paused, UNDONE);
	ck_assert(task_is_paused(t.other));
	task_wake(t.other, 3);
	sched_run();
	ck_assert_int_eq(paused, 3);
}
END_TEST

START_TEST(under_a_trap_what_does_not_switch_succeeds)
{
	static int (*const tries[])(struct task *) = { task_insert,
						       task_remove };
	struct trapped t = { .tries = tries[_i] };
	int paused = UNDONE;

	t.other = spawn(run_pause, &paused);
	sched_run();
	spawn(run_trapped, &t);
	sched_run();
	ck_assert_int_eq(t.result, 0);
	task_wake(t.other, 0);
	sched_run();
	ck_assert_int_eq(paused, 0);
}
END_TEST

PARKS static int
try_self(struct task *other)
{
	int r = task_yield(NULL); /* alone on the ring */

	(void)other;
	if (r == 0)
		r = task_run(task_self());
	return r == 0 ? task_switch(task_self()) : r;
}

START_TEST(under_a_trap_one_can_go_on_itself)
{
	struct trapped t = { .tries = try_self, .result = UNDONE };

	spawn(run_trapped, &t);
	sched_run();
	ck_assert_int_eq(t.result, 0);
}
END_TEST

PARKS static int
try_pending(struct task *other)
{
	return task_kill(other, true);
}

START_TEST(under_a_trap_an_error_can_be_thrown_for_later)
{
	struct trapped t = { .tries = try_pending };
	int paused = UNDONE;

	t.other = spawn(run_pause, &paused);
	sched_run();
	spawn(run_trapped, &t);
	sched_run();
	ck_assert_int_eq(t.result, 0);
	ck_assert_int_eq(paused, -ECANCELED);
}
END_TEST

PARKS static void
run_blocked(void *argument)
{
	struct trapped *t = argument;

	t->wait.leave = leave;
	task_add_switch_trap(2);
	ck_assert_int_eq(task_add_switch_trap(-1), 1);
	t->result = task_park(&t->wait, 5);
	task_add_switch_trap(-1);
}

START_TEST(under_a_trap_a_wait_that_was_joined_is_left)
{
	struct trapped t = { .result = UNDONE };

	spawn(run_blocked, &t);
	sched_run();
	ck_assert_int_eq(t.result, -EDEADLK);
	ck_assert_uint_eq(t.left, 1);
	ck_assert_int_eq(sched_next_deadline(), NO_DEADLINE);
}
END_TEST

/* ---- the end ---- */

static void
note_end(void *argument)
{
	trail_add(*(const char *)argument);
	trail_add('!');
	ck_assert_ptr_nonnull(task_self());
}

START_TEST(the_end_is_told_once_behind_the_last_step)
{
	task_on_end(spawn(run_yield, (void *)(uintptr_t) "A"), note_end);
	task_on_end(spawn(run_letter, (void *)(uintptr_t) "B"), note_end);
	sched_run();
	ck_assert_str_eq(trail(), "ABB!AA!");
}
END_TEST

PARKS static void
run_kill(void *argument)
{
	task_kill(argument, false);
	trail_add('K');
}

PARKS static void
run_throw(void *argument)
{
	task_throw(argument, blob_copy("oops", 4), false);
	trail_add('K');
}

/* The victim stands behind its killer. */
static void
end_before_it_begins(task_fn *function)
{
	struct task *fresh = spawn(run_letter, (void *)(uintptr_t) "A");

	task_on_end(fresh, note_end);
	task_remove(fresh);
	spawn(function, fresh);
	sched_run();
	ck_assert_str_eq(trail(), "A!K");
	ck_assert_uint_eq(sched_tasks(), 0);
}

START_TEST(the_end_is_told_of_one_that_never_began)
{
	end_before_it_begins(_i == 0 ? run_kill : run_throw);
}
END_TEST

/* ---- errors that nobody catches ---- */

static void
note_uncaught(uint64_t task, struct blob *error)
{
	size_t size = strlen(log_);

	snprintf(log_ + size, sizeof log_ - size, "%d %.4s;", (int)task,
		 (const char *)blob_data(error));
	blob_unref(error);
}

START_TEST(an_error_that_came_before_the_first_step_is_told)
{
	sched_on_uncaught(note_uncaught);
	end_before_it_begins(run_throw);
	ck_assert_str_eq(log_, "1 oops;");
}
END_TEST

START_TEST(of_one_that_was_killed_before_its_first_step_nothing_is_told)
{
	sched_on_uncaught(note_uncaught);
	end_before_it_begins(run_kill);
	ck_assert_str_eq(log_, "");
}
END_TEST

/* ---- every change ---- */

static void
note_switch(uint64_t previous, uint64_t next)
{
	size_t size = strlen(log_);

	snprintf(log_ + size, sizeof log_ - size, "%d>%d ", (int)previous,
		 (int)next);
}

START_TEST(every_change_of_the_running_task_is_told)
{
	sched_on_switch(note_switch);
	spawn(run_yield, (void *)(uintptr_t) "A");
	spawn(run_yield, (void *)(uintptr_t) "B");
	sched_run();
	ck_assert_str_eq(trail(), "ABAB");
	ck_assert_str_eq(log_, "0>1 1>2 2>1 1>2 2>0 ");
}
END_TEST

START_TEST(where_a_turn_ends_is_not_told)
{
	sched_on_switch(note_switch);
	spawn(run_yield, (void *)(uintptr_t) "A");
	ck_assert(sched_turn());
	ck_assert_str_eq(log_, "0>1 ");
	spawn(run_letter, (void *)(uintptr_t) "B");
	sched_run();
	ck_assert_str_eq(log_, "0>1 1>2 2>0 ");
}
END_TEST

START_TEST(nobody_is_told_any_more)
{
	sched_on_switch(note_switch);
	sched_on_switch(NULL);
	spawn(run_letter, (void *)(uintptr_t) "A");
	sched_run();
	ck_assert_str_eq(log_, "");
}
END_TEST

/* ---- turns ---- */

enum { TASKS = 5, MOVES = 1000 };

/* The ring as an array, moved as Stackless says. */
static struct {
	struct task *ring[TASKS];
	int count;
	unsigned moves;
	uint32_t random;
} model;

static unsigned
random_below(unsigned most)
{
	model.random = model.random * 1103515245 + 12345;
	return (model.random >> 16) % most;
}

static void
rotate(int places)
{
	struct task *first;

	while (places-- > 0) {
		first = model.ring[0];
		memmove(model.ring, model.ring + 1,
			(size_t)(model.count - 1) * sizeof first);
		model.ring[model.count - 1] = first;
	}
}

PARKS static void
run_moves(void *argument)
{
	int place;

	(void)argument;
	while (model.moves-- > TASKS) {
		ck_assert_ptr_eq(model.ring[0], task_self());
		place = (int)random_below(TASKS);
		rotate(place > 1 ? place : 1);
		if (place > 1)
			task_run(model.ring[0]);
		else
			task_yield(NULL);
	}
	model.moves = 0;
	ck_assert_ptr_eq(model.ring[0], task_self());
	rotate(1);
	model.count--;
}

START_TEST(turns_never_change_the_order_of_the_ring)
{
	unsigned turns = 1;

	model.moves = MOVES;
	model.random = (uint32_t)_i;
	for (model.count = 0; model.count < TASKS; model.count++)
		model.ring[model.count] = spawn(run_moves, NULL);
	while (sched_turn())
		turns++;
	ck_assert_uint_gt(turns, MOVES / TASKS / 4);
	ck_assert_int_eq(model.count, 0);
}
END_TEST

PARKS static void
run_other(void *argument)
{
	task_run(argument);
	trail_add('A');
}

PARKS static void
switch_other(void *argument)
{
	task_switch(argument);
	trail_add('A');
}

START_TEST(who_is_made_to_run_does_so_in_the_same_turn)
{
	struct task *fresh = spawn(run_letter, (void *)(uintptr_t) "B");
	struct task *caller;

	task_remove(fresh);
	caller = spawn(_i == 0 ? run_other : switch_other, fresh);
	sched_turn();
	ck_assert_str_eq(trail(), "B");
	if (_i == 1)
		task_insert(caller);
	sched_run();
	ck_assert_str_eq(trail(), "BA");
}
END_TEST

#define ADD(situation, test) tcase_add_test(situation, test)
#define ADD_LOOP(situation, test, count)                                       \
	tcase_add_loop_test(situation, test, 0, count)

int
main(void)
{
	Suite *suite = suite_create("task hooks");
	TCase *t = suite_case(suite, "switch trap", set_up, tear_down);

	ADD_LOOP(t, under_a_trap_what_would_switch_fails_and_changes_nothing,
		 6);
	ADD_LOOP(t, under_a_trap_what_does_not_switch_succeeds, 2);
	ADD(t, under_a_trap_one_can_go_on_itself);
	ADD(t, under_a_trap_an_error_can_be_thrown_for_later);
	ADD(t, under_a_trap_a_wait_that_was_joined_is_left);
	t = suite_case(suite, "told", set_up, tear_down);
	ADD(t, the_end_is_told_once_behind_the_last_step);
	ADD_LOOP(t, the_end_is_told_of_one_that_never_began, 2);
	ADD(t, an_error_that_came_before_the_first_step_is_told);
	ADD(t, of_one_that_was_killed_before_its_first_step_nothing_is_told);
	ADD(t, every_change_of_the_running_task_is_told);
	ADD(t, where_a_turn_ends_is_not_told);
	ADD(t, nobody_is_told_any_more);
	t = suite_case(suite, "turns", set_up, tear_down);
	ADD_LOOP(t, turns_never_change_the_order_of_the_ring, 20);
	ADD_LOOP(t, who_is_made_to_run_does_so_in_the_same_turn, 2);
	return suite_run(suite);
}
