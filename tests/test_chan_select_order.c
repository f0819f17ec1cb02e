/* SPDX-License-Identifier: MIT */
/*
 * Who runs next where a select meets somebody; and what it has to do with
 * exceptions, capacity, broadcast and acknowledgements.
 */
#include "cast.h"
#include "suite.h"

#include <errno.h>

static struct chan a, b;

static void
set_up(void)
{
	cast_open();
	chan_init(&a);
	chan_init(&b);
}

static void
tear_down(void)
{
	cast_close();
	chan_fini(&a);
	chan_fini(&b);
}

/* ---- who runs next ---- */

enum side { PLAIN, SELECTS };

static const struct cell {
	bool schedule_all;
	int preference;
	bool caller_sends;
	const char *trail;
} cells[] = {
	{ false, -1, true, "PXYC" }, { false, -1, false, "CXYP" },
	{ false, 1, true, "CXYP" },  { false, 1, false, "PXYC" },
	{ false, 0, true, "CXYP" },  { false, 0, false, "CXYP" },
	{ true, -1, true, "XYPC" },  { true, -1, false, "XYPC" },
	{ true, 1, true, "XYPC" },   { true, 1, false, "XYPC" },
	{ true, 0, true, "XYPC" },   { true, 0, false, "XYPC" },
};

enum { CELLS = sizeof cells / sizeof cells[0] };

/* A call on `a`; a select has a case on `b` before it. */
static void
start(char letter, enum side side, bool sends)
{
	struct role *z;

	if (side == PLAIN && sends)
		send_by(letter, &a);
	if (side == PLAIN && !sends)
		receive_by(letter, &a);
	if (side == PLAIN)
		return;
	z = or_receive(select_by(letter), &b);
	if (sends)
		or_send(z, &a, letter);
	else
		or_receive(z, &a);
}

/* Whether P and C select: P, C, both. */
START_TEST(that_a_side_selects_changes_nothing_in_the_order)
{
	const struct cell *cell = &cells[_i % CELLS];
	int who = _i / CELLS + 1;

	chan_set_preference(&a, cell->preference);
	a.schedule_all = cell->schedule_all;
	chan_set_preference(&b, -cell->preference); /* no matter */
	start('P', (who & 1) != 0 ? SELECTS : PLAIN, !cell->caller_sends);
	sched_run();
	start('C', (who & 2) != 0 ? SELECTS : PLAIN, cell->caller_sends);
	bystand_by('X');
	bystand_by('Y');
	sched_run();
	ck_assert_msg(strcmp(trail(), cell->trail) == 0, "%d: %s, not %s", _i,
		      trail(), cell->trail);
	gets(cell->caller_sends ? 'P' : 'C', cell->caller_sends ? "C" : "P");
	ck_assert_int_eq(b.balance, 0);
}
END_TEST

START_TEST(one_case_is_like_a_call)
{
	or_send(select_by('Z'), &a, 'z');
	sched_run();
	ck_assert_str_eq(lineup(&a), "z");
	receive_by('R', &a);
	sched_run();
	gets('R', "z");
	returns('Z', 0);
}
END_TEST

START_TEST(a_select_of_both_sides_meets_another_one)
{
	or_receive(or_send(select_by('Y'), &a, 'y'), &a);
	sched_run();
	or_receive(or_send(select_by('Z'), &a, 'z'), &a);
	sched_run();
	returns('Z', 0);
	returns('Y', 1);
	gets('Y', "z");
	ck_assert_str_eq(role('Y')->left, "y");
	ck_assert_int_eq(a.balance, 0);
}
END_TEST

/* ---- met, and not run yet ---- */

/* Z has been given A's value by a sender that has not been answered. */
static void
let_meet(void)
{
	a.schedule_all = true;
	or_send(or_receive(select_by('Z'), &a), &b, 'z');
	sched_run();
	send_by('A', &a);
	sched_turn();
	returns('Z', UNDONE);
	returns('A', UNDONE);
	ck_assert_int_eq(b.balance, 0);
}

START_TEST(a_cancelled_select_gives_back_what_it_was_given)
{
	let_meet();
	task_cancel(role('Z')->task);
	ck_assert_str_eq(lineup(&a), "A");
	sched_run();
	returns('Z', -ECANCELED);
	ck_assert_str_eq(role('Z')->left, "z");
	returns('A', UNDONE);
}
END_TEST

START_TEST(a_killed_select_loses_what_it_was_given)
{
	a.schedule_all = true;
	or_send(or_receive(select_by('Z'), &a), &b, 'z');
	sched_run();
	send_by('A', &a);
	kill_pending_by('K', role('Z'));
	sched_run();
	returns('Z', -ECANCELED);
	ck_assert_str_eq(role('Z')->left, "z");
	returns('A', 0);
	ck_assert_int_eq(a.balance, 0);
}
END_TEST

/* It met on `a` with both going to the tail; then R does not come. */
static void
let_send(bool with_another)
{
	a.schedule_all = true;
	receive_by('R', &a);
	sched_run();
	or_send(or_receive(or_send(select_by('Z'), &b, 'x'), &b), &a, 'z');
	if (with_another)
		receive_by('Q', &b);
	sched_turn();
	returns('Z', UNDONE);
	ck_assert_int_eq(a.balance, 0);
}

START_TEST(a_select_whose_value_was_given_back_waits_on_all)
{
	let_send(false);
	task_cancel(role('R')->task);
	ck_assert_str_eq(lineup(&a), "z");
	ck_assert_str_eq(lineup(&b), "x-");
	sched_run();
	returns('Z', UNDONE);
	send_by('B', &b);
	sched_run();
	returns('Z', 1);
	gets('Z', "B");
	ck_assert_str_eq(role('Z')->left, "xz");
	ck_assert_str_eq(lineup(&a), "");
}
END_TEST

START_TEST(a_select_whose_value_was_given_back_meets_who_waits)
{
	let_send(true);
	task_cancel(role('R')->task);
	sched_run();
	returns('R', -ECANCELED);
	returns('Z', 0);
	gets('Q', "x");
	ck_assert_str_eq(role('Z')->left, "z");
	ck_assert_int_eq(a.balance, 0);
	ck_assert_int_eq(b.balance, 0);
}
END_TEST

/* ---- exceptions ---- */

START_TEST(an_exception_is_raised_in_a_select)
{
	if (_i == 0)
		send_exception_by('E', &a);
	or_receive(or_send(select_by('Z'), &b, 'z'), &a);
	sched_run();
	if (_i == 1)
		send_exception_by('E', &a);
	sched_run();
	returns('Z', -EREMOTEIO);
	gets('Z', "E");
	returns('E', 0);
	ck_assert_str_eq(role('Z')->left, "z");
	ck_assert_int_eq(b.balance, 0);
}
END_TEST

/* ---- capacity ---- */

START_TEST(a_select_that_waits_to_send_is_let_in)
{
	chan_set_capacity(&a, 1);
	send_by('A', &a);
	or_receive(or_send(select_by('Z'), &a, 'z'), &b);
	sched_run();
	ck_assert_str_eq(lineup(&a), "(A)z");
	receive_by('R', &a);
	sched_run();
	gets('R', "A");
	returns('Z', 0);
	ck_assert_str_eq(lineup(&a), "(z)");
	ck_assert_int_eq(b.balance, 0);
}
END_TEST

START_TEST(raising_the_capacity_lets_a_select_in_once)
{
	or_send(or_send(select_by('Z'), &a, 'x'), &a, 'y');
	sched_run();
	chan_set_capacity(&a, 5);
	sched_run();
	returns('Z', 0);
	ck_assert_str_eq(lineup(&a), "(x)");
	ck_assert_str_eq(role('Z')->left, "y");
}
END_TEST

/* ---- broadcast ---- */

START_TEST(a_broadcast_serves_a_select_once)
{
	struct blob *value = text_blob("news");

	or_receive(or_receive(or_send(select_by('Z'), &b, 'z'), &a), &a);
	sched_run();
	ck_assert_uint_eq(chan_broadcast(&a, value), 1);
	blob_unref(value);
	sched_run();
	returns('Z', 1);
	gets('Z', "news");
	ck_assert_int_eq(a.balance, 0);
	ck_assert_int_eq(b.balance, 0);
}
END_TEST

/* ---- acknowledgements ---- */

/* Z sends to H, which acknowledges; it could have received from b. */
static void
let_select_be_held(bool select_first)
{
	if (!select_first)
		hold_by('H', &a)->lease = 100;
	sched_run();
	or_send(or_receive(select_by('Z'), &b), &a, 'z');
	sched_run();
	if (select_first)
		hold_by('H', &a)->lease = 100;
	sched_run();
	gets('H', "z");
	returns('Z', UNDONE);
	ck_assert(chan_is_held(role('Z')->task));
	ck_assert_int_eq(b.balance, 0);
}

START_TEST(a_select_is_acknowledged)
{
	let_select_be_held(_i == 1);
	delivery_ack(held_by('H'), text_blob("ok"));
	sched_run();
	returns('Z', 1);
	gets('Z', "ok");
	ck_assert_str_eq(role('Z')->left, "");
}
END_TEST

START_TEST(a_select_is_refused)
{
	let_select_be_held(_i == 1);
	delivery_fail(held_by('H'), text_blob("no"));
	sched_run();
	returns('Z', -EREMOTEIO);
	gets('Z', "no");
	ck_assert_str_eq(role('Z')->left, ""); /* it is gone */
}
END_TEST

START_TEST(a_select_that_was_given_back_waits_on_all)
{
	let_select_be_held(_i == 1);
	delivery_nack(held_by('H'));
	ck_assert_str_eq(lineup(&a), "z");
	ck_assert_str_eq(lineup(&b), "-");
	send_by('B', &b);
	sched_run();
	returns('Z', 0);
	gets('Z', "B");
	ck_assert_str_eq(role('Z')->left, "z");
}
END_TEST

START_TEST(a_select_that_was_lost_has_made_its_choice)
{
	let_select_be_held(_i % 2 == 1);
	if (_i < 2)
		sched_set_time(100);
	else
		holder_end(&cast_holder);
	send_by('B', &b);
	sched_run();
	returns('B', UNDONE);
	ck_assert_str_eq(lineup(&a), "z");
	ck_assert_str_eq(lineup(&b), "B");
	receive_by('R', &a);
	sched_run();
	gets('R', "z");
	returns('Z', 1);
}
END_TEST

START_TEST(a_select_that_was_given_back_meets_who_came_meanwhile)
{
	let_select_be_held(false);
	send_by('B', &b);
	sched_run();
	returns('B', UNDONE);
	delivery_nack(held_by('H'));
	sched_run();
	returns('Z', 0);
	gets('Z', "B");
	returns('B', 0);
	ck_assert_int_eq(a.balance, 0);
	ck_assert_int_eq(b.balance, 0);
}
END_TEST

START_TEST(a_held_select_deserts_its_delivery)
{
	let_select_be_held(_i == 1);
	task_cancel(role('Z')->task);
	sched_run();
	returns('Z', -ECANCELED);
	ck_assert_str_eq(role('Z')->left, "z");
	ck_assert_int_eq(delivery_ack(held_by('H'), NULL), -EOWNERDEAD);
}
END_TEST

START_TEST(a_held_select_does_not_know_at_its_deadline)
{
	hold_by('H', &a);
	sched_run();
	or_send(or_receive(select_by('Z'), &b), &a, 'z')->deadline = 50;
	sched_run();
	if (_i == 1)
		holder_end(&cast_holder);
	sched_set_time(50);
	sched_run();
	returns('Z', -EINPROGRESS);
	ck_assert_int_eq(a.balance, 0);
	ck_assert_int_eq(b.balance, 0);
}
END_TEST

#define ADD(situation, test) tcase_add_test(situation, test)
#define ADD_LOOP(situation, test, count)                                       \
	tcase_add_loop_test(situation, test, 0, count)

static void
add_acknowledgements(Suite *suite)
{
	TCase *t = suite_case(suite, "acknowledgements", set_up, tear_down);

	ADD_LOOP(t, a_select_is_acknowledged, 2);
	ADD_LOOP(t, a_select_is_refused, 2);
	ADD_LOOP(t, a_select_that_was_given_back_waits_on_all, 2);
	ADD_LOOP(t, a_select_that_was_lost_has_made_its_choice, 4);
	ADD(t, a_select_that_was_given_back_meets_who_came_meanwhile);
	ADD_LOOP(t, a_held_select_deserts_its_delivery, 2);
	ADD_LOOP(t, a_held_select_does_not_know_at_its_deadline, 2);
}

int
main(void)
{
	Suite *suite = suite_create("select");
	TCase *t = suite_case(suite, "who runs", set_up, tear_down);

	ADD_LOOP(t, that_a_side_selects_changes_nothing_in_the_order,
		 3 * CELLS);
	ADD(t, one_case_is_like_a_call);
	ADD(t, a_select_of_both_sides_meets_another_one);
	t = suite_case(suite, "met", set_up, tear_down);
	ADD(t, a_cancelled_select_gives_back_what_it_was_given);
	ADD(t, a_killed_select_loses_what_it_was_given);
	ADD(t, a_select_whose_value_was_given_back_waits_on_all);
	ADD(t, a_select_whose_value_was_given_back_meets_who_waits);
	t = suite_case(suite, "values", set_up, tear_down);
	ADD_LOOP(t, an_exception_is_raised_in_a_select, 2);
	ADD(t, a_select_that_waits_to_send_is_let_in);
	ADD(t, raising_the_capacity_lets_a_select_in_once);
	ADD(t, a_broadcast_serves_a_select_once);
	add_acknowledgements(suite);
	return suite_run(suite);
}
