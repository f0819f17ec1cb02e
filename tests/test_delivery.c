/* SPDX-License-Identifier: MIT */
/*
 * Values that are acknowledged: who runs when one is handed over, and what
 * its settling does. What is lost, or undone, is in test_delivery_loss.c and
 * test_delivery_undo.c.
 */
#include "cast.h"
#include "faults.h"
#include "suite.h"

#include <errno.h>

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

/* S is held by H; whoever came first. */
static void
held(bool sender_first)
{
	let_hold(&chan, sender_first, NO_DEADLINE, 0);
	trail_clear();
}

/* Letter after letter: the senders, each held by the receiver below it. */
static void
hold_many(const char *senders, const char *receivers)
{
	for (; *senders != '\0'; senders++, receivers++) {
		send_by(*senders, &chan);
		hold_by(*receivers, &chan);
	}
	sched_run();
}

static void
receive_all(const char *letters)
{
	for (; *letters != '\0'; letters++)
		receive_by(*letters, &chan);
	sched_run();
}

static void
acknowledge(char letter, const char *reply)
{
	ck_assert_int_eq(delivery_ack(held_by(letter), text_blob(reply)), 0);
	ck_assert_ptr_null(held_by(letter));
	sched_run();
}

static void
give_back(char letter)
{
	ck_assert_int_eq(delivery_nack(held_by(letter)), 0);
	ck_assert_ptr_null(held_by(letter));
}

/* ---- who runs ---- */

static const struct cell {
	bool schedule_all;
	int preference;
	bool sender_first;
	const char *trail;
} cells[] = {
	/* the receiver is preferred, and it is the sender that calls */
	{ false, -1, false, "HXY" },
	/* the sender would go on, but it is held */
	{ false, 0, false, "XYH" },
	{ false, 1, false, "XYH" },
	/* the receiver calls, and goes on: the sender cannot */
	{ false, -1, true, "HXY" },
	{ false, 0, true, "HXY" },
	{ false, 1, true, "HXY" },
	/* everybody gets a turn */
	{ true, -1, false, "XYH" },
	{ true, 0, false, "XYH" },
	{ true, 1, false, "XYH" },
	{ true, -1, true, "XYH" },
	{ true, 0, true, "XYH" },
	{ true, 1, true, "XYH" },
};

enum { CELLS = sizeof cells / sizeof cells[0] };

START_TEST(who_runs_next_is_who_is_preferred_and_can)
{
	const struct cell *cell = &cells[_i];

	chan_set_preference(&chan, cell->preference);
	chan.schedule_all = cell->schedule_all;
	if (cell->sender_first)
		send_by('S', &chan);
	else
		hold_by('H', &chan);
	sched_run();
	if (cell->sender_first)
		hold_by('H', &chan);
	else
		send_by('S', &chan);
	bystand_by('X');
	bystand_by('Y');
	sched_run();
	ck_assert_msg(strcmp(trail(), cell->trail) == 0, "cell %d: %s", _i,
		      trail());
	returns('S', UNDONE);
	ck_assert(task_is_blocked(role('S')->task));
}
END_TEST

START_TEST(an_acknowledged_sender_goes_to_the_tail)
{
	held(_i == 1);
	bystand_by('X');
	delivery_ack(held_by('H'), NULL);
	bystand_by('Y');
	sched_run();
	ck_assert_str_eq(trail(), "XSY");
}
END_TEST

/* ---- a held sender ---- */

START_TEST(a_held_sender_is_blocked_and_in_no_queue)
{
	held(_i == 1);
	ck_assert(task_is_blocked(role('S')->task));
	ck_assert(chan_is_held(role('S')->task));
	ck_assert_int_eq(chan.balance, 0);
	ck_assert_str_eq(lineup(&chan), "");
	ck_assert_uint_eq(chan.held, 1);
	ck_assert_uint_eq(chan.handoffs, 0);
	ck_assert_uint_eq(role('H')->attempt, 1);
	ck_assert_uint_eq(cast_holder.count, 1);
}
END_TEST

START_TEST(one_that_only_waits_is_not_held)
{
	send_by('S', &chan);
	sched_run();
	ck_assert(!chan_is_held(role('S')->task));
}
END_TEST

START_TEST(a_delivery_is_known_to_its_holder_alone)
{
	struct holder other;

	holder_init(&other);
	held(false);
	ck_assert_uint_eq(delivery_number(held_by('H')), 'H');
	ck_assert_ptr_null(held_by('I'));
	ck_assert_ptr_null(holder_find(&other, 'H'));
}
END_TEST

/* ---- settling ---- */

START_TEST(an_acknowledgement_returns_0_and_the_reply)
{
	held(_i == 1);
	acknowledge('H', "thanks");
	returns('S', 0);
	gets('S', "thanks");
	ck_assert_uint_eq(chan.held, 0);
	ck_assert_uint_eq(chan.handoffs, 1);
	ck_assert_uint_eq(cast_holder.count, 0);
}
END_TEST

START_TEST(an_acknowledgement_needs_no_reply)
{
	held(_i == 1);
	ck_assert_int_eq(delivery_ack(held_by('H'), NULL), 0);
	sched_run();
	returns('S', 0);
	gets('S', "");
}
END_TEST

START_TEST(a_refusal_is_an_error_of_the_sender)
{
	held(_i == 1);
	ck_assert_int_eq(delivery_fail(held_by('H'), text_blob("no")), 0);
	ck_assert_ptr_null(held_by('H'));
	sched_run();
	returns('S', -EREMOTEIO);
	gets('S', "no");
	ck_assert_uint_eq(chan.held, 0);
	ck_assert_uint_eq(chan.handoffs, 0);
}
END_TEST

START_TEST(what_is_given_back_waits_again)
{
	held(_i == 1);
	give_back('H');
	ck_assert_str_eq(lineup(&chan), "S");
	ck_assert_int_eq(chan.balance, 1);
	ck_assert_uint_eq(chan.held, 0);
	ck_assert(!chan_is_held(role('S')->task));
	receive_all("R");
	gets('R', "S");
	returns('S', 0);
	ck_assert_uint_eq(chan.handoffs, 1);
}
END_TEST

START_TEST(a_sender_was_acknowledged_even_if_cancelled_then)
{
	held(false);
	delivery_ack(held_by('H'), text_blob("ok"));
	task_cancel(role('S')->task);
	sched_run();
	returns('S', 0);
	gets('S', "ok");
}
END_TEST

START_TEST(attempts_are_counted)
{
	held(false);
	give_back('H');
	hold_by('I', &chan);
	sched_run();
	ck_assert_uint_eq(role('I')->attempt, 2);
	give_back('I');
	hold_by('J', &chan);
	sched_run();
	ck_assert_uint_eq(role('J')->attempt, 3);
	ck_assert_uint_eq(delivery_attempt(held_by('J')), 3);
	acknowledge('J', "");
	returns('S', 0);
}
END_TEST

START_TEST(values_return_to_the_places_of_their_senders)
{
	static const char *const orders[] = { "PQR", "PRQ", "QPR",
					      "QRP", "RPQ", "RQP" };

	hold_many("ABC", "PQR");
	send_by('D', &chan);
	sched_run();
	for (const char *letter = orders[_i]; *letter != '\0'; letter++)
		give_back(*letter);
	ck_assert_str_eq(lineup(&chan), "ABCD");
	receive_all("WXYZ");
	gets('W', "A");
	gets('X', "B");
	gets('Y', "C");
	gets('Z', "D");
}
END_TEST

START_TEST(others_are_served_while_one_is_held)
{
	hold_many("AB", "PQ");
	send_by('C', &chan);
	receive_all("R");
	gets('R', "C");
	acknowledge('Q', "");
	returns('B', 0);
	returns('A', UNDONE);
	ck_assert_uint_eq(chan.held, 1);
}
END_TEST

START_TEST(what_is_given_back_goes_to_who_waits_already)
{
	held(_i == 1);
	receive_by('R', &chan);
	sched_run();
	give_back('H');
	ck_assert_int_eq(chan.balance, 0);
	sched_run();
	gets('R', "S");
	returns('S', 0);
	ck_assert_str_eq(trail(), "RS"); /* both to the tail */
}
END_TEST

START_TEST(what_is_given_back_is_held_by_who_waits_to_hold)
{
	held(_i == 1);
	hold_by('I', &chan);
	sched_run();
	give_back('H');
	sched_run();
	gets('I', "S");
	ck_assert_uint_eq(role('I')->attempt, 2);
	returns('S', UNDONE);
	acknowledge('I', "ok");
	gets('S', "ok");
}
END_TEST

/* ---- exceptions ---- */

START_TEST(an_exception_is_never_held)
{
	if (_i == 0)
		hold_by('H', &chan);
	send_exception_by('S', &chan);
	if (_i == 1)
		hold_by('H', &chan);
	sched_run();
	returns('H', -EREMOTEIO);
	gets('H', "S");
	returns('S', 0);
	ck_assert_ptr_null(held_by('H'));
	ck_assert_uint_eq(chan.held, 0);
}
END_TEST

START_TEST(an_exception_in_the_channel_is_never_held)
{
	chan_set_capacity(&chan, 1);
	send_exception_by('S', &chan);
	hold_by('H', &chan);
	sched_run();
	returns('H', -EREMOTEIO);
	ck_assert_ptr_null(held_by('H'));
	ck_assert_int_eq(chan.balance, 0);
}
END_TEST

/* ---- iteration, traps ---- */

START_TEST(iteration_is_acknowledged_too)
{
	hold_next_by('H', &chan);
	send_by('S', &chan);
	sched_run();
	gets('H', "S");
	chan_close(&chan);
	hold_next_by('I', &chan);
	sched_run();
	returns('I', -ENODATA); /* nothing is to come, as it seems */
	acknowledge('H', "");
	returns('S', 0);
}
END_TEST

PARKS static void
send_trapped(void *argument)
{
	struct role *a = argument;
	struct blob *value = text_blob("v");

	task_add_switch_trap(1);
	a->result = chan_send(a->chan, &value, NO_DEADLINE);
	task_add_switch_trap(-1);
	blob_unref(value);
}

START_TEST(under_a_switch_trap_nobody_is_held)
{
	chan_set_preference(&chan, 1);
	hold_by('H', &chan);
	sched_run();
	play('S', send_trapped)->chan = &chan;
	sched_run();
	returns('S', -EDEADLK);
	returns('H', UNDONE);
	ck_assert_str_eq(lineup(&chan), "-");
	ck_assert_uint_eq(chan.held, 0);
}
END_TEST

/* ---- out of memory ---- */

/* More than there is room for on the heap of the deadlines. */
static int
make_many(void)
{
	struct delivery *made[40];
	struct holder holder;
	int count = 0;

	sched_init(&(struct sched_config){ 0 });
	holder_init(&holder);
	while (count < 40 &&
	       (made[count] = delivery_new(&holder, 1, 5)) != NULL)
		count++;
	for (int i = 0; i < count; i++)
		delivery_free(made[i]);
	sched_fini();
	return count == 40 ? 0 : -ENOMEM;
}

START_TEST(without_memory_there_is_no_delivery)
{
	ck_assert_uint_gt(faults_try_all(make_many), 40);
}
END_TEST

START_TEST(nothing_is_no_delivery)
{
	ck_assert_ptr_null(delivery_free(NULL));
}
END_TEST

#define ADD(situation, test) tcase_add_test(situation, test)
#define ADD_BOTH(situation, test) tcase_add_loop_test(situation, test, 0, 2)

static void
add_settling(Suite *suite)
{
	TCase *t = suite_case(suite, "settling", set_up, tear_down);

	ADD_BOTH(t, an_acknowledgement_returns_0_and_the_reply);
	ADD_BOTH(t, an_acknowledgement_needs_no_reply);
	ADD_BOTH(t, a_refusal_is_an_error_of_the_sender);
	ADD_BOTH(t, what_is_given_back_waits_again);
	ADD(t, a_sender_was_acknowledged_even_if_cancelled_then);
	ADD(t, attempts_are_counted);
	tcase_add_loop_test(t, values_return_to_the_places_of_their_senders, 0,
			    6);
	ADD(t, others_are_served_while_one_is_held);
	ADD_BOTH(t, what_is_given_back_goes_to_who_waits_already);
	ADD_BOTH(t, what_is_given_back_is_held_by_who_waits_to_hold);
}

static void
add_rest(Suite *suite)
{
	TCase *t = suite_case(suite, "exceptions", set_up, tear_down);

	ADD_BOTH(t, an_exception_is_never_held);
	ADD(t, an_exception_in_the_channel_is_never_held);
	t = suite_case(suite, "iteration, traps", set_up, tear_down);
	ADD(t, iteration_is_acknowledged_too);
	ADD(t, under_a_switch_trap_nobody_is_held);
	t = tcase_create("out of memory");
	ADD(t, without_memory_there_is_no_delivery);
	ADD(t, nothing_is_no_delivery);
	suite_add_tcase(suite, t);
}

int
main(void)
{
	Suite *suite = suite_create("delivery");
	TCase *t = suite_case(suite, "who runs", set_up, tear_down);

	tcase_add_loop_test(t, who_runs_next_is_who_is_preferred_and_can, 0,
			    CELLS);
	ADD_BOTH(t, an_acknowledged_sender_goes_to_the_tail);
	t = suite_case(suite, "held", set_up, tear_down);
	ADD_BOTH(t, a_held_sender_is_blocked_and_in_no_queue);
	ADD(t, one_that_only_waits_is_not_held);
	ADD(t, a_delivery_is_known_to_its_holder_alone);
	add_settling(suite);
	add_rest(suite);
	return suite_run(suite);
}
