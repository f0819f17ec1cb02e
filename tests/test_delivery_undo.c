/* SPDX-License-Identifier: MIT */
/*
 * Deliveries whose receiver does not come to run, of channels that are
 * closed, of values without a sender, and of a broadcast.
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
give_back(char letter)
{
	ck_assert_int_eq(delivery_nack(held_by(letter)), 0);
	ck_assert_ptr_null(held_by(letter));
}

static void
acknowledge(char letter, const char *reply)
{
	ck_assert_int_eq(delivery_ack(held_by(letter), text_blob(reply)), 0);
	sched_run();
}

/* ---- the receiver does not come to run ---- */

/* H has met S, and is on the ring. */
static void
let_meet(void)
{
	chan_set_preference(&chan, 0);
	hold_by('H', &chan)->lease = LEASE;
	sched_run();
	send_by('S', &chan);
	sched_turn();
	returns('H', UNDONE);
	ck_assert_int_eq(chan.balance, 0);
}

static void
is_undone(int result)
{
	returns('H', result);
	returns('S', UNDONE);
	ck_assert_str_eq(lineup(&chan), "S");
	ck_assert_uint_eq(chan.held, 0);
	ck_assert_int_eq(sched_next_deadline(), NO_DEADLINE);
	hold_by('I', &chan);
	sched_run();
	ck_assert_uint_eq(role('I')->attempt, 1);
}

START_TEST(what_a_cancelled_receiver_had_met_is_undone)
{
	let_meet();
	task_cancel(role('H')->task);
	ck_assert_int_eq(chan.balance, 1);
	sched_run();
	is_undone(-ECANCELED);
}
END_TEST

/* The killer runs behind H in the ring, but its victim does at once. */
START_TEST(what_a_killed_receiver_had_met_is_undone)
{
	chan_set_preference(&chan, 0);
	hold_by('H', &chan);
	sched_run();
	send_by('S', &chan);
	if (_i == 0)
		kill_by('K', role('H'));
	else
		throw_pending_by('K', role('H'));
	sched_run();
	returns('K', 0);
	is_undone(_i == 0 ? -ECANCELED : -EREMOTEIO);
}
END_TEST

START_TEST(what_is_undone_goes_to_who_waits)
{
	let_meet();
	hold_by('I', &chan);
	sched_turn();
	returns('H', 0); /* it had its turn before */
	delivery_nack(held_by('H'));
	task_cancel(role('I')->task);
	sched_run();
	returns('I', -ECANCELED);
	ck_assert_str_eq(lineup(&chan), "S");
}
END_TEST

START_TEST(a_receiver_that_gave_way_undoes_too)
{
	chan.schedule_all = true;
	send_by('S', &chan);
	sched_run();
	hold_by('H', &chan);
	sched_turn();
	returns('H', UNDONE);
	ck_assert_uint_eq(chan.held, 1);
	task_cancel(role('H')->task);
	sched_run();
	is_undone(-ECANCELED);
}
END_TEST

START_TEST(what_is_undone_for_a_sender_without_time_is_over)
{
	chan_set_preference(&chan, 0);
	hold_by('H', &chan);
	sched_run();
	send_by('S', &chan)->deadline = 0;
	sched_turn();
	task_cancel(role('H')->task);
	sched_run();
	returns('S', -EAGAIN);
	ck_assert_int_eq(chan.balance, 0);
}
END_TEST

/* ---- under close ---- */

START_TEST(a_value_returns_to_a_closing_channel)
{
	let_hold(&chan, _i == 1, NO_DEADLINE, 0);
	chan_close(&chan);
	ck_assert(chan_is_closed(&chan));
	delivery_nack(held_by('H'));
	ck_assert(!chan_is_closed(&chan));
	next_by('R', &chan);
	sched_run();
	gets('R', "S");
	returns('S', 0);
}
END_TEST

START_TEST(a_close_that_wakes_leaves_the_held_to_their_receivers)
{
	let_hold(&chan, _i == 1, NO_DEADLINE, 0);
	ck_assert_uint_eq(chan_close_and_wake(&chan), 0);
	sched_run();
	returns('S', UNDONE);
	delivery_ack(held_by('H'), NULL);
	sched_run();
	returns('S', 0);
}
END_TEST

START_TEST(no_queue_is_found_after_a_close_that_wakes)
{
	let_hold(&chan, _i % 2 == 1, NO_DEADLINE, 0);
	chan_close_and_wake(&chan);
	if (_i < 2)
		delivery_nack(held_by('H'));
	else
		holder_end(&cast_holder);
	ck_assert_int_eq(chan.balance, 0);
	sched_run();
	returns('S', -EPIPE);
	ck_assert_str_eq(role('S')->left, "S");
}
END_TEST

START_TEST(a_channel_that_was_opened_again_has_a_queue)
{
	let_hold(&chan, false, NO_DEADLINE, 0);
	chan_close_and_wake(&chan);
	chan_open(&chan);
	delivery_nack(held_by('H'));
	ck_assert_str_eq(lineup(&chan), "S");
}
END_TEST

START_TEST(clearing_leaves_the_held_alone)
{
	let_hold(&chan, _i == 1, NO_DEADLINE, 0);
	ck_assert_uint_eq(chan_clear(&chan), 0);
	sched_run();
	returns('S', UNDONE);
	delivery_nack(held_by('H'));
	ck_assert_uint_eq(chan_clear(&chan), 1);
	sched_run();
	returns('S', -ECANCELED);
}
END_TEST

/* ---- broadcast ---- */

static void
tell(void)
{
	struct blob *value = text_blob("news");

	hold_by('H', &chan)->lease = LEASE;
	hold_by('I', &chan);
	sched_run();
	ck_assert_uint_eq(chan_broadcast(&chan, value), 2);
	blob_unref(value);
	sched_run();
	gets('H', "news");
	ck_assert_uint_eq(role('H')->attempt, 1);
	ck_assert_uint_eq(chan.held, 0);
}

START_TEST(what_was_broadcast_can_be_acknowledged)
{
	tell();
	ck_assert_int_eq(delivery_ack(held_by('H'), text_blob("ok")), 0);
	ck_assert_int_eq(delivery_extend(held_by('I'), LEASE), 0);
	ck_assert_int_eq(delivery_ack(held_by('I'), NULL), 0);
	ck_assert_uint_eq(cast_holder.count, 0);
}
END_TEST

START_TEST(what_was_broadcast_has_nowhere_to_return_to)
{
	tell();
	ck_assert_int_eq(delivery_nack(held_by('H')), -EOWNERDEAD);
	ck_assert_int_eq(delivery_fail(held_by('I'), text_blob("no")),
			 -EOWNERDEAD);
	ck_assert_int_eq(chan.balance, 0);
}
END_TEST

START_TEST(what_was_broadcast_ends_with_its_lease)
{
	tell();
	run_at(LEASE);
	ck_assert_ptr_null(held_by('H'));
	ck_assert_ptr_nonnull(held_by('I'));
	ck_assert_int_eq(chan.balance, 0);
}
END_TEST

START_TEST(a_cancelled_receiver_of_a_broadcast_leaves_nothing)
{
	struct blob *value = text_blob("news");

	hold_by('H', &chan);
	sched_run();
	chan_broadcast(&chan, value);
	blob_unref(value);
	task_cancel(role('H')->task);
	sched_run();
	returns('H', -ECANCELED);
	ck_assert_uint_eq(cast_holder.count, 0);
}
END_TEST

/* ---- values without senders ---- */

/* A and B in the channel, A held by H. */
static void
hold_stored(void)
{
	chan_set_capacity(&chan, 2);
	send_by('A', &chan);
	send_by('B', &chan);
	hold_by('H', &chan);
	sched_run();
	gets('H', "A");
	returns('A', 0);
	ck_assert_str_eq(lineup(&chan), "(B)");
	ck_assert_uint_eq(chan.held, 1);
	ck_assert_int_eq(chan.balance, 1);
}

START_TEST(a_stored_value_that_was_acknowledged_is_gone)
{
	hold_stored();
	acknowledge('H', "who reads that?");
	ck_assert_uint_eq(chan.held, 0);
	ck_assert_uint_eq(chan.handoffs, 1);
	ck_assert_str_eq(lineup(&chan), "(B)");
}
END_TEST

START_TEST(nobody_can_be_told_that_a_stored_value_was_refused)
{
	hold_stored();
	ck_assert_int_eq(delivery_fail(held_by('H'), text_blob("no")),
			 -EOWNERDEAD);
	ck_assert_uint_eq(chan.held, 0);
	ck_assert_str_eq(lineup(&chan), "(B)");
}
END_TEST

START_TEST(a_stored_value_returns_in_front)
{
	hold_stored();
	send_by('C', &chan); /* finds the room that A has left */
	send_by('D', &chan);
	sched_run();
	ck_assert_str_eq(lineup(&chan), "(B)(C)D");
	give_back('H');
	ck_assert_str_eq(lineup(&chan), "(A)(B)(C)D");
	hold_by('I', &chan);
	sched_run();
	ck_assert_uint_eq(role('I')->attempt, 2);
	returns('D', UNDONE); /* there still is no room */
}
END_TEST

START_TEST(a_sender_that_returns_stands_before_values_that_came_later)
{
	let_hold(&chan, _i == 1, NO_DEADLINE, 0);
	chan_set_capacity(&chan, 1);
	send_by('B', &chan);
	sched_run();
	give_back('H');
	ck_assert_str_eq(lineup(&chan), "S(B)");
	receive_by('P', &chan);
	receive_by('Q', &chan);
	sched_run();
	gets('P', "S");
	gets('Q', "B");
	returns('S', 0);
}
END_TEST

START_TEST(a_sender_that_returns_to_a_channel_with_room_is_let_in)
{
	let_hold(&chan, _i == 1, NO_DEADLINE, 0);
	chan_set_capacity(&chan, 1);
	give_back('H');
	ck_assert_str_eq(lineup(&chan), "(S)");
	sched_run();
	returns('S', 0);
	hold_by('I', &chan);
	sched_run();
	gets('I', "S");
	ck_assert_uint_eq(role('I')->attempt, 2);
}
END_TEST

#define ADD(situation, test) tcase_add_test(situation, test)
#define ADD_LOOP(situation, test, count)                                       \
	tcase_add_loop_test(situation, test, 0, count)
#define ADD_BOTH(situation, test) ADD_LOOP(situation, test, 2)

static void
add_undone(Suite *suite)
{
	TCase *t = suite_case(suite, "undone", set_up, tear_down);

	ADD(t, what_a_cancelled_receiver_had_met_is_undone);
	ADD_BOTH(t, what_a_killed_receiver_had_met_is_undone);
	ADD(t, what_is_undone_goes_to_who_waits);
	ADD(t, a_receiver_that_gave_way_undoes_too);
	ADD(t, what_is_undone_for_a_sender_without_time_is_over);
	t = suite_case(suite, "values without senders", set_up, tear_down);
	ADD(t, a_stored_value_that_was_acknowledged_is_gone);
	ADD(t, nobody_can_be_told_that_a_stored_value_was_refused);
	ADD(t, a_stored_value_returns_in_front);
	ADD_BOTH(t, a_sender_that_returns_stands_before_values_that_came_later);
	ADD_BOTH(t, a_sender_that_returns_to_a_channel_with_room_is_let_in);
}

static void
add_rest(Suite *suite)
{
	TCase *t = suite_case(suite, "close", set_up, tear_down);

	ADD_BOTH(t, a_value_returns_to_a_closing_channel);
	ADD_BOTH(t, a_close_that_wakes_leaves_the_held_to_their_receivers);
	ADD_LOOP(t, no_queue_is_found_after_a_close_that_wakes, 4);
	ADD(t, a_channel_that_was_opened_again_has_a_queue);
	ADD_BOTH(t, clearing_leaves_the_held_alone);
	t = suite_case(suite, "broadcast", set_up, tear_down);
	ADD(t, what_was_broadcast_can_be_acknowledged);
	ADD(t, what_was_broadcast_has_nowhere_to_return_to);
	ADD(t, what_was_broadcast_ends_with_its_lease);
	ADD(t, a_cancelled_receiver_of_a_broadcast_leaves_nothing);
}

int
main(void)
{
	Suite *suite = suite_create("delivery");

	add_undone(suite);
	add_rest(suite);
	return suite_run(suite);
}
