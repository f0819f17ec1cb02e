/* SPDX-License-Identifier: MIT */
/*
 * Who is cancelled on a channel, and what becomes of the value then.
 */
#include "actors.h"
#include "suite.h"

#include <errno.h>

static struct chan chan;

static void
open_chan(void)
{
	stage_open();
	chan_init(&chan);
}

static void
close_chan(void)
{
	stage_close();
	chan_fini(&chan);
}

/* ---- cancelling ---- */

START_TEST(a_cancelled_waiter_leaves_the_channel_at_once)
{
	struct actor r = receiver('R', &chan), q = receiver('Q', &chan);
	struct actor s = sender('S', &chan);

	receive_as(&r);
	receive_as(&q);
	sched_run();
	task_cancel(r.task);
	ck_assert_int_eq(chan.balance, -1);
	send_as(&s);
	sched_run();
	ck_assert_int_eq(r.result, -ECANCELED);
	ck_assert_str_eq(q.value, "S");
}
END_TEST

START_TEST(a_cancelled_task_does_not_begin_to_wait)
{
	struct actor r = receiver('R', &chan);

	receive_as(&r);
	task_cancel(r.task);
	sched_run();
	ck_assert_int_eq(r.result, -ECANCELED);
	ck_assert_int_eq(chan.balance, 0);
}
END_TEST

START_TEST(a_cancelled_task_still_meets_who_waits)
{
	struct actor s = sender('S', &chan), r = receiver('R', &chan);

	send_as(&s);
	sched_run();
	receive_as(&r);
	task_cancel(r.task);
	sched_run();
	ck_assert_int_eq(s.result, 0);
	ck_assert_str_eq(r.value, "S");
}
END_TEST

/*
 * With schedule_all both sides go to the tail after they have met. Whoever
 * cancels the receiver then finds a sender that has not been answered.
 */
static void
let_meet(struct actor *waits, struct actor *sends)
{
	chan.schedule_all = true;
	receive_as(waits);
	sched_run();
	send_as(sends);
	sched_turn();
}

START_TEST(a_value_not_picked_up_returns_to_the_head)
{
	struct actor s = sender('S', &chan), t = sender('T', &chan);
	struct actor r = receiver('R', &chan), q = receiver('Q', &chan);

	let_meet(&r, &s);
	ck_assert_int_eq(chan.balance, 0);
	task_cancel(r.task);
	ck_assert_int_eq(chan.balance, 1);
	send_as(&t);
	sched_run();
	ck_assert_int_eq(r.result, -ECANCELED);
	ck_assert_int_eq(s.result, UNDONE);
	ck_assert_ptr_eq(waiting(&chan, 0), s.task);
	receive_as(&q);
	sched_run();
	ck_assert_str_eq(q.value, "S");
	ck_assert_int_eq(s.result, 0);
	task_cancel(t.task);
	sched_run();
}
END_TEST

START_TEST(a_sender_whose_value_returned_still_has_its_deadline)
{
	struct actor s = sender('S', &chan), r = receiver('R', &chan);

	s.deadline = 50;
	let_meet(&r, &s);
	task_cancel(r.task);
	sched_run();
	sched_set_time(50);
	sched_run();
	ck_assert_int_eq(s.result, -ETIMEDOUT);
	ck_assert_int_eq(chan.balance, 0);
}
END_TEST

START_TEST(a_sender_that_would_not_wait_is_not_made_to)
{
	struct actor s = sender('S', &chan), r = receiver('R', &chan);

	s.deadline = 0;
	let_meet(&r, &s);
	task_cancel(r.task);
	sched_run();
	ck_assert_int_eq(s.result, -EAGAIN);
	ck_assert_int_eq(chan.balance, 0);
}
END_TEST

START_TEST(a_receiver_that_came_second_gives_back_too)
{
	struct actor s = sender('S', &chan), r = receiver('R', &chan);

	chan.schedule_all = true;
	send_as(&s);
	sched_run();
	receive_as(&r);
	sched_turn();
	ck_assert_int_eq(s.result, UNDONE);
	task_cancel(r.task);
	ck_assert_int_eq(chan.balance, 1);
	sched_run();
	ck_assert_int_eq(r.result, -ECANCELED);
	ck_assert_int_eq(s.result, UNDONE);
	task_cancel(s.task);
	sched_run();
}
END_TEST

START_TEST(what_its_sender_was_told_is_never_taken_back)
{
	struct actor s = sender('S', &chan), r = receiver('R', &chan);

	chan_set_preference(&chan, 1);
	receive_as(&r);
	sched_run();
	send_as(&s);
	sched_turn(); /* S goes on and is answered; R is on the ring */
	ck_assert_int_eq(s.result, 0);
	ck_assert_int_eq(r.result, UNDONE);
	task_cancel(r.task);
	ck_assert_int_eq(chan.balance, 0);
	sched_run();
	ck_assert_str_eq(r.value, "S");
}
END_TEST

START_TEST(nothing_returns_to_a_sender_that_is_cancelled_too)
{
	struct actor s = sender('S', &chan), r = receiver('R', &chan);

	let_meet(&r, &s);
	task_cancel(s.task);
	task_cancel(r.task);
	ck_assert_int_eq(chan.balance, 0);
	sched_run();
	ck_assert_int_eq(s.result, 0);
	ck_assert_str_eq(r.value, "S");
}
END_TEST

/* Nobody may wait to send where somebody waits to receive. */
START_TEST(a_value_not_picked_up_goes_to_who_waits_for_one)
{
	struct actor s = sender('S', &chan), r = receiver('R', &chan);
	struct actor q = receiver('Q', &chan);

	chan.schedule_all = true;
	receive_as(&r);
	sched_run();
	send_as(&s);
	receive_as(&q);
	sched_turn(); /* R and S have met, and Q waits */
	ck_assert_int_eq(chan.balance, -1);
	task_cancel(r.task);
	ck_assert_int_eq(chan.balance, 0);
	sched_run();
	ck_assert_int_eq(r.result, -ECANCELED);
	ck_assert_str_eq(q.value, "S");
	ck_assert_int_eq(s.result, 0);
	ck_assert_uint_eq(chan.handoffs, 1);
}
END_TEST

START_TEST(a_value_not_picked_up_twice_returns_to_the_head)
{
	struct actor s = sender('S', &chan), r = receiver('R', &chan);
	struct actor q = receiver('Q', &chan);

	chan.schedule_all = true;
	receive_as(&r);
	sched_run();
	send_as(&s);
	receive_as(&q);
	sched_turn();
	task_cancel(r.task);
	task_cancel(q.task);
	ck_assert_int_eq(chan.balance, 1);
	sched_run();
	ck_assert_int_eq(r.result, -ECANCELED);
	ck_assert_int_eq(q.result, -ECANCELED);
	ck_assert_int_eq(s.result, UNDONE);
	ck_assert_uint_eq(chan.handoffs, 0);
	task_cancel(s.task);
	sched_run();
}
END_TEST

START_TEST(values_that_return_keep_their_order)
{
	struct actor s = sender('S', &chan), t = sender('T', &chan);
	struct actor r = receiver('R', &chan), q = receiver('Q', &chan);

	chan.schedule_all = true;
	send_as(&s);
	send_as(&t);
	sched_run();
	receive_as(&r);
	receive_as(&q);
	sched_turn(); /* S and R, T and Q have met */
	task_cancel(r.task);
	task_cancel(q.task);
	sched_run();
	ck_assert_ptr_eq(waiting(&chan, 0), s.task);
	ck_assert_ptr_eq(waiting(&chan, 1), t.task);
	task_cancel(s.task);
	task_cancel(t.task);
	sched_run();
}
END_TEST

START_TEST(a_sender_that_is_leaving_does_not_wait_again)
{
	struct actor s = sender('S', &chan), r = receiver('R', &chan);

	s.deadline = 50;
	let_meet(&r, &s);
	task_set_leaving(s.task);
	task_cancel(r.task);
	ck_assert_int_eq(chan.balance, 0);
	sched_run();
	ck_assert_int_eq(r.result, -ECANCELED);
	ck_assert_int_eq(s.result, -ECANCELED);
}
END_TEST

#define ADD(situation, test) tcase_add_test(situation, test)

int
main(void)
{
	Suite *suite = suite_create("chan");
	TCase *t;

	t = suite_case(suite, "cancelling", open_chan, close_chan);
	ADD(t, a_cancelled_waiter_leaves_the_channel_at_once);
	ADD(t, a_cancelled_task_does_not_begin_to_wait);
	ADD(t, a_cancelled_task_still_meets_who_waits);
	t = suite_case(suite, "giving back", open_chan, close_chan);
	ADD(t, a_value_not_picked_up_returns_to_the_head);
	ADD(t, a_sender_whose_value_returned_still_has_its_deadline);
	ADD(t, a_sender_that_would_not_wait_is_not_made_to);
	ADD(t, a_receiver_that_came_second_gives_back_too);
	ADD(t, what_its_sender_was_told_is_never_taken_back);
	ADD(t, nothing_returns_to_a_sender_that_is_cancelled_too);
	ADD(t, a_value_not_picked_up_goes_to_who_waits_for_one);
	ADD(t, a_value_not_picked_up_twice_returns_to_the_head);
	ADD(t, values_that_return_keep_their_order);
	ADD(t, a_sender_that_is_leaving_does_not_wait_again);
	return suite_run(suite);
}
