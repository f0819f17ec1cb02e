/* SPDX-License-Identifier: MIT */
/*
 * What random programs have found (see test_model.c), each as it was left
 * when nothing more could be taken away.
 */
#include "actors.h"
#include "chan/atomic.h"
#include "chan/delivery.h"
#include "chan/select.h"
#include "suite.h"
#include "task/control.h"

#include <errno.h>
#include <string.h>

static struct chan chan;
static struct holder holder;

static void
open_channel(void)
{
	stage_open();
	chan_init(&chan);
	holder_init(&holder);
}

/* Before those who wait on it are gone with their test. */
static void
let_go(void)
{
	chan_clear(&chan);
	sched_run();
}

static void
close_channel(void)
{
	holder_end(&holder);
	chan_fini(&chan);
	stage_close();
}

/* ---- more actors ---- */

struct taker {
	int64_t lease;
	int result;
	struct task *task;
};

static void
forget_taker(void *argument)
{
	struct taker *self = argument;

	self->task = NULL;
}

PARKS static void
take(void *argument)
{
	struct taker *self = argument;
	struct delivery *delivery = delivery_new(&holder, 1, self->lease);
	struct blob *value = NULL;

	ck_assert_ptr_nonnull(delivery);
	self->result = delivery_receive(delivery, &chan, &value, NO_DEADLINE);
	if (self->result < 0)
		delivery_free(delivery);
	blob_unref(value);
}

static void
take_as(struct taker *self)
{
	self->result = UNDONE;
	self->task = task_spawn(take, self);
	ck_assert_ptr_nonnull(self->task);
	task_on_end(self->task, forget_taker);
}

/* A select of both sides of the channel. */
PARKS static void
select_both(void *argument)
{
	struct select_case cases[2] = {
		{ .chan = &chan, .value = blob_copy("S", 1), .is_send = true },
		{ .chan = &chan },
	};
	struct waiter waiters[2];
	struct blob *error;
	int *result = argument;

	*result = chan_select(cases, waiters, 2, NO_DEADLINE, &error);
	blob_unref(cases[0].value);
	blob_unref(cases[1].value);
}

PARKS static void
cancel_it(void *argument)
{
	const struct actor *actor = argument;

	task_cancel(actor->task);
}

/* ---- what comes back ---- */

START_TEST(a_sender_is_let_in_where_a_select_that_came_back_took_a_value)
{
	struct taker t = { 0 };
	struct actor a = sender('A', &chan), b = sender('B', &chan);
	int result = UNDONE;

	chan_set_capacity(&chan, 1);
	take_as(&t);
	sched_run();
	ck_assert_ptr_nonnull(task_spawn(select_both, &result));
	sched_run();
	send_as(&a);
	send_as(&b);
	sched_run();
	ck_assert_str_eq(trail(), "A"); /* B waits for room */
	ck_assert_int_eq(delivery_nack(holder_find(&holder, 1)), 0);
	sched_run();
	ck_assert_int_eq(result, 1); /* it received what A had sent */
	ck_assert_str_eq(trail(), "AB");
	ck_assert_uint_eq(chan.stored, 1);
}
END_TEST

START_TEST(a_send_that_may_not_wait_can_be_held_where_its_value_came_back)
{
	struct actor r = receiver('R', &chan), s = sender('S', &chan);
	struct taker t = { 0 };

	chan.schedule_all = true;
	s.deadline = 0;
	receive_as(&r);
	take_as(&t);
	sched_run();
	send_as(&s);
	ck_assert_ptr_nonnull(task_spawn(cancel_it, &r));
	sched_run();
	ck_assert_int_eq(r.result, -ECANCELED);
	ck_assert_int_eq(t.result, 0);
	ck_assert_int_eq(s.result, UNDONE);
	ck_assert_int_eq(delivery_ack(holder_find(&holder, 1), NULL), 0);
	sched_run();
	ck_assert_int_eq(s.result, 0);
}
END_TEST

/* ---- atomic ---- */

START_TEST(an_atomic_next_ends_where_next_does)
{
	struct blob *value = NULL;
	struct atomic atomic;
	int result = UNDONE;

	ck_assert_ptr_nonnull(task_spawn(select_both, &result));
	sched_run();
	chan_close(&chan);
	ck_assert_int_eq(chan.balance, 0); /* though a sender waits */
	atomic_init(&atomic);
	ck_assert_int_eq(atomic_receive(&atomic, &chan, &value, true),
			 -ENODATA);
	atomic_undo(&atomic);
	ck_assert_int_eq(result, UNDONE);
	let_go();
}
END_TEST

/* ---- tasks ---- */

PARKS static void
switch_cancelled(void *argument)
{
	struct actor *bystander = argument;

	task_cancel(task_self());
	ck_assert_int_eq(task_switch(bystander->task), -ECANCELED);
	trail_add('C');
}

START_TEST(a_cancelled_task_does_not_pause_by_switching)
{
	struct actor b = sender('B', &chan);

	ck_assert_ptr_nonnull(task_spawn(switch_cancelled, &b));
	bystand_as(&b);
	sched_run();
	ck_assert_str_eq(trail(), "CB");
	ck_assert_uint_eq(sched_tasks(), 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("found");
	TCase *found =
	    suite_case(suite, "by the model", open_channel, close_channel);

	tcase_add_test(
	    found,
	    a_sender_is_let_in_where_a_select_that_came_back_took_a_value);
	tcase_add_test(
	    found,
	    a_send_that_may_not_wait_can_be_held_where_its_value_came_back);
	tcase_add_test(found, an_atomic_next_ends_where_next_does);
	tcase_add_test(found, a_cancelled_task_does_not_pause_by_switching);
	return suite_run(suite);
}
