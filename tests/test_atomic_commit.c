/* SPDX-License-Identifier: MIT */
/*
 * Several operations of which all happen: what comes of them, and what fails.
 */
#include "suite.h"
#include "transaction.h"

#include <errno.h>

/* ---- what fails ---- */

START_TEST(who_would_have_to_wait_fails)
{
	struct blob *value = text_blob("v");
	struct blob *got = NULL;

	ck_assert_int_eq(atomic_send(&all, b, &value, false), -EAGAIN);
	ck_assert_int_eq(atomic_send(&all, c, &value, false), -EAGAIN);
	ck_assert_int_eq(atomic_receive(&all, a, &got, false), -EAGAIN);
	ck_assert_int_eq(atomic_receive(&all, e, &got, true), -EAGAIN);
	ck_assert_ptr_null(got);
	ck_assert(value != NULL && blob_is_own(value));
	atomic_undo(&all);
	blob_unref(value);
}
END_TEST

START_TEST(who_acknowledges_would_have_to_be_waited_for)
{
	struct blob *value = text_blob("v");

	ck_assert_int_eq(atomic_send(&all, d, &value, false), -EAGAIN);
	ck_assert_str_eq(lineup(d), "-");
	ck_assert_int_eq(atomic_send(&all, d, &value, true), 0);
	atomic_commit(&all);
	sched_run();
	returns('H', -EREMOTEIO);
	ck_assert_ptr_null(held_by('H'));
}
END_TEST

START_TEST(no_more_go_in_than_there_is_room_for)
{
	static const int kinds[] = { SEND_E, SEND_E, SEND_E };

	fill_slots(kinds, 3);
	ck_assert_int_eq(run_steps(kinds, 3), -EAGAIN);
	ck_assert_str_eq(lineup(e), "(v)(v)");
	ck_assert(slots[2] != NULL && blob_is_own(slots[2]));
	atomic_undo(&all);
	drop_slots();
}
END_TEST

START_TEST(the_room_that_is_made_is_for_those_who_wait)
{
	static const int kinds[] = { RECEIVE_C };
	struct blob *value = text_blob("v");

	fill_slots(kinds, 1);
	ck_assert_int_eq(run_steps(kinds, 1), 0);
	ck_assert_int_eq(atomic_send(&all, c, &value, false), -EAGAIN);
	atomic_undo(&all);
	ck_assert_str_eq(lineup(c), "(C)(D)F");
	blob_unref(value);
	drop_slots();
}
END_TEST

START_TEST(nothing_comes_into_a_closing_channel)
{
	struct blob *value = text_blob("v");
	struct blob *got = NULL;

	chan_close(e);
	ck_assert_int_eq(atomic_send(&all, e, &value, false), -EPIPE);
	ck_assert_int_eq(atomic_receive(&all, e, &got, false), -EPIPE);
	ck_assert_int_eq(atomic_receive(&all, e, &got, true), -ENODATA);
	atomic_undo(&all);
	blob_unref(value);
}
END_TEST

START_TEST(those_who_wait_on_a_closing_channel_are_met)
{
	static const int kinds[] = { SEND_A, RECEIVE_C };

	chan_close(a);
	chan_close(c);
	fill_slots(kinds, 2);
	ck_assert_int_eq(run_steps(kinds, 2), 0);
	atomic_commit(&all);
	drop_slots();
	sched_run();
	gets('R', "v");
}
END_TEST

START_TEST(an_exception_is_shown_and_not_taken)
{
	struct blob *error = NULL;

	ck_assert_int_eq(atomic_receive(&all, f, &error, false), -EREMOTEIO);
	ck_assert_mem_eq(blob_data(error), "G", 1);
	ck_assert_str_eq(lineup(f), "G");
	blob_unref(error);
	atomic_undo(&all);
	receive_by('X', f);
	sched_run();
	returns('X', -EREMOTEIO);
	gets('X', "G");
}
END_TEST

/* ---- commit ---- */

START_TEST(nobody_is_woken_before_the_commit)
{
	static const int kinds[] = { SEND_A, RECEIVE_B, RECEIVE_C,
				     SEND_E, SHUT_A,	SHUT_B };

	fill_slots(kinds, 6);
	ck_assert_int_eq(run_steps(kinds, 6), 0);
	ck_assert_uint_eq(task_runcount(), 0);
	ck_assert_int_eq(a->balance, 0); /* but it can be seen */
	ck_assert_uint_eq(a->handoffs, 0);
	atomic_commit(&all);
	ck_assert_uint_gt(task_runcount(), 3);
	drop_slots();
}
END_TEST

START_TEST(all_go_to_the_tail_in_the_order_in_which_they_were_met)
{
	static const int kinds[] = { RECEIVE_B, SEND_A,	   SEND_A, RECEIVE_C,
				     RECEIVE_C, RECEIVE_C, SEND_A };

	for (int i = 0; i < CHANS; i++) {
		chan_set_preference(&chans[i], _i % 3 - 1);
		chans[i].schedule_all = _i >= 3;
	}
	fill_slots(kinds, 7);
	ck_assert_int_eq(run_steps(kinds, 7), 0);
	bystand_by('X');
	atomic_commit(&all);
	bystand_by('Y');
	sched_run();
	/* b's B, a's R and Z, c's F, a's N; C and D were there alone */
	ck_assert_str_eq(trail(), "XBRZFNY");
	drop_slots();
}
END_TEST

START_TEST(what_was_met_has_changed_hands)
{
	static const int kinds[] = { SEND_A, RECEIVE_B, RECEIVE_C };

	fill_slots(kinds, 3);
	ck_assert_int_eq(run_steps(kinds, 3), 0);
	atomic_commit(&all);
	sched_run();
	ck_assert_ptr_null(slots[0]);
	ck_assert_mem_eq(blob_data(slots[1]), "B", 1);
	ck_assert_mem_eq(blob_data(slots[2]), "C", 1);
	gets('R', "v");
	returns('B', 0);
	ck_assert_uint_eq(a->handoffs, 1);
	ck_assert_uint_eq(b->handoffs, 1);
	ck_assert_uint_eq(c->handoffs, 1);
	drop_slots();
}
END_TEST

START_TEST(a_select_that_was_met_is_off_all_its_channels)
{
	static const int kinds[] = { RECEIVE_B, RECEIVE_B };

	fill_slots(kinds, 2);
	ck_assert_int_eq(run_steps(kinds, 2), 0);
	ck_assert_int_eq(a->balance, -2);
	atomic_commit(&all);
	sched_run();
	returns('Z', 1);
	ck_assert_mem_eq(blob_data(slots[1]), "z", 1);
	drop_slots();
}
END_TEST

START_TEST(those_who_waited_for_room_are_let_in_with_the_commit)
{
	static const int kinds[] = { RECEIVE_C };

	fill_slots(kinds, 1);
	ck_assert_int_eq(run_steps(kinds, 1), 0);
	ck_assert_str_eq(lineup(c), "(D)F");
	atomic_commit(&all);
	ck_assert_str_eq(lineup(c), "(D)(F)");
	sched_run();
	returns('F', 0);
	drop_slots();
}
END_TEST

START_TEST(a_value_of_its_own_can_be_received)
{
	static const int kinds[] = { SEND_E, RECEIVE_E, SEND_E };

	fill_slots(kinds, 3);
	ck_assert_int_eq(run_steps(kinds, 3), 0);
	atomic_commit(&all);
	ck_assert_mem_eq(blob_data(slots[1]), "v", 1);
	ck_assert_str_eq(lineup(e), "(v)");
	ck_assert_uint_eq(e->stored, 1);
	drop_slots();
}
END_TEST

START_TEST(a_broadcast_reaches_all_who_wait)
{
	struct blob *value = text_blob("news");
	size_t count = 99;

	ck_assert_int_eq(atomic_broadcast(&all, a, value, &count), 0);
	ck_assert_uint_eq(count, 3);
	ck_assert_int_eq(atomic_broadcast(&all, e, value, &count), 0);
	ck_assert_uint_eq(count, 0);
	ck_assert_int_eq(atomic_broadcast(&all, d, value, &count), 0);
	ck_assert_uint_eq(count, 1);
	atomic_commit(&all);
	sched_run();
	ck_assert_str_eq(trail(), "RZNH");
	gets('N', "news");
	gets('H', "news");
	ck_assert_int_eq(delivery_ack(held_by('H'), NULL), 0);
	ck_assert(blob_is_own(value));
	blob_unref(value);
}
END_TEST

START_TEST(a_close_that_wakes_tells_each_what_it_is)
{
	ck_assert_int_eq(atomic_close_and_wake(&all, a), 0);
	ck_assert_int_eq(atomic_close_and_wake(&all, c), 0);
	atomic_commit(&all);
	sched_run();
	ck_assert_str_eq(trail(), "RZNF");
	returns('R', -EPIPE);
	returns('Z', -EPIPE);
	returns('N', -ENODATA);
	returns('F', -EPIPE);
	ck_assert_str_eq(lineup(c), "(C)(D)");
	ck_assert(a->is_shut && chan_is_closed(a));
}
END_TEST

START_TEST(settings_changed_stay_with_the_commit)
{
	ck_assert_int_eq(change_c(), 0);
	chan_open(c);
	atomic_commit(&all);
	ck_assert_uint_eq(c->capacity, 7);
	ck_assert_int_eq(c->preference, 1);
	ck_assert_str_eq(lineup(c), "(C)(D)(F)");
	sched_run();
	returns('F', 0);
}
END_TEST

START_TEST(nothing_can_be_committed_and_undone)
{
	atomic_commit(&all);
	atomic_undo(&all);
	sched_run();
	ck_assert_str_eq(trail(), "");
}
END_TEST

#define ADD(situation, test) tcase_add_test(situation, test)

static void
add_failures(Suite *suite)
{
	TCase *t = suite_case(suite, "what fails", transaction_open,
			      transaction_close);

	ADD(t, who_would_have_to_wait_fails);
	ADD(t, who_acknowledges_would_have_to_be_waited_for);
	ADD(t, no_more_go_in_than_there_is_room_for);
	ADD(t, the_room_that_is_made_is_for_those_who_wait);
	ADD(t, nothing_comes_into_a_closing_channel);
	ADD(t, those_who_wait_on_a_closing_channel_are_met);
	ADD(t, an_exception_is_shown_and_not_taken);
}

int
main(void)
{
	Suite *suite = suite_create("atomic");
	TCase *t =
	    suite_case(suite, "commit", transaction_open, transaction_close);

	ADD(t, nobody_is_woken_before_the_commit);
	tcase_add_loop_test(
	    t, all_go_to_the_tail_in_the_order_in_which_they_were_met, 0, 6);
	ADD(t, what_was_met_has_changed_hands);
	ADD(t, a_select_that_was_met_is_off_all_its_channels);
	ADD(t, those_who_waited_for_room_are_let_in_with_the_commit);
	ADD(t, a_value_of_its_own_can_be_received);
	ADD(t, a_broadcast_reaches_all_who_wait);
	ADD(t, a_close_that_wakes_tells_each_what_it_is);
	ADD(t, settings_changed_stay_with_the_commit);
	ADD(t, nothing_can_be_committed_and_undone);
	add_failures(suite);
	return suite_run(suite);
}
