/* SPDX-License-Identifier: MIT */
/*
 * Several operations of which none happens: all is as before.
 */
#include "chan/waiter.h"
#include "faults.h"
#include "suite.h"
#include "transaction.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

enum { DUMP = 8192 };

/* ---- all that can be seen ---- */

static int
dump_queue(char *text, const struct list *queue)
{
	int size = 0;

	for (const struct list *at = queue->next; at != queue; at = at->next) {
		const struct waiter *w = list_entry(at, struct waiter, link);

		size += sprintf(
		    text + size,
		    "  %p %p %" PRIu64 " %.*s %d %d %" PRIu32 " %" PRId64 "\n",
		    (const void *)w, (const void *)w->party, w->arrival,
		    w->value != NULL ? (int)blob_size(w->value) : 1,
		    w->value != NULL ? (const char *)blob_data(w->value) : "-",
		    w->is_error, w->is_sender, w->attempt, w->since);
	}
	return size + sprintf(text + size, "  .\n");
}

static int
dump_chan(char *text, const struct chan *chan)
{
	int size =
	    sprintf(text,
		    "%" PRId64 " stored %zu held %zu of %" PRIu32
		    " preference %d %d closing %d %d handoffs %" PRIu64 "\n",
		    chan->balance, chan->stored, chan->held, chan->capacity,
		    chan->preference, chan->schedule_all, chan->is_closing,
		    chan->is_shut, chan->handoffs);

	size += dump_queue(text + size, &chan->senders);
	size += dump_queue(text + size, &chan->receivers);
	return size + dump_queue(text + size, &chan->values);
}

static void
dump(char *text)
{
	int size = sprintf(text, "%zu on the ring, next %" PRId64 "\n",
			   task_runcount(), sched_next_deadline());

	for (int i = 0; i < CHANS; i++)
		size += dump_chan(text + size, &chans[i]);
	ck_assert_int_lt(size, DUMP);
}

/* What was given is back; what was got, is not there. */
static void
check_slots(const int *kinds, int count)
{
	int slot = 0;

	for (int i = 0; i < count; i++) {
		if (kinds[i] >= BROADCAST_A)
			continue;
		if (step_gives(kinds[i]))
			ck_assert(slots[slot] != NULL &&
				  blob_is_own(slots[slot]));
		else if (slots[slot] != NULL) /* a share of an exception */
			ck_assert(!blob_is_own(slots[slot]));
		slot++;
	}
	ck_assert(blob_is_own(slots[STEPS - 1]));
	drop_slots();
}

static void
check_undone(const int *kinds, int count, const char *before)
{
	static char after[DUMP];

	atomic_undo(&all);
	dump(after);
	ck_assert_msg(strcmp(before, after) == 0,
		      "steps %d %d %d\nbefore %s\nafter %s", kinds[0],
		      count > 1 ? kinds[1] : -1, count > 2 ? kinds[2] : -1,
		      before, after);
	check_slots(kinds, count);
}

/* ---- undo ---- */

/* Each step alone, each pair, and each three; also where one fails. */
START_TEST(undone_all_is_as_before)
{
	static char before[DUMP];
	int kinds[3];

	dump(before);
	for (int i = 0; i < KINDS * KINDS * KINDS; i++) {
		kinds[0] = i / KINDS / KINDS;
		kinds[1] = i / KINDS % KINDS;
		kinds[2] = i % KINDS;
		for (int count = 1; count <= 3; count++) {
			fill_slots(kinds, count);
			run_steps(kinds, count);
			check_undone(kinds, count, before);
		}
	}
	sched_run();
	ck_assert_str_eq(trail(), "");
}
END_TEST

START_TEST(those_who_wait_after_an_undo_are_served_as_ever)
{
	static const int kinds[] = { SEND_A, RECEIVE_B, RECEIVE_B,   RECEIVE_C,
				     SEND_E, RECEIVE_E, BROADCAST_A, SHUT_A,
				     SHUT_B, SHUT_C };
	static char before[DUMP];

	dump(before);
	fill_slots(kinds, 10);
	ck_assert_int_eq(run_steps(kinds, 10), 0);
	check_undone(kinds, 10, before);
	send_by('1', a);
	send_by('2', a);
	receive_by('3', b);
	receive_by('4', c);
	sched_run();
	gets('R', "1");
	gets('Z', "2");
	gets('3', "B");
	gets('4', "C");
	returns('F', 0);
	sched_set_time(1000);
	sched_run();
	returns('N', UNDONE);
}
END_TEST

/* More steps than there is room for at first, with each allocation failing. */
START_TEST(without_memory_nothing_has_happened)
{
	static const int kinds[] = { SEND_E, SEND_A,	  RECEIVE_C, RECEIVE_E,
				     SEND_E, RECEIVE_B,	  RECEIVE_C, CHANGE_C,
				     SEND_E, BROADCAST_A, SHUT_B,    SHUT_C };
	static char before[DUMP];
	bool has_failed = true;
	int r;

	dump(before);
	for (unsigned nth = 1; has_failed; nth++) {
		ck_assert_uint_lt(nth, 100);
		fill_slots(kinds, 12);
		faults_arm(nth, _i == 1);
		r = run_steps(kinds, 12);
		has_failed = faults_disarm();
		ck_assert_int_eq(r, has_failed ? -ENOMEM : 0);
		ck_assert(has_failed || nth > 4);
		check_undone(kinds, 12, before);
	}
}
END_TEST

#define ADD(situation, test) tcase_add_test(situation, test)

int
main(void)
{
	Suite *suite = suite_create("atomic");
	TCase *t =
	    suite_case(suite, "undo", transaction_open, transaction_close);

	ADD(t, undone_all_is_as_before);
	ADD(t, those_who_wait_after_an_undo_are_served_as_ever);
	tcase_add_loop_test(t, without_memory_nothing_has_happened, 0, 2);
	return suite_run(suite);
}
