/* SPDX-License-Identifier: MIT */
/*
 * Who runs next when two have met: every cell of the table in chan/chan.h.
 *
 * The ring before: the caller C, then X, then Y; P waits. The trail is the
 * order in which their calls return.
 */
#include "actors.h"
#include "suite.h"

static const struct cell {
	const char *name;
	bool schedule_all;
	int preference;
	bool caller_sends;
	const char *trail;
} cells[] = {
	/* the receiver is preferred: P runs at once, C goes to the tail */
	{ "all 0, -1, sends", false, -1, true, "PXYC" },
	{ "all 0, -1, receives", false, -1, false, "CXYP" },
	/* the sender is preferred */
	{ "all 0, 1, sends", false, 1, true, "CXYP" },
	{ "all 0, 1, receives", false, 1, false, "PXYC" },
	/* nobody is: C goes on */
	{ "all 0, 0, sends", false, 0, true, "CXYP" },
	{ "all 0, 0, receives", false, 0, false, "CXYP" },
	/* everybody gets a turn: X is next, whatever the preference */
	{ "all 1, -1, sends", true, -1, true, "XYPC" },
	{ "all 1, -1, receives", true, -1, false, "XYPC" },
	{ "all 1, 1, sends", true, 1, true, "XYPC" },
	{ "all 1, 1, receives", true, 1, false, "XYPC" },
	{ "all 1, 0, sends", true, 0, true, "XYPC" },
	{ "all 1, 0, receives", true, 0, false, "XYPC" },
};

enum { CELLS = sizeof cells / sizeof cells[0] };

static void
start(struct actor *actor, bool sends)
{
	if (sends)
		send_as(actor);
	else
		receive_as(actor);
}

START_TEST(the_two_who_meet_run_in_the_order_of_the_table)
{
	const struct cell *cell = &cells[_i];
	struct chan chan;
	struct actor p = sender('P', &chan), c = sender('C', &chan);
	struct actor x = sender('X', &chan), y = sender('Y', &chan);

	stage_open();
	chan_init(&chan);
	chan.preference = cell->preference;
	chan.schedule_all = cell->schedule_all;
	start(&p, !cell->caller_sends);
	sched_run();
	start(&c, cell->caller_sends);
	bystand_as(&x);
	bystand_as(&y);
	sched_run();
	ck_assert_msg(strcmp(trail(), cell->trail) == 0, "%s: %s, not %s",
		      cell->name, trail(), cell->trail);
	ck_assert_str_eq(cell->caller_sends ? p.value : c.value,
			 cell->caller_sends ? "C" : "P");
	chan_fini(&chan);
	stage_close();
}
END_TEST

START_TEST(the_preference_of_the_meeting_counts_not_that_of_the_wait)
{
	struct chan chan;
	struct actor r = receiver('R', &chan), s = sender('S', &chan);

	stage_open();
	chan_init(&chan);
	receive_as(&r);
	sched_run();
	chan_set_preference(&chan, 1);
	send_as(&s);
	sched_run();
	ck_assert_str_eq(trail(), "SR");
	chan_fini(&chan);
	stage_close();
}
END_TEST

START_TEST(a_preference_is_set_by_its_sign)
{
	struct chan chan;

	chan_init(&chan);
	ck_assert_int_eq(chan.preference, -1);
	ck_assert_int_eq(chan_set_preference(&chan, 5), 1);
	ck_assert_int_eq(chan_set_preference(&chan, -7), -1);
	ck_assert_int_eq(chan_set_preference(&chan, 0), 0);
	ck_assert_int_eq(chan.preference, 0);
}
END_TEST

/*
 * A sender that served a waiting receiver goes to the tail; run() must not
 * take the ring for empty when the receiver has ended (PLAT-6083).
 */
START_TEST(plat_6083_a_run_ends_only_after_a_requeued_sender_has_finished)
{
	struct chan chan;
	struct actor r = receiver('R', &chan), s = sender('S', &chan);

	stage_open();
	chan_init(&chan);
	receive_as(&r);
	send_as(&s);
	sched_run();
	ck_assert_str_eq(trail(), "RS");
	ck_assert_uint_eq(sched_tasks(), 0);
	chan_fini(&chan);
	stage_close();
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("chan");
	TCase *order = tcase_create("order");

	tcase_add_loop_test(
	    order, the_two_who_meet_run_in_the_order_of_the_table, 0, CELLS);
	tcase_add_test(
	    order, the_preference_of_the_meeting_counts_not_that_of_the_wait);
	tcase_add_test(order, a_preference_is_set_by_its_sign);
	tcase_add_test(
	    order,
	    plat_6083_a_run_ends_only_after_a_requeued_sender_has_finished);
	suite_add_tcase(suite, order);
	return suite_run(suite);
}
