/* SPDX-License-Identifier: MIT */
/*
 * Values that wait in a channel without their senders.
 */
#include "cast.h"
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

/* ---- room ---- */

START_TEST(a_sender_that_finds_room_goes_on)
{
	send_by('A', &chan);
	bystand_by('X');
	sched_run();
	ck_assert_str_eq(trail(), "AX");
	returns('A', 0);
	ck_assert_int_eq(chan.balance, 1);
	ck_assert_uint_eq(chan.stored, 1);
	ck_assert_str_eq(lineup(&chan), "(A)");
}
END_TEST

START_TEST(a_sender_that_finds_none_waits)
{
	send_all("ABC");
	returns('B', 0);
	returns('C', UNDONE);
	ck_assert_str_eq(lineup(&chan), "(A)(B)C");
	ck_assert_int_eq(chan.balance, 3);
	ck_assert_uint_eq(chan.stored, 2);
	ck_assert_ptr_eq(role('C')->task,
			 chan_queue(&chan, &(const struct list *){ NULL }));
}
END_TEST

START_TEST(a_receiver_that_waits_goes_before_the_room)
{
	receive_by('R', &chan);
	sched_run();
	send_all("A");
	gets('R', "A");
	ck_assert_uint_eq(chan.stored, 0);
	ck_assert_str_eq(trail(), "RA");
}
END_TEST

START_TEST(values_come_out_in_the_order_of_their_coming)
{
	send_all("ABCD");
	receive_all("PQRS");
	gets('P', "A");
	gets('Q', "B");
	gets('R', "C");
	gets('S', "D");
	ck_assert_int_eq(chan.balance, 0);
	ck_assert_uint_eq(chan.handoffs, 4);
}
END_TEST

START_TEST(a_receiver_goes_on_whatever_the_preference)
{
	chan_set_preference(&chan, _i % 3 - 1);
	chan.schedule_all = _i >= 3;
	send_all("A");
	trail_clear();
	receive_by('R', &chan);
	bystand_by('X');
	sched_run();
	ck_assert_str_eq(trail(), "RX");
	gets('R', "A");
}
END_TEST

START_TEST(a_receiver_makes_room_for_who_has_waited_longest)
{
	send_all("ABCD");
	trail_clear();
	receive_by('R', &chan);
	bystand_by('X');
	sched_run();
	gets('R', "A");
	ck_assert_str_eq(trail(), "RXC"); /* to the tail */
	returns('C', 0);
	returns('D', UNDONE);
	ck_assert_str_eq(lineup(&chan), "(B)(C)D");
	ck_assert_int_eq(chan.balance, 3);
}
END_TEST

START_TEST(who_comes_while_others_wait_waits_behind_them)
{
	send_all("ABC");
	chan.capacity = 5; /* as if there had been no memory to let C in */
	send_all("D");
	ck_assert_str_eq(lineup(&chan), "(A)(B)CD");
	receive_all("R");
	ck_assert_str_eq(lineup(&chan), "(B)(C)(D)");
}
END_TEST

START_TEST(an_exception_waits_like_a_value)
{
	send_exception_by('A', &chan);
	send_all("B");
	returns('A', 0);
	receive_all("QR");
	returns('Q', -EREMOTEIO);
	gets('Q', "A");
	returns('R', 0);
	gets('R', "B");
}
END_TEST

START_TEST(an_exception_that_is_let_in_stays_one)
{
	send_all("AB");
	send_exception_by('C', &chan);
	sched_run();
	receive_all("PQR");
	returns('C', 0);
	returns('R', -EREMOTEIO);
	gets('R', "C");
}
END_TEST

START_TEST(the_oldest_is_the_first_value)
{
	sched_set_time(3);
	send_all("A");
	sched_set_time(5);
	send_all("BC");
	ck_assert_int_eq(chan_oldest(&chan), 3);
	sched_set_time(7);
	receive_all("R");
	ck_assert_int_eq(chan_oldest(&chan), 5);
	receive_all("S"); /* C was let in, and came at 5 */
	ck_assert_int_eq(chan_oldest(&chan), 5);
	receive_all("T");
	ck_assert_int_eq(chan_oldest(&chan), -1);
}
END_TEST

START_TEST(values_left_are_dropped_with_the_channel)
{
	send_all("AB");
	send_exception_by('C', &chan);
	chan_set_capacity(&chan, 3);
	sched_run();
	ck_assert_uint_eq(chan.stored, 3);
}
END_TEST

PARKS static void
send_three(void *argument)
{
	struct role *a = argument;
	struct blob *values[] = { text_blob("x"), text_blob("y"),
				  text_blob("z") };
	size_t taken = 0;

	a->result = chan_send_sequence(a->chan, values, 3, a->deadline, &taken);
	a->attempt = (uint32_t)taken;
	for (size_t i = taken; i < 3; i++)
		blob_unref(values[i]);
}

START_TEST(a_sequence_goes_in_as_far_as_there_is_room)
{
	struct role *a = play('A', send_three);

	a->chan = &chan;
	a->deadline = 0;
	sched_run();
	returns('A', -EAGAIN);
	ck_assert_uint_eq(a->attempt, 2);
	ck_assert_str_eq(lineup(&chan), "(x)(y)");
}
END_TEST

/* ---- changing the capacity ---- */

START_TEST(raising_it_lets_those_in_who_have_waited_longest)
{
	send_all("ABCDE");
	trail_clear();
	chan_set_capacity(&chan, 4);
	ck_assert_str_eq(lineup(&chan), "(A)(B)(C)(D)E");
	sched_run();
	ck_assert_str_eq(trail(), "CD");
	returns('E', UNDONE);
	ck_assert_int_eq(chan.balance, 5);
}
END_TEST

START_TEST(what_is_above_a_lowered_one_stays)
{
	send_all("AB");
	chan_set_capacity(&chan, 1);
	send_all("C");
	ck_assert_str_eq(lineup(&chan), "(A)(B)C");
	receive_all("P");
	ck_assert_str_eq(lineup(&chan), "(B)C"); /* no room yet */
	returns('C', UNDONE);
	receive_all("Q");
	ck_assert_str_eq(lineup(&chan), "(C)");
	returns('C', 0);
}
END_TEST

START_TEST(without_capacity_what_is_there_is_still_taken_first)
{
	send_all("AB");
	chan_set_capacity(&chan, 0);
	send_all("C");
	receive_all("PQR");
	gets('P', "A");
	gets('Q', "B");
	gets('R', "C");
}
END_TEST

/* ---- closing ---- */

START_TEST(no_value_comes_into_a_closing_channel)
{
	chan_close(&chan);
	send_all("A");
	returns('A', -EPIPE);
	ck_assert_str_eq(role('A')->left, "A");
	ck_assert_uint_eq(chan.stored, 0);
}
END_TEST

START_TEST(a_closing_channel_is_drained_and_closed_then)
{
	send_all("ABC");
	chan_close(&chan);
	ck_assert(!chan_is_closed(&chan));
	next_by('P', &chan);
	next_by('Q', &chan);
	next_by('R', &chan);
	next_by('S', &chan);
	sched_run();
	gets('P', "A");
	gets('Q', "B");
	gets('R', "C");
	returns('C', 0);
	returns('S', -ENODATA);
	ck_assert(chan_is_closed(&chan));
}
END_TEST

START_TEST(a_close_that_wakes_leaves_the_values)
{
	send_all("ABC");
	ck_assert_uint_eq(chan_close_and_wake(&chan), 1);
	sched_run();
	returns('C', -EPIPE);
	ck_assert(!chan_is_closed(&chan));
	receive_all("PQR");
	gets('P', "A");
	gets('Q', "B");
	returns('R', -EPIPE);
}
END_TEST

/* ---- not waiting, and not long ---- */

START_TEST(who_would_not_wait_uses_the_room)
{
	send_by('A', &chan)->deadline = 0;
	send_by('B', &chan)->deadline = 0;
	send_by('C', &chan)->deadline = 0;
	sched_run();
	returns('A', 0);
	returns('B', 0);
	returns('C', -EAGAIN);
	receive_by('R', &chan)->deadline = 0;
	sched_run();
	gets('R', "A");
}
END_TEST

START_TEST(a_block_trap_is_not_concerned_with_room)
{
	send_by('A', &chan)->traps = true;
	send_by('B', &chan)->traps = true;
	send_by('C', &chan)->traps = true;
	receive_by('R', &chan)->traps = true;
	sched_run();
	returns('A', 0);
	returns('B', 0);
	returns('C', -EDEADLK);
	gets('R', "A");
}
END_TEST

START_TEST(a_sender_without_room_leaves_at_its_deadline)
{
	send_all("AB");
	send_by('C', &chan)->deadline = 10;
	sched_run();
	sched_set_time(10);
	sched_run();
	returns('C', -ETIMEDOUT);
	ck_assert_str_eq(role('C')->left, "C");
	ck_assert_str_eq(lineup(&chan), "(A)(B)");
}
END_TEST

START_TEST(a_value_stays_when_the_time_of_its_sender_is_over)
{
	send_by('A', &chan)->deadline = 10;
	sched_run();
	sched_set_time(20);
	sched_run();
	receive_all("R");
	gets('R', "A");
	returns('A', 0);
}
END_TEST

START_TEST(a_sender_that_was_let_in_cannot_be_late)
{
	send_all("AB");
	send_by('C', &chan)->deadline = 10;
	sched_run();
	sched_set_time(10);
	receive_by('R', &chan);
	sched_run();
	returns('C', 0);
	ck_assert_int_eq(sched_next_deadline(), NO_DEADLINE);
}
END_TEST

START_TEST(a_sender_that_was_let_in_can_still_be_cancelled)
{
	send_all("ABC");
	receive_by('R', &chan);
	sched_turn(); /* C is on the ring */
	task_cancel(role('C')->task);
	sched_run();
	returns('C', 0); /* its value is there */
	ck_assert_str_eq(lineup(&chan), "(B)(C)");
}
END_TEST

#define ADD(situation, test) tcase_add_test(situation, test)

static void
add_rest(Suite *suite)
{
	TCase *t = suite_case(suite, "not waiting", set_up, tear_down);

	ADD(t, who_would_not_wait_uses_the_room);
	ADD(t, a_block_trap_is_not_concerned_with_room);
	ADD(t, a_sender_without_room_leaves_at_its_deadline);
	ADD(t, a_value_stays_when_the_time_of_its_sender_is_over);
	ADD(t, a_sender_that_was_let_in_cannot_be_late);
	ADD(t, a_sender_that_was_let_in_can_still_be_cancelled);
}

int
main(void)
{
	Suite *suite = suite_create("chan");
	TCase *t = suite_case(suite, "room", set_up, tear_down);

	ADD(t, a_sender_that_finds_room_goes_on);
	ADD(t, a_sender_that_finds_none_waits);
	ADD(t, a_receiver_that_waits_goes_before_the_room);
	ADD(t, values_come_out_in_the_order_of_their_coming);
	tcase_add_loop_test(t, a_receiver_goes_on_whatever_the_preference, 0,
			    6);
	ADD(t, a_receiver_makes_room_for_who_has_waited_longest);
	ADD(t, who_comes_while_others_wait_waits_behind_them);
	ADD(t, an_exception_waits_like_a_value);
	ADD(t, an_exception_that_is_let_in_stays_one);
	ADD(t, the_oldest_is_the_first_value);
	ADD(t, values_left_are_dropped_with_the_channel);
	ADD(t, a_sequence_goes_in_as_far_as_there_is_room);
	t = suite_case(suite, "changing", set_up, tear_down);
	ADD(t, raising_it_lets_those_in_who_have_waited_longest);
	ADD(t, what_is_above_a_lowered_one_stays);
	ADD(t, without_capacity_what_is_there_is_still_taken_first);
	t = suite_case(suite, "closing", set_up, tear_down);
	ADD(t, no_value_comes_into_a_closing_channel);
	ADD(t, a_closing_channel_is_drained_and_closed_then);
	ADD(t, a_close_that_wakes_leaves_the_values);
	add_rest(suite);
	return suite_run(suite);
}
