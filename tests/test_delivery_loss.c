/* SPDX-License-Identifier: MIT */
/*
 * Deliveries that are lost: late, left by their holder or by their sender.
 */
#include "cast.h"
#include "suite.h"

#include <errno.h>

enum { LEASE = 100 };

static struct chan chan;

static void
set_up(void)
{
	cast_open();
	chan_init(&chan);
}

static void
tear_down(void)
{
	cast_close();
	chan_fini(&chan);
}

static void
settles_in_vain(char letter)
{
	ck_assert_int_eq(delivery_ack(held_by(letter), text_blob("late")),
			 -EOWNERDEAD);
	ck_assert_ptr_null(held_by(letter));
}

static void
hold_many(const char *senders, const char *receivers)
{
	for (; *senders != '\0'; senders++, receivers++) {
		send_by(*senders, &chan);
		hold_by(*receivers, &chan);
	}
	sched_run();
}

/* ---- the lease ---- */

START_TEST(a_value_returns_when_the_lease_is_out)
{
	let_hold(&chan, _i == 1, NO_DEADLINE, LEASE);
	run_at(LEASE - 1);
	ck_assert_ptr_nonnull(held_by('H'));
	run_at(LEASE);
	ck_assert_ptr_null(held_by('H'));
	ck_assert_str_eq(lineup(&chan), "S");
	ck_assert_uint_eq(chan.held, 0);
	returns('S', UNDONE);
	hold_by('I', &chan);
	sched_run();
	ck_assert_uint_eq(role('I')->attempt, 2);
}
END_TEST

START_TEST(without_a_lease_a_value_is_held_for_ever)
{
	let_hold(&chan, _i == 1, NO_DEADLINE, 0);
	ck_assert_int_eq(sched_next_deadline(), NO_DEADLINE);
	run_at(INT64_MAX - 1);
	ck_assert_ptr_nonnull(held_by('H'));
}
END_TEST

START_TEST(a_lease_can_be_extended)
{
	let_hold(&chan, _i == 1, NO_DEADLINE, LEASE);
	run_at(60);
	ck_assert_int_eq(delivery_extend(held_by('H'), LEASE), 0);
	run_at(159);
	ck_assert_ptr_nonnull(held_by('H'));
	run_at(160);
	ck_assert_ptr_null(held_by('H'));
	ck_assert_str_eq(lineup(&chan), "S");
}
END_TEST

START_TEST(one_without_a_lease_can_be_given_one)
{
	let_hold(&chan, false, NO_DEADLINE, 0);
	ck_assert_int_eq(delivery_extend(held_by('H'), LEASE), 0);
	run_at(LEASE);
	ck_assert_str_eq(lineup(&chan), "S");
}
END_TEST

PARKS static void
run_acknowledge(void *argument)
{
	struct role *a = argument;

	a->result = delivery_ack(held_by('H'), text_blob("ok"));
}

START_TEST(an_acknowledgement_wins_over_the_lease_of_its_turn)
{
	let_hold(&chan, _i == 1, NO_DEADLINE, LEASE);
	play('A', run_acknowledge);
	run_at(LEASE);
	returns('A', 0);
	returns('S', 0);
	gets('S', "ok");
	ck_assert_int_eq(sched_next_deadline(), NO_DEADLINE);
}
END_TEST

START_TEST(what_was_settled_has_no_lease)
{
	let_hold(&chan, _i == 1, NO_DEADLINE, LEASE);
	delivery_nack(held_by('H'));
	ck_assert_int_eq(sched_next_deadline(), NO_DEADLINE);
}
END_TEST

/*
 * The receiver has been met and is taken off the ring before it has run: it
 * does not know of its delivery yet.
 */
START_TEST(a_lease_does_not_begin_before_its_receiver_runs)
{
	chan_set_preference(&chan, 0);
	hold_by('H', &chan)->lease = LEASE;
	sched_run();
	send_by('S', &chan);
	sched_turn();
	returns('H', UNDONE);
	ck_assert_int_eq(task_remove(role('H')->task), 0);
	run_at(5 * LEASE);
	ck_assert_int_eq(task_insert(role('H')->task), 0);
	sched_run();
	gets('H', "S");
	ck_assert_uint_eq(role('H')->attempt, 1);
	run_at(6 * LEASE - 1);
	ck_assert_ptr_nonnull(held_by('H'));
	run_at(6 * LEASE);
	ck_assert_str_eq(lineup(&chan), "S");
}
END_TEST

/* ---- the holder ends ---- */

START_TEST(a_value_returns_when_its_holder_ends)
{
	let_hold(&chan, _i == 1, NO_DEADLINE, LEASE);
	holder_end(&cast_holder);
	ck_assert_str_eq(lineup(&chan), "S");
	ck_assert_int_eq(chan.balance, 1);
	ck_assert_uint_eq(cast_holder.count, 0);
	ck_assert_int_eq(sched_next_deadline(), NO_DEADLINE);
	receive_by('R', &chan);
	sched_run();
	gets('R', "S");
	returns('S', 0);
}
END_TEST

START_TEST(all_that_an_ended_holder_held_returns_in_its_order)
{
	hold_many("ABC", "PQR");
	send_by('D', &chan);
	sched_run();
	holder_end(&cast_holder);
	ck_assert_str_eq(lineup(&chan), "ABCD");
}
END_TEST

START_TEST(those_who_wait_get_in_order_what_was_lost)
{
	hold_many("ABC", "PQR");
	receive_by('X', &chan);
	hold_by('Y', &chan);
	sched_run();
	for (const char *letter = "PQR"; *letter != '\0'; letter++)
		delivery_nack(held_by(*letter));
	sched_run();
	gets('X', "A");
	gets('Y', "B");
	ck_assert_uint_eq(role('Y')->attempt, 2);
	ck_assert_str_eq(lineup(&chan), "C");
}
END_TEST

START_TEST(what_another_holds_stays)
{
	struct holder other;

	holder_init(&other);
	hold_many("AB", "PQ");
	send_by('C', &chan);
	hold_by('R', &chan)->holder = &other;
	sched_run();
	holder_end(&other);
	ck_assert_str_eq(lineup(&chan), "C");
	ck_assert_uint_eq(chan.held, 2);
	ck_assert_ptr_nonnull(held_by('P'));
}
END_TEST

/* ---- the sender's time ---- */

START_TEST(a_sender_whose_time_is_out_does_not_know)
{
	let_hold(&chan, _i == 1, 50, 0);
	run_at(50);
	returns('S', -EINPROGRESS);
	ck_assert_str_eq(role('S')->left, "S");
	ck_assert_uint_eq(chan.held, 0);
	settles_in_vain('H');
}
END_TEST

START_TEST(a_sender_whose_value_was_given_back_knows)
{
	let_hold(&chan, _i == 1, 50, 0);
	delivery_nack(held_by('H'));
	run_at(50);
	returns('S', -ETIMEDOUT);
	ck_assert_int_eq(chan.balance, 0);
}
END_TEST

START_TEST(a_sender_whose_value_was_lost_does_not_know)
{
	let_hold(&chan, _i == 1, 50, 0);
	holder_end(&cast_holder);
	run_at(49);
	returns('S', UNDONE);
	run_at(50);
	returns('S', -EINPROGRESS);
	ck_assert_int_eq(chan.balance, 0);
}
END_TEST

START_TEST(a_sender_that_would_not_wait_waits_for_its_acknowledgement)
{
	let_hold(&chan, false, 0, 0);
	run_at(1000);
	returns('S', UNDONE);
	delivery_ack(held_by('H'), NULL);
	sched_run();
	returns('S', 0);
}
END_TEST

START_TEST(one_that_would_not_wait_does_not_wait_again)
{
	let_hold(&chan, false, 0, 0);
	if (_i == 0)
		delivery_nack(held_by('H'));
	else
		holder_end(&cast_holder);
	ck_assert_int_eq(chan.balance, 0);
	sched_run();
	returns('S', _i == 0 ? -EAGAIN : -EINPROGRESS);
}
END_TEST

/* Both give way; the first receiver leaves, and the next one acknowledges. */
START_TEST(who_would_not_wait_is_held_by_the_next_receiver_too)
{
	chan.schedule_all = true;
	receive_by('R', &chan);
	sched_run();
	send_by('S', &chan)->deadline = 0;
	hold_by('H', &chan);
	sched_turn(); /* R and S have met, and H waits */
	task_cancel(role('R')->task);
	sched_run();
	gets('H', "S");
	returns('S', UNDONE);
	delivery_ack(held_by('H'), text_blob("ok"));
	sched_run();
	gets('S', "ok");
}
END_TEST

/* ---- the sender leaves ---- */

START_TEST(a_cancelled_sender_deserts_its_delivery)
{
	let_hold(&chan, _i == 1, NO_DEADLINE, 0);
	task_cancel(role('S')->task);
	ck_assert_uint_eq(chan.held, 0);
	sched_run();
	returns('S', -ECANCELED);
	settles_in_vain('H');
}
END_TEST

START_TEST(a_killed_sender_deserts_its_delivery)
{
	let_hold(&chan, _i == 1, NO_DEADLINE, 0);
	kill_by('K', role('S'));
	sched_run();
	returns('K', 0);
	returns('S', -ECANCELED);
	settles_in_vain('H');
}
END_TEST

START_TEST(a_sender_that_is_thrown_at_deserts_its_delivery)
{
	let_hold(&chan, _i == 1, NO_DEADLINE, 0);
	throw_pending_by('T', role('S'));
	sched_run();
	returns('S', -EREMOTEIO);
	gets('S', "T");
	settles_in_vain('H');
}
END_TEST

START_TEST(nothing_but_its_end_can_come_of_a_deserted_delivery)
{
	let_hold(&chan, false, 10, LEASE);
	run_at(10);
	returns('S', -EINPROGRESS);
	if (_i == 0)
		ck_assert_int_eq(delivery_nack(held_by('H')), -EOWNERDEAD);
	if (_i == 1)
		ck_assert_int_eq(delivery_fail(held_by('H'), text_blob("e")),
				 -EOWNERDEAD);
	if (_i == 2)
		ck_assert_int_eq(delivery_extend(held_by('H'), 1), -EOWNERDEAD);
	if (_i == 3)
		run_at(LEASE);
	if (_i == 4)
		holder_end(&cast_holder);
	ck_assert_ptr_null(held_by('H'));
	ck_assert_uint_eq(cast_holder.count, 0);
	ck_assert_int_eq(sched_next_deadline(), NO_DEADLINE);
	ck_assert_int_eq(chan.balance, 0);
}
END_TEST

#define ADD(situation, test) tcase_add_test(situation, test)
#define ADD_LOOP(situation, test, count)                                       \
	tcase_add_loop_test(situation, test, 0, count)
#define ADD_BOTH(situation, test) ADD_LOOP(situation, test, 2)

static void
add_times(Suite *suite)
{
	TCase *t = suite_case(suite, "lease", set_up, tear_down);

	ADD_BOTH(t, a_value_returns_when_the_lease_is_out);
	ADD_BOTH(t, without_a_lease_a_value_is_held_for_ever);
	ADD_BOTH(t, a_lease_can_be_extended);
	ADD(t, one_without_a_lease_can_be_given_one);
	ADD_BOTH(t, an_acknowledgement_wins_over_the_lease_of_its_turn);
	ADD_BOTH(t, what_was_settled_has_no_lease);
	ADD(t, a_lease_does_not_begin_before_its_receiver_runs);
	t = suite_case(suite, "the sender's time", set_up, tear_down);
	ADD_BOTH(t, a_sender_whose_time_is_out_does_not_know);
	ADD_BOTH(t, a_sender_whose_value_was_given_back_knows);
	ADD_BOTH(t, a_sender_whose_value_was_lost_does_not_know);
	ADD(t, a_sender_that_would_not_wait_waits_for_its_acknowledgement);
	ADD_BOTH(t, one_that_would_not_wait_does_not_wait_again);
	ADD(t, who_would_not_wait_is_held_by_the_next_receiver_too);
}

static void
add_ends(Suite *suite)
{
	TCase *t = suite_case(suite, "the holder ends", set_up, tear_down);

	ADD_BOTH(t, a_value_returns_when_its_holder_ends);
	ADD(t, all_that_an_ended_holder_held_returns_in_its_order);
	ADD(t, those_who_wait_get_in_order_what_was_lost);
	ADD(t, what_another_holds_stays);
	t = suite_case(suite, "the sender leaves", set_up, tear_down);
	ADD_BOTH(t, a_cancelled_sender_deserts_its_delivery);
	ADD_BOTH(t, a_killed_sender_deserts_its_delivery);
	ADD_BOTH(t, a_sender_that_is_thrown_at_deserts_its_delivery);
	ADD_LOOP(t, nothing_but_its_end_can_come_of_a_deserted_delivery, 5);
}

int
main(void)
{
	Suite *suite = suite_create("delivery");

	add_times(suite);
	add_ends(suite);
	return suite_run(suite);
}
