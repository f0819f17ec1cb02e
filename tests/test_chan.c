/* SPDX-License-Identifier: MIT */
/*
 * Rendezvous, closing and deadlines of a channel. Who runs next is tested in
 * test_chan_order.c, and against Stackless by replay.
 */
#include "actors.h"
#include "suite.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

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

/* ---- rendezvous ---- */

START_TEST(a_sender_waits_until_a_receiver_comes)
{
	struct actor s = sender('S', &chan), r = receiver('R', &chan);

	send_as(&s);
	sched_run();
	ck_assert_int_eq(s.result, UNDONE);
	ck_assert_int_eq(chan.balance, 1);
	ck_assert(task_is_blocked(s.task));
	receive_as(&r);
	sched_run();
	ck_assert_int_eq(s.result, 0);
	ck_assert_int_eq(r.result, 0);
	ck_assert_str_eq(r.value, "S");
	ck_assert_int_eq(chan.balance, 0);
	ck_assert_uint_eq(chan.handoffs, 1);
}
END_TEST

START_TEST(a_receiver_waits_until_a_sender_comes)
{
	struct actor s = sender('S', &chan), r = receiver('R', &chan);

	receive_as(&r);
	sched_run();
	ck_assert_int_eq(chan.balance, -1);
	send_as(&s);
	sched_run();
	ck_assert_int_eq(s.result, 0);
	ck_assert_str_eq(r.value, "S");
}
END_TEST

START_TEST(values_are_taken_first_in_first_out)
{
	struct actor a = sender('A', &chan), b = sender('B', &chan);
	struct actor r = receiver('R', &chan), q = receiver('Q', &chan);

	send_as(&a);
	send_as(&b);
	sched_run();
	receive_as(&r);
	receive_as(&q);
	sched_run();
	ck_assert_str_eq(r.value, "A");
	ck_assert_str_eq(q.value, "B");
}
END_TEST

START_TEST(receivers_are_served_first_in_first_out)
{
	struct actor a = sender('A', &chan), b = sender('B', &chan);
	struct actor r = receiver('R', &chan), q = receiver('Q', &chan);

	receive_as(&r);
	receive_as(&q);
	sched_run();
	send_as(&a);
	send_as(&b);
	sched_run();
	ck_assert_str_eq(r.value, "A");
	ck_assert_str_eq(q.value, "B");
}
END_TEST

START_TEST(the_queue_lists_who_waits_in_order)
{
	struct actor r = receiver('R', &chan), q = receiver('Q', &chan);

	ck_assert_ptr_null(waiting(&chan, 0));
	sched_set_time(5);
	receive_as(&r);
	receive_as(&q);
	sched_run();
	ck_assert_ptr_eq(waiting(&chan, 0), r.task);
	ck_assert_ptr_eq(waiting(&chan, 1), q.task);
	ck_assert_ptr_null(waiting(&chan, 2));
	ck_assert_int_eq(chan_oldest(&chan), 5);
	task_cancel(r.task);
	ck_assert_ptr_eq(waiting(&chan, 0), q.task);
	task_cancel(q.task);
	ck_assert_int_eq(chan_oldest(&chan), -1);
	sched_run();
}
END_TEST

START_TEST(an_exception_is_raised_in_the_receiver)
{
	struct actor s = sender('S', &chan), r = receiver('R', &chan);

	receive_as(&r);
	send_exception_as(&s);
	sched_run();
	ck_assert_int_eq(s.result, 0);
	ck_assert_int_eq(r.result, -EREMOTEIO);
	ck_assert_str_eq(r.value, "S");
}
END_TEST

/* ---- closing ---- */

START_TEST(nobody_begins_to_wait_on_a_closing_channel)
{
	struct actor s = sender('S', &chan), r = receiver('R', &chan);

	chan_close(&chan);
	send_as(&s);
	receive_as(&r);
	sched_run();
	ck_assert_int_eq(s.result, -EPIPE);
	ck_assert_int_eq(r.result, -EPIPE);
	ck_assert_int_eq(chan.balance, 0);
}
END_TEST

START_TEST(who_waits_on_a_closing_channel_can_still_be_served)
{
	struct actor s = sender('S', &chan), r = receiver('R', &chan);

	send_as(&s);
	sched_run();
	chan_close(&chan);
	ck_assert(!chan_is_closed(&chan));
	receive_as(&r);
	sched_run();
	ck_assert_str_eq(r.value, "S");
	ck_assert(chan_is_closed(&chan));
}
END_TEST

START_TEST(a_receiver_that_waits_stays_when_the_channel_is_closed)
{
	struct actor r = receiver('R', &chan), s = sender('S', &chan);

	receive_as(&r);
	sched_run();
	chan_close(&chan);
	sched_run();
	ck_assert_int_eq(r.result, UNDONE);
	send_as(&s);
	sched_run();
	ck_assert_int_eq(r.result, 0);
}
END_TEST

START_TEST(opening_undoes_closing)
{
	struct actor s = sender('S', &chan), r = receiver('R', &chan);

	chan_close(&chan);
	chan_open(&chan);
	ck_assert(!chan_is_closed(&chan));
	send_as(&s);
	receive_as(&r);
	sched_run();
	ck_assert_int_eq(s.result, 0);
}
END_TEST

START_TEST(iteration_stops_where_a_closing_channel_has_no_senders)
{
	struct actor s = sender('S', &chan), r = receiver('R', &chan);
	struct actor n = receiver('N', &chan);

	send_as(&s);
	sched_run();
	chan_close(&chan);
	next_as(&r);
	next_as(&n);
	sched_run();
	ck_assert_str_eq(r.value, "S");
	ck_assert_int_eq(n.result, -ENODATA);
}
END_TEST

START_TEST(iteration_stops_even_where_receivers_still_wait)
{
	struct actor r = receiver('R', &chan), n = receiver('N', &chan);
	struct actor q = receiver('Q', &chan);

	receive_as(&r);
	sched_run();
	chan_close(&chan);
	next_as(&n);
	receive_as(&q);
	sched_run();
	ck_assert_int_eq(n.result, -ENODATA);
	ck_assert_int_eq(q.result, -EPIPE);
	task_cancel(r.task);
	sched_run();
}
END_TEST

START_TEST(a_closing_channel_is_closed_the_moment_its_last_waiter_leaves)
{
	struct actor r = receiver('R', &chan);

	receive_as(&r);
	sched_run();
	chan_close(&chan);
	task_cancel(r.task);
	ck_assert(chan_is_closed(&chan));
	sched_run();
}
END_TEST

/* ---- not waiting ---- */

START_TEST(a_deadline_of_zero_does_not_wait)
{
	struct actor s = sender('S', &chan), r = receiver('R', &chan);

	s.deadline = r.deadline = 0;
	send_as(&s);
	receive_as(&r);
	sched_run();
	ck_assert_int_eq(s.result, -EAGAIN);
	ck_assert_int_eq(r.result, -EAGAIN);
}
END_TEST

START_TEST(a_deadline_of_zero_takes_what_is_there)
{
	struct actor s = sender('S', &chan), r = receiver('R', &chan);

	r.deadline = 0;
	send_as(&s);
	receive_as(&r);
	sched_run();
	ck_assert_str_eq(r.value, "S");
}
END_TEST

START_TEST(closing_wins_over_not_waiting)
{
	struct actor s = sender('S', &chan);

	s.deadline = 0;
	chan_close(&chan);
	send_as(&s);
	sched_run();
	ck_assert_int_eq(s.result, -EPIPE);
}
END_TEST

PARKS static void
receive_trapped(void *argument)
{
	struct actor *a = argument;
	struct blob *value;

	ck_assert(!task_set_block_trap(true));
	a->result = chan_receive(a->chan, &value, NO_DEADLINE);
	ck_assert(task_set_block_trap(false));
}

START_TEST(a_block_trap_wins_over_closing)
{
	struct actor r = receiver('R', &chan);

	chan_close(&chan);
	ck_assert_ptr_nonnull(task_spawn(receive_trapped, &r));
	sched_run();
	ck_assert_int_eq(r.result, -EDEADLK);
	ck_assert_int_eq(chan.balance, 0);
}
END_TEST

/* ---- deadlines ---- */

START_TEST(a_waiter_leaves_at_its_deadline)
{
	struct actor s = sender('S', &chan), r = receiver('R', &chan);

	s.deadline = 100;
	send_as(&s);
	sched_run();
	ck_assert_int_eq(sched_next_deadline(), 100);
	sched_set_time(99);
	sched_run();
	ck_assert_int_eq(s.result, UNDONE);
	sched_set_time(100);
	sched_run();
	ck_assert_int_eq(s.result, -ETIMEDOUT);
	ck_assert_int_eq(chan.balance, 0);
	r.deadline = 0;
	receive_as(&r);
	sched_run();
	ck_assert_int_eq(r.result, -EAGAIN);
}
END_TEST

START_TEST(balance_follows_the_queue_before_the_late_one_runs)
{
	struct actor s = sender('S', &chan);

	s.deadline = 100;
	send_as(&s);
	sched_run();
	sched_set_time(100);
	ck_assert(sched_turn());
	ck_assert_int_eq(chan.balance, 0);
	ck_assert_int_eq(s.result, UNDONE);
	sched_run();
}
END_TEST

START_TEST(a_rendezvous_wins_over_a_deadline_of_the_same_turn)
{
	struct actor s = sender('S', &chan), r = receiver('R', &chan);

	s.deadline = 100;
	send_as(&s);
	sched_run();
	sched_set_time(100);
	receive_as(&r);
	sched_run();
	ck_assert_int_eq(s.result, 0);
	ck_assert_str_eq(r.value, "S");
	ck_assert_int_eq(sched_next_deadline(), NO_DEADLINE);
}
END_TEST

/* ---- many that wait ---- */

enum { MANY = 9 };

/*
 * The stacks of those who stand next to nobody that is touched below, neither
 * the first nor the fifth nor the last: who looks at them is ended by it.
 */
static void
allow(const struct actor *many, int protection)
{
	static const int apart[] = { 2, 6, 7 };
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	for (int i = 0; i < 3; i++) {
		uintptr_t top = (uintptr_t)many[apart[i]].task / page * page;

		ck_assert_int_eq(
		    mprotect((void *)(top - page), 2 * page, protection), 0);
	}
}

static void
dismiss(struct actor *actor)
{
	if (actor->result == UNDONE)
		task_cancel(actor->task);
	sched_run();
}

START_TEST(no_operation_looks_at_those_apart_in_the_queue)
{
	struct actor many[MANY];
	struct actor late = receiver('L', &chan), s = sender('S', &chan);

	for (int i = 0; i < MANY; i++) {
		many[i] = receiver('R', &chan);
		receive_as(&many[i]);
	}
	sched_run();
	allow(many, PROT_NONE);
	receive_as(&late);
	sched_run();
	task_cancel(many[4].task);
	send_as(&s);
	sched_run();
	chan_close(&chan);
	chan_open(&chan);
	ck_assert_int_ge(chan_oldest(&chan), 0);
	ck_assert_ptr_eq(waiting(&chan, 0), many[1].task);
	allow(many, PROT_READ | PROT_WRITE);
	ck_assert_int_eq(chan.balance, 2 - MANY - 1);
	ck_assert_int_eq(many[4].result, -ECANCELED);
	ck_assert_str_eq(many[0].value, "S");
	for (int i = 0; i < MANY; i++)
		dismiss(&many[i]);
	dismiss(&late);
}
END_TEST

#define ADD(situation, test) tcase_add_test(situation, test)

int
main(void)
{
	Suite *suite = suite_create("chan");
	TCase *t = suite_case(suite, "rendezvous", open_chan, close_chan);

	ADD(t, a_sender_waits_until_a_receiver_comes);
	ADD(t, a_receiver_waits_until_a_sender_comes);
	ADD(t, values_are_taken_first_in_first_out);
	ADD(t, receivers_are_served_first_in_first_out);
	ADD(t, the_queue_lists_who_waits_in_order);
	ADD(t, an_exception_is_raised_in_the_receiver);
	t = suite_case(suite, "closing", open_chan, close_chan);
	ADD(t, nobody_begins_to_wait_on_a_closing_channel);
	ADD(t, who_waits_on_a_closing_channel_can_still_be_served);
	ADD(t, a_receiver_that_waits_stays_when_the_channel_is_closed);
	ADD(t, opening_undoes_closing);
	ADD(t, iteration_stops_where_a_closing_channel_has_no_senders);
	ADD(t, iteration_stops_even_where_receivers_still_wait);
	ADD(t, a_closing_channel_is_closed_the_moment_its_last_waiter_leaves);
	t = suite_case(suite, "not waiting", open_chan, close_chan);
	ADD(t, a_deadline_of_zero_does_not_wait);
	ADD(t, a_deadline_of_zero_takes_what_is_there);
	ADD(t, closing_wins_over_not_waiting);
	ADD(t, a_block_trap_wins_over_closing);
	t = suite_case(suite, "deadlines", open_chan, close_chan);
	ADD(t, a_waiter_leaves_at_its_deadline);
	ADD(t, balance_follows_the_queue_before_the_late_one_runs);
	ADD(t, a_rendezvous_wins_over_a_deadline_of_the_same_turn);
	t = suite_case(suite, "many that wait", open_chan, close_chan);
	ADD(t, no_operation_looks_at_those_apart_in_the_queue);
	return suite_run(suite);
}
