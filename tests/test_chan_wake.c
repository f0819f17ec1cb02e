/* SPDX-License-Identifier: MIT */
/*
 * All who wait at once: closed with wake, cleared, told by a broadcast. And
 * what is reported of every operation.
 */
#include "cast.h"
#include "chan/atomic.h"
#include "suite.h"

#include <errno.h>
#include <stdio.h>

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
	chan_on_operation(NULL);
	cast_close();
	chan_fini(&chan);
}

/* ---- close with wake ---- */

START_TEST(senders_are_released_in_their_order)
{
	send_by('A', &chan);
	send_exception_by('B', &chan);
	send_by('C', &chan);
	sched_run();
	bystand_by('X');
	ck_assert_uint_eq(chan_close_and_wake(&chan), 3);
	bystand_by('Y');
	ck_assert_int_eq(chan.balance, 0);
	ck_assert(chan_is_closed(&chan));
	sched_run();
	ck_assert_str_eq(trail(), "XABCY");
	returns('A', -EPIPE);
	returns('B', -EPIPE);
	ck_assert_str_eq(role('B')->left, "B");
}
END_TEST

START_TEST(receivers_are_told_what_they_asked_for)
{
	receive_by('A', &chan);
	next_by('B', &chan);
	hold_by('C', &chan);
	hold_next_by('D', &chan);
	sched_run();
	ck_assert_uint_eq(chan_close_and_wake(&chan), 4);
	sched_run();
	ck_assert_str_eq(trail(), "ABCD");
	returns('A', -EPIPE);
	returns('B', -ENODATA);
	returns('C', -EPIPE);
	returns('D', -ENODATA);
	ck_assert_uint_eq(cast_holder.count, 0);
}
END_TEST

START_TEST(who_comes_after_it_finds_a_closing_channel)
{
	ck_assert_uint_eq(chan_close_and_wake(&chan), 0);
	send_by('A', &chan);
	receive_by('B', &chan);
	next_by('C', &chan);
	sched_run();
	returns('A', -EPIPE);
	returns('B', -EPIPE);
	returns('C', -ENODATA);
	chan_open(&chan);
	send_by('A', &chan);
	receive_by('B', &chan);
	sched_run();
	gets('B', "A");
}
END_TEST

START_TEST(it_ends_what_a_plain_close_has_left)
{
	receive_by('A', &chan);
	sched_run();
	chan_close(&chan);
	sched_run();
	returns('A', UNDONE);
	ck_assert_uint_eq(chan_close_and_wake(&chan), 1);
	ck_assert_uint_eq(chan_close_and_wake(&chan), 0);
	sched_run();
	returns('A', -EPIPE);
}
END_TEST

START_TEST(who_was_released_is_not_late_then)
{
	send_by('A', &chan)->deadline = 10;
	sched_run();
	chan_close_and_wake(&chan);
	sched_set_time(10);
	sched_run();
	returns('A', -EPIPE);
	ck_assert_int_eq(sched_next_deadline(), NO_DEADLINE);
}
END_TEST

START_TEST(who_has_been_met_is_not_released)
{
	chan_set_preference(&chan, 1);
	receive_by('R', &chan);
	sched_run();
	send_by('A', &chan);
	sched_turn();
	returns('R', UNDONE);
	ck_assert_uint_eq(chan_close_and_wake(&chan), 0);
	sched_run();
	gets('R', "A");
}
END_TEST

START_TEST(what_comes_back_to_a_shut_channel_is_released_too)
{
	chan.schedule_all = true;
	receive_by('R', &chan);
	sched_run();
	send_by('A', &chan);
	sched_turn();
	chan_close_and_wake(&chan);
	task_cancel(role('R')->task);
	ck_assert_int_eq(chan.balance, 0);
	sched_run();
	returns('R', -ECANCELED);
	returns('A', -EPIPE);
	ck_assert_str_eq(role('A')->left, "A");
}
END_TEST

/* ---- clear ---- */

START_TEST(clearing_withdraws_all_calls_that_wait)
{
	send_by('A', &chan);
	send_by('B', &chan);
	sched_run();
	bystand_by('X');
	ck_assert_uint_eq(chan_clear(&chan), 2);
	ck_assert_int_eq(chan.balance, 0);
	sched_run();
	ck_assert_str_eq(trail(), "XAB");
	returns('A', -ECANCELED);
	ck_assert_str_eq(role('A')->left, "A");
	ck_assert(!chan.is_closing);
}
END_TEST

START_TEST(clearing_tells_who_iterates_the_same)
{
	next_by('A', &chan);
	receive_by('B', &chan);
	sched_run();
	ck_assert_uint_eq(chan_clear(&chan), 2);
	ck_assert_uint_eq(chan_clear(&chan), 0);
	sched_run();
	returns('A', -ECANCELED);
	returns('B', -ECANCELED);
}
END_TEST

PARKS static void
receive_twice(void *argument)
{
	struct role *a = argument;
	struct blob *value = NULL;

	a->attempt = 1;
	a->result = chan_receive(a->chan, &value, NO_DEADLINE);
	a->attempt = 2;
	a->result = chan_receive(a->chan, &value, NO_DEADLINE);
	blob_unref(value);
}

START_TEST(who_was_cleared_can_wait_again)
{
	play('A', receive_twice)->chan = &chan;
	sched_run();
	chan_clear(&chan);
	sched_run();
	ck_assert_uint_eq(role('A')->attempt, 2);
	ck_assert_int_eq(chan.balance, -1);
	send_by('S', &chan);
	sched_run();
	returns('A', 0);
}
END_TEST

START_TEST(clearing_leaves_values_that_have_no_sender)
{
	chan_set_capacity(&chan, 1);
	send_by('A', &chan);
	send_by('B', &chan);
	sched_run();
	ck_assert_uint_eq(chan_clear(&chan), 1);
	ck_assert_str_eq(lineup(&chan), "(A)");
	sched_run();
	returns('A', 0);
	returns('B', -ECANCELED);
}
END_TEST

/* ---- broadcast ---- */

/* How many it reached; nobody keeps a share once all have run. */
static size_t
tell_all(void)
{
	struct blob *value = text_blob("news");
	size_t count = chan_broadcast(&chan, value);

	ck_assert_uint_eq(value->shares, 1 + count);
	sched_run();
	ck_assert(blob_is_own(value));
	blob_unref(value);
	return count;
}

START_TEST(a_broadcast_reaches_all_who_wait_in_their_order)
{
	chan_set_preference(&chan, _i % 3 - 1);
	chan.schedule_all = _i >= 3;
	receive_by('A', &chan);
	next_by('B', &chan);
	receive_by('C', &chan);
	sched_run();
	bystand_by('X');
	ck_assert_uint_eq(tell_all(), 3);
	ck_assert_str_eq(trail(), "XABC");
	gets('A', "news");
	gets('B', "news");
	gets('C', "news");
	ck_assert_int_eq(chan.balance, 0);
	ck_assert_uint_eq(chan.handoffs, 3);
}
END_TEST

START_TEST(a_broadcast_to_nobody_reaches_nobody)
{
	chan_set_capacity(&chan, 5);
	ck_assert_uint_eq(tell_all(), 0);
	ck_assert_int_eq(chan.balance, 0);
	receive_by('A', &chan);
	sched_run();
	returns('A', UNDONE);
}
END_TEST

START_TEST(a_broadcast_does_not_reach_senders)
{
	send_by('A', &chan);
	sched_run();
	ck_assert_uint_eq(tell_all(), 0);
	ck_assert_str_eq(lineup(&chan), "A");
}
END_TEST

PARKS static void
tell(void *argument)
{
	struct role *a = argument;
	struct blob *value = text_blob("news");

	a->result = (int)chan_broadcast(a->chan, value);
	blob_unref(value);
	trail_add('T');
}

START_TEST(who_broadcasts_goes_on)
{
	receive_by('A', &chan);
	receive_by('B', &chan);
	sched_run();
	play('T', tell)->chan = &chan;
	bystand_by('X');
	sched_run();
	ck_assert_str_eq(trail(), "TXAB");
	returns('T', 2);
}
END_TEST

START_TEST(who_waits_on_a_closing_channel_is_told)
{
	receive_by('A', &chan);
	sched_run();
	chan_close(&chan);
	ck_assert_uint_eq(tell_all(), 1);
	gets('A', "news");
	ck_assert_uint_eq(tell_all(), 0);
}
END_TEST

START_TEST(a_broadcast_wins_over_a_deadline_of_its_turn)
{
	receive_by('A', &chan)->deadline = 10;
	sched_run();
	sched_set_time(10);
	ck_assert_uint_eq(tell_all(), 1);
	gets('A', "news");
}
END_TEST

/* ---- what is reported ---- */

static char reports[128];

/* "S" and "R", small where it will not block; the balance found; who. */
static void
note(struct chan *at, struct task *task, bool is_send, bool will_block)
{
	size_t size = strlen(reports);
	char letter = '.';

	for (char each = 'A'; each <= 'Z'; each++)
		if (task != NULL && role(each)->task == task)
			letter = each;
	snprintf(reports + size, sizeof reports - size, "%c%s%s%+d ", letter,
		 is_send ? "send" : "receive", will_block ? "!" : "",
		 (int)at->balance);
}

static void
reported(const char *wanted)
{
	sched_run();
	ck_assert_str_eq(reports, wanted);
	reports[0] = '\0';
}

static void
listen(void)
{
	reports[0] = '\0';
	chan_on_operation(note);
}

START_TEST(each_operation_is_reported_before_it_happens)
{
	listen();
	send_by('A', &chan);
	reported("Asend!+0 ");
	receive_by('B', &chan);
	reported("Breceive+1 ");
	next_by('C', &chan);
	reported("Creceive!+0 ");
	send_exception_by('D', &chan);
	reported("Dsend-1 ");
	hold_by('E', &chan);
	reported("Ereceive!+0 ");
}
END_TEST

START_TEST(one_that_fails_then_is_reported_too)
{
	listen();
	send_by('A', &chan)->deadline = 0;
	receive_by('B', &chan)->traps = true;
	reported("Asend!+0 Breceive!+0 ");
	returns('A', -EAGAIN);
	returns('B', -EDEADLK);
	chan_close(&chan);
	send_by('A', &chan);
	reported("Asend!+0 ");
	returns('A', -EPIPE);
}
END_TEST

START_TEST(an_iteration_that_stops_is_not_reported)
{
	chan_close(&chan);
	listen();
	next_by('A', &chan);
	reported("");
	returns('A', -ENODATA);
}
END_TEST

START_TEST(a_sender_that_finds_room_is_reported_not_to_block)
{
	chan_set_capacity(&chan, 1);
	listen();
	send_by('A', &chan);
	send_by('B', &chan);
	reported("Asend+0 Bsend!+1 ");
	receive_by('C', &chan); /* B, which is let in, has been reported */
	reported("Creceive+2 ");
}
END_TEST

START_TEST(a_select_is_reported_by_case_or_by_what_it_meets)
{
	struct chan other;

	chan_init(&other);
	listen();
	or_receive(or_send(select_by('Z'), &chan, 'z'), &other);
	reported("Zsend!+0 Zreceive!+0 ");
	send_by('A', &other);
	reported("Asend-1 ");
	send_by('B', &other);
	reported("Bsend!+0 ");
	or_receive(or_send(select_by('Y'), &chan, 'y'), &other);
	reported("Yreceive+1 ");
	chan_fini(&other);
}
END_TEST

START_TEST(a_broadcast_is_reported_once)
{
	struct blob *value = text_blob("news");

	receive_by('A', &chan);
	receive_by('B', &chan);
	sched_run();
	listen();
	chan_broadcast(&chan, value);
	reported(".send-2 ");
	chan_broadcast(&chan, value);
	reported(".send+0 ");
	blob_unref(value);
}
END_TEST

START_TEST(a_transaction_is_reported_when_it_is_committed)
{
	struct blob *value = text_blob("v");
	struct atomic atomic;

	receive_by('A', &chan);
	sched_run();
	listen();
	atomic_init(&atomic);
	ck_assert_int_eq(atomic_send(&atomic, &chan, &value, false), 0);
	ck_assert_str_eq(reports, "");
	atomic_commit(&atomic);
	reported(".send+0 ");
	gets('A', "v");
}
END_TEST

#define ADD(situation, test) tcase_add_test(situation, test)

static void
add_reports(Suite *suite)
{
	TCase *t = suite_case(suite, "reports", set_up, tear_down);

	ADD(t, each_operation_is_reported_before_it_happens);
	ADD(t, one_that_fails_then_is_reported_too);
	ADD(t, an_iteration_that_stops_is_not_reported);
	ADD(t, a_sender_that_finds_room_is_reported_not_to_block);
	ADD(t, a_select_is_reported_by_case_or_by_what_it_meets);
	ADD(t, a_broadcast_is_reported_once);
	ADD(t, a_transaction_is_reported_when_it_is_committed);
}

int
main(void)
{
	Suite *suite = suite_create("chan");
	TCase *t = suite_case(suite, "close with wake", set_up, tear_down);

	ADD(t, senders_are_released_in_their_order);
	ADD(t, receivers_are_told_what_they_asked_for);
	ADD(t, who_comes_after_it_finds_a_closing_channel);
	ADD(t, it_ends_what_a_plain_close_has_left);
	ADD(t, who_was_released_is_not_late_then);
	ADD(t, who_has_been_met_is_not_released);
	ADD(t, what_comes_back_to_a_shut_channel_is_released_too);
	t = suite_case(suite, "clear", set_up, tear_down);
	ADD(t, clearing_withdraws_all_calls_that_wait);
	ADD(t, clearing_tells_who_iterates_the_same);
	ADD(t, who_was_cleared_can_wait_again);
	ADD(t, clearing_leaves_values_that_have_no_sender);
	t = suite_case(suite, "broadcast", set_up, tear_down);
	tcase_add_loop_test(t, a_broadcast_reaches_all_who_wait_in_their_order,
			    0, 6);
	ADD(t, a_broadcast_to_nobody_reaches_nobody);
	ADD(t, a_broadcast_does_not_reach_senders);
	ADD(t, who_broadcasts_goes_on);
	ADD(t, who_waits_on_a_closing_channel_is_told);
	ADD(t, a_broadcast_wins_over_a_deadline_of_its_turn);
	add_reports(suite);
	return suite_run(suite);
}
