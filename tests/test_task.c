/* SPDX-License-Identifier: MIT */
/*
 * The ring, parking, deadlines, cancellation.
 */
#include "base/list.h"
#include "stage.h"
#include "suite.h"
#include "task/sched.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { ROOM = 400 };

/* A task that parks, yields or wakes as told, and leaves its letter. */
struct player {
	char letter;
	struct task *task;
	int64_t deadline;
	int result;
	struct player *wakes;
	bool wakes_next;
	unsigned yields;
};

static struct player
player(char letter)
{
	return (struct player){ .letter = letter,
				.deadline = NO_DEADLINE,
				.result = UNDONE };
}

PARKS static void
run_letters(void *argument)
{
	struct player *p = argument;

	for (unsigned i = 0; i <= p->yields; i++) {
		if (i > 0)
			task_yield(NULL);
		trail_add(p->letter);
	}
}

PARKS static void
run_park(void *argument)
{
	struct player *p = argument;

	p->result = task_park(NULL, p->deadline);
	trail_add(p->letter);
}

PARKS static void
run_wake(void *argument)
{
	struct player *p = argument;

	if (p->wakes_next)
		task_wake_next(p->wakes->task, 7);
	else
		task_wake(p->wakes->task, 7);
	trail_add(p->letter);
}

static void
play(task_fn *function, struct player *p)
{
	p->task = task_spawn(function, p);
	ck_assert_ptr_nonnull(p->task);
}

/* ---- ring ---- */

START_TEST(tasks_run_in_the_order_in_which_they_were_spawned)
{
	struct player a = player('A'), b = player('B'), c = player('C');

	play(run_letters, &a);
	play(run_letters, &b);
	play(run_letters, &c);
	ck_assert_uint_eq(task_runcount(), 3);
	ck_assert_str_eq(trail(), "");
	sched_run();
	ck_assert_str_eq(trail(), "ABC");
}
END_TEST

START_TEST(a_task_that_yields_goes_to_the_tail)
{
	struct player a = player('A'), b = player('B');

	a.yields = 2;
	b.yields = 1;
	play(run_letters, &a);
	play(run_letters, &b);
	sched_run();
	ck_assert_str_eq(trail(), "ABABA");
}
END_TEST

START_TEST(ids_are_never_used_again)
{
	struct player a = player('A'), b = player('B');
	uint64_t first;

	play(run_letters, &a);
	first = task_id(a.task);
	sched_run();
	play(run_letters, &b);
	ck_assert_uint_gt(task_id(b.task), first);
	sched_run();
}
END_TEST

PARKS static void
run_spawn(void *argument)
{
	struct player *p = argument;

	ck_assert_ptr_eq(task_self(), p->task);
	play(run_letters, p->wakes);
	trail_add(p->letter);
}

/* It finds zeros, and leaves something else. */
static void
run_in_room(void *argument)
{
	unsigned char *room = argument;

	for (unsigned i = 0; i < ROOM; i++)
		ck_assert_uint_eq(room[i], 0);
	task_yield(NULL);
	memset(room, 0xff, ROOM);
	task_yield(NULL);
	ck_assert_uint_eq(room[ROOM - 1], 0xff);
	trail_add('a');
}

START_TEST(a_task_may_have_room_of_its_own_until_it_has_ended)
{
	for (int i = 0; i < 3; i++) { /* the stack is used again */
		void *room = NULL;
		struct task *task = task_spawn_with(run_in_room, ROOM, &room);

		ck_assert_ptr_nonnull(task);
		ck_assert_uint_eq((uintptr_t)room % _Alignof(max_align_t), 0);
		sched_run();
	}
	ck_assert_str_eq(trail(), "aaa");
}
END_TEST

START_TEST(a_task_spawned_by_a_task_runs_behind_all_others)
{
	struct player a = player('A'), b = player('B'), c = player('C');

	a.wakes = &c;
	play(run_spawn, &a);
	play(run_letters, &b);
	sched_run();
	ck_assert_str_eq(trail(), "ABC");
	ck_assert_ptr_null(task_self());
}
END_TEST

/* ---- turns ---- */

START_TEST(a_turn_is_those_who_were_on_the_ring_when_it_began)
{
	struct player a = player('A'), b = player('B');

	a.yields = b.yields = 1;
	play(run_letters, &a);
	play(run_letters, &b);
	ck_assert(sched_turn());
	ck_assert_str_eq(trail(), "AB");
	ck_assert(!sched_turn());
	ck_assert_str_eq(trail(), "ABAB");
}
END_TEST

START_TEST(who_comes_between_turns_comes_behind_all_others)
{
	struct player a = player('A'), b = player('B'), c = player('C');

	a.yields = b.yields = 1;
	play(run_letters, &a);
	play(run_letters, &b);
	sched_turn();
	play(run_letters, &c);
	sched_run();
	ck_assert_str_eq(trail(), "ABABC");
}
END_TEST

START_TEST(a_task_alone_that_yields_lets_its_driver_look)
{
	struct player a = player('A');

	a.yields = 3;
	play(run_letters, &a);
	ck_assert(sched_turn());
	ck_assert_str_eq(trail(), "A");
	sched_run();
	ck_assert_str_eq(trail(), "AAAA");
}
END_TEST

START_TEST(an_empty_ring_has_empty_turns)
{
	ck_assert(!sched_turn());
	ck_assert(!sched_turn());
}
END_TEST

/* ---- parking ---- */

START_TEST(a_parked_task_is_off_the_ring_until_it_is_woken)
{
	struct player a = player('A');

	play(run_park, &a);
	sched_run();
	ck_assert_int_eq(a.result, UNDONE);
	ck_assert_uint_eq(task_runcount(), 0);
	ck_assert(!task_is_runnable(a.task));
	ck_assert(!task_is_blocked(a.task)); /* on nothing: paused */
	task_wake(a.task, 3);
	ck_assert(task_is_runnable(a.task));
	sched_run();
	ck_assert_int_eq(a.result, 3);
}
END_TEST

START_TEST(the_first_wake_wins)
{
	struct player a = player('A');

	play(run_park, &a);
	sched_run();
	task_wake(a.task, 1);
	task_wake(a.task, 2);
	ck_assert_uint_eq(task_runcount(), 1);
	sched_run();
	ck_assert_int_eq(a.result, 1);
}
END_TEST

START_TEST(a_woken_task_goes_to_the_tail)
{
	struct player a = player('A'), w = player('W'), x = player('X');

	play(run_park, &a);
	sched_run();
	w.wakes = &a;
	play(run_wake, &w);
	play(run_letters, &x);
	sched_run();
	ck_assert_str_eq(trail(), "WXA");
	ck_assert_int_eq(a.result, 7);
}
END_TEST

START_TEST(a_task_woken_next_runs_behind_its_waker)
{
	struct player a = player('A'), w = player('W'), x = player('X');

	play(run_park, &a);
	sched_run();
	w.wakes = &a;
	w.wakes_next = true;
	play(run_wake, &w);
	play(run_letters, &x);
	ck_assert(!sched_turn()); /* and in its waker's turn */
	ck_assert_str_eq(trail(), "WAX");
}
END_TEST

/* ---- deadlines ---- */

START_TEST(deadlines_come_in_order_and_never_early)
{
	struct player p[4];
	const int64_t deadlines[4] = { 30, 10, 20, 10 };

	for (int i = 0; i < 4; i++) {
		p[i] = player((char)('A' + i));
		p[i].deadline = deadlines[i];
		play(run_park, &p[i]);
	}
	sched_run();
	ck_assert_int_eq(sched_next_deadline(), 10);
	sched_set_time(9);
	sched_run();
	ck_assert_str_eq(trail(), "");
	sched_set_time(25);
	sched_run();
	ck_assert_str_eq(trail(), "BDC"); /* equal ones: who came first */
	ck_assert_int_eq(p[1].result, -ETIMEDOUT);
	ck_assert_int_eq(sched_next_deadline(), 30);
	task_wake(p[0].task, 0);
	ck_assert_int_eq(sched_next_deadline(), NO_DEADLINE);
	sched_run();
}
END_TEST

START_TEST(a_deadline_that_has_passed_comes_with_the_turn)
{
	struct player a = player('A');

	sched_set_time(100);
	a.deadline = 50;
	play(run_park, &a);
	sched_run();
	ck_assert_int_eq(a.result, -ETIMEDOUT);
}
END_TEST

START_TEST(a_wake_wins_over_a_deadline_of_the_same_turn)
{
	struct player a = player('A'), w = player('W');

	a.deadline = 10;
	play(run_park, &a);
	sched_run();
	sched_set_time(10);
	w.wakes = &a;
	play(run_wake, &w);
	sched_run();
	ck_assert_int_eq(a.result, 7);
}
END_TEST

/* ---- cancelling ---- */

START_TEST(a_cancelled_task_comes_back_from_its_park)
{
	struct player a = player('A');

	play(run_park, &a);
	sched_run();
	ck_assert(!task_is_cancelled(a.task));
	task_cancel(a.task);
	task_cancel(a.task);
	ck_assert(task_is_cancelled(a.task));
	sched_run();
	ck_assert_int_eq(a.result, -ECANCELED);
}
END_TEST

START_TEST(a_cancelled_task_never_parks_again)
{
	struct player a = player('A');

	play(run_park, &a);
	task_cancel(a.task);
	sched_run();
	ck_assert_int_eq(a.result, -ECANCELED);
}
END_TEST

START_TEST(a_cancelled_task_may_still_yield)
{
	struct player a = player('A'), b = player('B');

	a.yields = 1;
	play(run_letters, &a);
	play(run_letters, &b);
	task_cancel(a.task);
	sched_run();
	ck_assert_str_eq(trail(), "ABA");
}
END_TEST

START_TEST(cancelling_does_not_change_places_on_the_ring)
{
	struct player a = player('A'), b = player('B');

	play(run_letters, &a);
	play(run_letters, &b);
	task_cancel(a.task);
	sched_run();
	ck_assert_str_eq(trail(), "AB");
}
END_TEST

START_TEST(a_wake_before_the_cancel_wins)
{
	struct player a = player('A');

	play(run_park, &a);
	sched_run();
	task_wake(a.task, 5);
	task_cancel(a.task);
	sched_run();
	ck_assert_int_eq(a.result, 5);
}
END_TEST

struct waiting {
	struct wait wait;
	struct player player;
	unsigned left;
	bool was_served;
};

static bool
leave(struct wait *wait)
{
	struct waiting *w = list_entry(wait, struct waiting, wait);

	w->left++;
	return !w->was_served;
}

PARKS static void
run_wait(void *argument)
{
	struct waiting *w = argument;

	w->wait.leave = leave;
	w->player.result = task_park(&w->wait, w->player.deadline);
}

START_TEST(a_wait_is_left_when_its_task_is_cancelled)
{
	struct waiting w = { .player = player('W') };
	struct task *task = task_spawn(run_wait, &w);

	sched_run();
	ck_assert(task_is_blocked(task));
	ck_assert_ptr_eq(task_wait(task), &w.wait);
	task_cancel(task);
	ck_assert_uint_eq(w.left, 1);
	ck_assert(!task_is_blocked(task));
	sched_run();
	ck_assert_int_eq(w.player.result, -ECANCELED);
}
END_TEST

START_TEST(a_wait_is_left_when_its_deadline_comes)
{
	struct waiting w = { .player = player('W') };

	w.player.deadline = 5;
	ck_assert_ptr_nonnull(task_spawn(run_wait, &w));
	sched_run();
	sched_set_time(5);
	sched_run();
	ck_assert_uint_eq(w.left, 1);
	ck_assert_int_eq(w.player.result, -ETIMEDOUT);
}
END_TEST

START_TEST(a_wait_that_was_served_hears_of_a_cancel_and_keeps_its_result)
{
	struct waiting w = { .player = player('W'), .was_served = true };
	struct task *task = task_spawn(run_wait, &w);

	sched_run();
	task_wake(task, 4);
	task_cancel(task);
	ck_assert_uint_eq(w.left, 1);
	sched_run();
	ck_assert_int_eq(w.player.result, 4);
}
END_TEST

START_TEST(a_cancelled_task_leaves_a_wait_that_it_joined)
{
	struct waiting w = { .player = player('W') };

	task_cancel(task_spawn(run_wait, &w));
	sched_run();
	ck_assert_uint_eq(w.left, 1);
	ck_assert_int_eq(w.player.result, -ECANCELED);
}
END_TEST

#define ADD(situation, test) tcase_add_test(situation, test)

int
main(void)
{
	Suite *suite = suite_create("task");
	TCase *t = suite_case(suite, "ring", stage_open, stage_close);

	ADD(t, tasks_run_in_the_order_in_which_they_were_spawned);
	ADD(t, a_task_that_yields_goes_to_the_tail);
	ADD(t, ids_are_never_used_again);
	ADD(t, a_task_spawned_by_a_task_runs_behind_all_others);
	ADD(t, a_task_may_have_room_of_its_own_until_it_has_ended);
	t = suite_case(suite, "turns", stage_open, stage_close);
	ADD(t, a_turn_is_those_who_were_on_the_ring_when_it_began);
	ADD(t, who_comes_between_turns_comes_behind_all_others);
	ADD(t, a_task_alone_that_yields_lets_its_driver_look);
	ADD(t, an_empty_ring_has_empty_turns);
	t = suite_case(suite, "parking", stage_open, stage_close);
	ADD(t, a_parked_task_is_off_the_ring_until_it_is_woken);
	ADD(t, the_first_wake_wins);
	ADD(t, a_woken_task_goes_to_the_tail);
	ADD(t, a_task_woken_next_runs_behind_its_waker);
	t = suite_case(suite, "deadlines", stage_open, stage_close);
	ADD(t, deadlines_come_in_order_and_never_early);
	ADD(t, a_deadline_that_has_passed_comes_with_the_turn);
	ADD(t, a_wake_wins_over_a_deadline_of_the_same_turn);
	t = suite_case(suite, "cancelling", stage_open, stage_close);
	ADD(t, a_cancelled_task_comes_back_from_its_park);
	ADD(t, a_cancelled_task_never_parks_again);
	ADD(t, a_cancelled_task_may_still_yield);
	ADD(t, cancelling_does_not_change_places_on_the_ring);
	ADD(t, a_wake_before_the_cancel_wins);
	ADD(t, a_wait_is_left_when_its_task_is_cancelled);
	ADD(t, a_wait_is_left_when_its_deadline_comes);
	ADD(t, a_wait_that_was_served_hears_of_a_cancel_and_keeps_its_result);
	ADD(t, a_cancelled_task_leaves_a_wait_that_it_joined);
	return suite_run(suite);
}
