/* SPDX-License-Identifier: MIT */
/*
 * Waiting on several channels for the first rendezvous.
 */
#include "cast.h"
#include "suite.h"

#include <errno.h>

static struct chan a, b, c;

static void
set_up(void)
{
	cast_open();
	chan_init(&a);
	chan_init(&b);
	chan_init(&c);
}

static void
tear_down(void)
{
	cast_close();
	chan_fini(&a);
	chan_fini(&b);
	chan_fini(&c);
}

static void
balances(int64_t of_a, int64_t of_b, int64_t of_c)
{
	ck_assert_int_eq(a.balance, of_a);
	ck_assert_int_eq(b.balance, of_b);
	ck_assert_int_eq(c.balance, of_c);
}

/* Z waits to receive from a and c, and to send 'z' on b. */
static void
let_wait(void)
{
	struct role *z = select_by('Z');

	or_receive(z, &a);
	or_send(z, &b, 'z');
	or_receive(z, &c);
	sched_run();
	returns('Z', UNDONE);
	balances(-1, 1, -1);
}

/* ---- at once ---- */

START_TEST(the_first_of_those_that_can_go_does)
{
	send_by('B', &b);
	send_by('C', &c);
	sched_run();
	or_receive(or_receive(or_receive(select_by('Z'), &a), &c), &b);
	sched_run();
	returns('Z', 1);
	gets('Z', "C");
	returns('C', 0);
	returns('B', UNDONE);
	balances(0, 1, 0);
}
END_TEST

START_TEST(a_case_that_sends_goes_at_once_too)
{
	receive_by('R', &b);
	sched_run();
	or_send(or_send(select_by('Z'), &a, 'x'), &b, 'y');
	sched_run();
	returns('Z', 1);
	gets('R', "y");
	ck_assert_str_eq(role('Z')->left, "x");
	ck_assert_str_eq(role('Z')->value, "");
	balances(0, 0, 0);
}
END_TEST

START_TEST(room_is_as_good_as_a_receiver)
{
	chan_set_capacity(&b, 1);
	send_by('C', &c);
	sched_run();
	or_receive(or_send(or_receive(select_by('Z'), &a), &b, 'z'), &c);
	sched_run();
	returns('Z', 1);
	ck_assert_str_eq(lineup(&b), "(z)");
	balances(0, 1, 1);
}
END_TEST

START_TEST(a_value_in_the_channel_is_as_good_as_a_sender)
{
	chan_set_capacity(&b, 1);
	send_by('B', &b);
	sched_run();
	or_receive(or_receive(select_by('Z'), &a), &b);
	sched_run();
	returns('Z', 1);
	gets('Z', "B");
}
END_TEST

START_TEST(one_that_would_not_wait_does_not)
{
	or_send(or_receive(select_by('Z'), &a), &b, 'z')->deadline = 0;
	sched_run();
	returns('Z', -EAGAIN);
	ck_assert_str_eq(role('Z')->left, "z");
	balances(0, 0, 0);
}
END_TEST

START_TEST(one_that_would_not_wait_takes_what_is_there)
{
	send_by('B', &b);
	sched_run();
	or_receive(or_receive(select_by('Z'), &a), &b)->deadline = 0;
	sched_run();
	returns('Z', 1);
	gets('Z', "B");
}
END_TEST

START_TEST(a_block_trap_forbids_to_wait_only)
{
	or_receive(select_by('Z'), &a)->traps = true;
	sched_run();
	returns('Z', -EDEADLK);
	send_by('A', &a);
	or_receive(select_by('Y'), &a)->traps = true;
	sched_run();
	returns('Y', 0);
}
END_TEST

/* ---- waiting ---- */

START_TEST(it_waits_on_all_channels_at_once)
{
	let_wait();
	ck_assert(task_is_blocked(role('Z')->task));
	ck_assert_str_eq(lineup(&a), "-");
	ck_assert_str_eq(lineup(&b), "z");
	ck_assert_str_eq(lineup(&c), "-");
}
END_TEST

START_TEST(the_first_rendezvous_takes_it_off_all_others)
{
	const char *const senders = "A?C";

	let_wait();
	if (_i == 1)
		receive_by('R', &b);
	else
		send_by(senders[_i], _i == 0 ? &a : &c);
	bystand_by('X');
	sched_turn();
	balances(0, 0, 0);
	sched_run();
	returns('Z', _i);
	if (_i == 1)
		gets('R', "z");
	else
		ck_assert_int_eq(role('Z')->value[0], senders[_i]);
	ck_assert_str_eq(role('Z')->left, _i == 1 ? "" : "z");
}
END_TEST

START_TEST(each_case_has_its_place_in_its_queue)
{
	receive_by('P', &a);
	sched_run();
	or_receive(or_receive(select_by('Z'), &a), &c);
	sched_run();
	receive_by('Q', &a);
	sched_run();
	send_by('1', &a);
	send_by('2', &a);
	send_by('3', &a);
	sched_run();
	gets('P', "1");
	gets('Z', "2");
	gets('Q', "3");
}
END_TEST

START_TEST(who_comes_after_finds_the_others_only)
{
	let_wait();
	receive_by('R', &a);
	sched_run();
	send_by('A', &a);
	send_by('B', &a);
	sched_run();
	gets('Z', "A");
	gets('R', "B");
}
END_TEST

START_TEST(sixty_four_cases_can_wait)
{
	static struct chan many[CASES];
	struct role *z = select_by('Z');

	for (int i = 0; i < CASES; i++) {
		chan_init(&many[i]);
		if (i % 2 == 0)
			or_receive(z, &many[i]);
		else
			or_send(z, &many[i], (char)('0' + i % 10));
	}
	sched_run();
	send_by('S', &many[CASES - 2]);
	sched_run();
	returns('Z', CASES - 2);
	gets('Z', "S");
	ck_assert_uint_eq(strlen(z->left), CASES / 2);
	for (int i = 0; i < CASES; i++) {
		ck_assert_int_eq(many[i].balance, 0);
		chan_fini(&many[i]);
	}
}
END_TEST

/* ---- the same channel twice ---- */

START_TEST(a_channel_may_stand_in_several_cases)
{
	or_receive(or_receive(select_by('Z'), &a), &a);
	sched_run();
	balances(-2, 0, 0);
	send_by('A', &a);
	sched_run();
	returns('Z', 0);
	gets('Z', "A");
	balances(0, 0, 0);
}
END_TEST

START_TEST(of_several_values_for_a_channel_the_first_goes)
{
	or_send(or_send(select_by('Z'), &a, 'x'), &a, 'y');
	sched_run();
	ck_assert_str_eq(lineup(&a), "xy");
	receive_by('R', &a);
	sched_run();
	gets('R', "x");
	ck_assert_str_eq(role('Z')->left, "y");
	balances(0, 0, 0);
}
END_TEST

START_TEST(it_does_not_meet_itself)
{
	or_receive(or_send(select_by('Z'), &a, 'z'), &a);
	sched_run();
	returns('Z', UNDONE);
	ck_assert_str_eq(lineup(&a), "z-");
	balances(0, 0, 0);
	if (_i == 0)
		send_by('A', &a);
	else
		receive_by('A', &a);
	sched_run();
	returns('Z', _i == 0 ? 1 : 0);
	returns('A', 0);
	ck_assert_str_eq(lineup(&a), "");
	balances(0, 0, 0);
}
END_TEST

/* ---- two selects ---- */

START_TEST(two_selects_meet)
{
	or_send(or_receive(select_by('Y'), &c), &a, 'y');
	sched_run();
	or_receive(or_receive(select_by('Z'), &b), &a);
	sched_run();
	returns('Y', 1);
	returns('Z', 1);
	gets('Z', "y");
	balances(0, 0, 0);
}
END_TEST

START_TEST(two_selects_meet_on_the_first_case_of_the_later)
{
	or_send(or_receive(select_by('Y'), &a), &b, 'y');
	sched_run();
	or_receive(or_send(select_by('Z'), &a, 'z'), &b);
	sched_run();
	returns('Y', 0);
	gets('Y', "z");
	returns('Z', 0);
	ck_assert_str_eq(role('Y')->left, "y");
	balances(0, 0, 0);
}
END_TEST

/* ---- closing ---- */

START_TEST(none_waits_where_any_channel_is_closing)
{
	chan_close(&b);
	or_send(or_receive(or_receive(select_by('Z'), &a), &b), &c, 'z');
	sched_run();
	returns('Z', -EPIPE);
	ck_assert_str_eq(role('Z')->left, "z");
	balances(0, 0, 0);
}
END_TEST

START_TEST(one_that_can_go_does_where_another_is_closing)
{
	chan_close(&a);
	send_by('B', &b);
	sched_run();
	or_receive(or_receive(select_by('Z'), &a), &b);
	sched_run();
	returns('Z', 1);
	gets('Z', "B");
}
END_TEST

START_TEST(one_that_waits_stays_when_a_channel_is_closed)
{
	let_wait();
	chan_close(&a);
	sched_run();
	returns('Z', UNDONE);
	send_by('A', &a);
	sched_run();
	returns('Z', 0);
}
END_TEST

START_TEST(a_close_that_wakes_ends_it)
{
	struct chan *const chans[] = { &a, &b, &c };

	let_wait();
	ck_assert_uint_eq(chan_close_and_wake(chans[_i]), 1);
	balances(0, 0, 0);
	sched_run();
	returns('Z', -EPIPE);
	ck_assert_str_eq(role('Z')->left, "z");
}
END_TEST

START_TEST(one_with_both_sides_is_woken_once)
{
	or_receive(or_send(select_by('Z'), &a, 'z'), &a);
	sched_run();
	ck_assert_uint_eq(chan_close_and_wake(&a), 1);
	sched_run();
	returns('Z', -EPIPE);
}
END_TEST

/* ---- deadlines and other ends ---- */

START_TEST(at_its_deadline_it_leaves_all_channels)
{
	let_wait();
	or_receive(or_receive(select_by('Y'), &a), &c)->deadline = 5;
	sched_run();
	balances(-2, 1, -2);
	sched_set_time(5);
	sched_turn();
	balances(-1, 1, -1);
	sched_run();
	returns('Y', -ETIMEDOUT);
	returns('Z', UNDONE);
}
END_TEST

START_TEST(a_rendezvous_wins_over_its_deadline)
{
	or_receive(or_receive(select_by('Y'), &a), &c)->deadline = 5;
	sched_run();
	sched_set_time(5);
	send_by('C', &c);
	sched_run();
	returns('Y', 1);
	ck_assert_int_eq(sched_next_deadline(), NO_DEADLINE);
}
END_TEST

START_TEST(a_cancelled_one_leaves_all_channels_at_once)
{
	let_wait();
	task_cancel(role('Z')->task);
	balances(0, 0, 0);
	sched_run();
	returns('Z', -ECANCELED);
	ck_assert_str_eq(role('Z')->left, "z");
}
END_TEST

START_TEST(a_killed_one_leaves_all_channels_at_once)
{
	let_wait();
	if (_i == 0)
		kill_by('K', role('Z'));
	else
		throw_pending_by('K', role('Z'));
	sched_run();
	balances(0, 0, 0);
	returns('Z', _i == 0 ? -ECANCELED : -EREMOTEIO);
	gets('Z', _i == 0 ? "" : "K");
	ck_assert_str_eq(role('Z')->left, "z");
}
END_TEST

START_TEST(clearing_one_channel_ends_it)
{
	let_wait();
	ck_assert_uint_eq(chan_clear(&b), 1);
	balances(0, 0, 0);
	sched_run();
	returns('Z', -ECANCELED);
}
END_TEST

#define ADD(situation, test) tcase_add_test(situation, test)
#define ADD_LOOP(situation, test, count)                                       \
	tcase_add_loop_test(situation, test, 0, count)

static void
add_waiting(Suite *suite)
{
	TCase *t = suite_case(suite, "waiting", set_up, tear_down);

	ADD(t, it_waits_on_all_channels_at_once);
	ADD_LOOP(t, the_first_rendezvous_takes_it_off_all_others, 3);
	ADD(t, each_case_has_its_place_in_its_queue);
	ADD(t, who_comes_after_finds_the_others_only);
	ADD(t, sixty_four_cases_can_wait);
	t = suite_case(suite, "the same channel twice", set_up, tear_down);
	ADD(t, a_channel_may_stand_in_several_cases);
	ADD(t, of_several_values_for_a_channel_the_first_goes);
	ADD_LOOP(t, it_does_not_meet_itself, 2);
	t = suite_case(suite, "two selects", set_up, tear_down);
	ADD(t, two_selects_meet);
	ADD(t, two_selects_meet_on_the_first_case_of_the_later);
}

static void
add_ends(Suite *suite)
{
	TCase *t = suite_case(suite, "closing", set_up, tear_down);

	ADD(t, none_waits_where_any_channel_is_closing);
	ADD(t, one_that_can_go_does_where_another_is_closing);
	ADD(t, one_that_waits_stays_when_a_channel_is_closed);
	ADD_LOOP(t, a_close_that_wakes_ends_it, 3);
	ADD(t, one_with_both_sides_is_woken_once);
	t = suite_case(suite, "ends", set_up, tear_down);
	ADD(t, at_its_deadline_it_leaves_all_channels);
	ADD(t, a_rendezvous_wins_over_its_deadline);
	ADD(t, a_cancelled_one_leaves_all_channels_at_once);
	ADD_LOOP(t, a_killed_one_leaves_all_channels_at_once, 2);
	ADD(t, clearing_one_channel_ends_it);
}

int
main(void)
{
	Suite *suite = suite_create("select");
	TCase *t = suite_case(suite, "at once", set_up, tear_down);

	ADD(t, the_first_of_those_that_can_go_does);
	ADD(t, a_case_that_sends_goes_at_once_too);
	ADD(t, room_is_as_good_as_a_receiver);
	ADD(t, a_value_in_the_channel_is_as_good_as_a_sender);
	ADD(t, one_that_would_not_wait_does_not);
	ADD(t, one_that_would_not_wait_takes_what_is_there);
	ADD(t, a_block_trap_forbids_to_wait_only);
	add_waiting(suite);
	add_ends(suite);
	return suite_run(suite);
}
