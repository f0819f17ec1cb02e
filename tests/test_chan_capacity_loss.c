/* SPDX-License-Identifier: MIT */
/*
 * Values without their senders that nobody takes, or that find no memory.
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
	chan_set_capacity(&chan, 2);
}

static void
tear_down(void)
{
	cast_close();
	chan_fini(&chan);
}

/* One after the other, as far as they get. */
static void
send_all(const char *letters)
{
	for (; *letters != '\0'; letters++)
		send_by(*letters, &chan);
	sched_run();
}

static void
receive_all(const char *letters)
{
	for (; *letters != '\0'; letters++)
		receive_by(*letters, &chan);
	sched_run();
}

/* ---- a receiver that does not come ---- */

/*
 * The value A, which has no sender, has met a receiver that has not run: its
 * first one has given it back.
 */
static void
leave_a_value_with(char letter)
{
	send_all("A");
	hold_by('Q', &chan);
	sched_run();
	receive_by(letter, &chan);
	sched_run();
	delivery_nack(held_by('Q'));
	ck_assert_int_eq(chan.balance, 0);
	returns(letter, UNDONE);
}

START_TEST(a_value_returns_when_its_receiver_is_cancelled)
{
	leave_a_value_with('R');
	task_cancel(role('R')->task);
	ck_assert_str_eq(lineup(&chan), "(A)");
	sched_run();
	returns('R', -ECANCELED);
	send_all("B");
	receive_all("PS");
	gets('P', "A");
	gets('S', "B");
	ck_assert_uint_eq(chan.handoffs, 2);
}
END_TEST

START_TEST(a_value_goes_to_the_next_receiver_that_waits)
{
	leave_a_value_with('R');
	receive_by('S', &chan);
	task_cancel(role('R')->task);
	sched_run();
	returns('R', -ECANCELED);
	gets('S', "A");
}
END_TEST

/* As in Stackless, which knows no other way to end one. */
START_TEST(a_value_is_lost_when_its_receiver_is_killed)
{
	send_all("A");
	hold_by('Q', &chan);
	sched_run();
	receive_by('R', &chan);
	sched_run();
	kill_pending_by('K', role('R'));
	delivery_nack(held_by('Q'));
	sched_run();
	returns('R', -ECANCELED);
	ck_assert_int_eq(chan.balance, 0);
}
END_TEST

START_TEST(a_value_that_was_taken_is_not_taken_back)
{
	send_all("A");
	receive_all("R");
	gets('R', "A");
	ck_assert_ptr_null(role('R')->task);
	ck_assert_int_eq(chan.balance, 0);
}
END_TEST

/* ---- out of memory ---- */

/* Those on the ring make their calls, and the first allocation fails. */
static void
go_on_without_memory(void)
{
	sched_turn();
	faults_arm(1, false);
	sched_run();
	ck_assert(faults_disarm());
}

START_TEST(a_value_that_cannot_be_stored_stays_with_its_sender)
{
	send_by('A', &chan)->yields = true;
	go_on_without_memory();
	returns('A', -ENOMEM);
	ck_assert_str_eq(role('A')->left, "A");
	ck_assert_int_eq(chan.balance, 0);
	send_all("B");
	ck_assert_str_eq(lineup(&chan), "(B)");
}
END_TEST

START_TEST(a_sender_that_cannot_be_let_in_waits_on)
{
	send_all("ABC");
	receive_by('R', &chan)->yields = true;
	go_on_without_memory();
	gets('R', "A");
	returns('C', UNDONE);
	ck_assert_str_eq(lineup(&chan), "(B)C");
	receive_all("PQ");
	gets('P', "B");
	gets('Q', "C");
	returns('C', 0);
}
END_TEST

START_TEST(raising_the_capacity_without_memory_loses_nobody)
{
	send_all("ABCD");
	faults_arm(2, true);
	chan_set_capacity(&chan, 9);
	ck_assert(faults_disarm());
	ck_assert_str_eq(lineup(&chan), "(A)(B)(C)D");
	sched_run();
	returns('C', 0);
	returns('D', UNDONE);
	receive_all("PQRS");
	gets('S', "D");
}
END_TEST

#define ADD(situation, test) tcase_add_test(situation, test)

int
main(void)
{
	Suite *suite = suite_create("chan");
	TCase *t = suite_case(suite, "no receiver", set_up, tear_down);

	ADD(t, a_value_returns_when_its_receiver_is_cancelled);
	ADD(t, a_value_goes_to_the_next_receiver_that_waits);
	ADD(t, a_value_is_lost_when_its_receiver_is_killed);
	ADD(t, a_value_that_was_taken_is_not_taken_back);
	t = suite_case(suite, "out of memory", set_up, tear_down);
	ADD(t, a_value_that_cannot_be_stored_stays_with_its_sender);
	ADD(t, a_sender_that_cannot_be_let_in_waits_on);
	ADD(t, raising_the_capacity_without_memory_loses_nobody);
	return suite_run(suite);
}
