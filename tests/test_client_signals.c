/* SPDX-License-Identifier: MIT */
#include "client/base/signals.h"

#include "suite.h"

#include <poll.h>
#include <stdbool.h>

static bool
has_come(const struct signals *signals)
{
	struct pollfd wait = { .fd = signals->fd, .events = POLLIN };

	return poll(&wait, 1, 0) == 1;
}

START_TEST(a_signal_is_read_and_does_not_kill)
{
	struct signals signals;

	ck_assert_int_eq(signals_take(&signals), 0);
	ck_assert(!has_come(&signals));
	raise(SIGTERM);
	ck_assert(has_come(&signals));
	signals_read(&signals);
	ck_assert_int_eq(signals.first, SIGTERM);
	signals_give_back(&signals);
}
END_TEST

START_TEST(the_same_wish_sent_twice_does_not_kill)
{
	struct signals signals;

	ck_assert_int_eq(signals_take(&signals), 0);
	raise(SIGTERM);
	raise(SIGINT);
	signals_read(&signals);
	signals_read(&signals);
	ck_assert(signals.first == SIGTERM || signals.first == SIGINT);
	signals_give_back(&signals);
}
END_TEST

START_TEST(an_ignored_signal_stays_ignored)
{
	struct signals signals;

	signal(SIGINT, SIG_IGN);
	ck_assert_int_eq(signals_take(&signals), 0);
	raise(SIGINT);
	ck_assert(!has_come(&signals));
	signals_give_back(&signals);
}
END_TEST

START_TEST(a_signal_that_came_too_late_is_forgiven_once)
{
	struct signals signals;

	ck_assert_int_eq(signals_take(&signals), 0);
	raise(SIGTERM);
	signals_give_back(&signals); /* it is delivered here */
	raise(SIGTERM);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("signals");
	TCase *tcase = suite_case(suite, "signals", NULL, NULL);

	tcase_add_test(tcase, a_signal_is_read_and_does_not_kill);
	tcase_add_test(tcase, the_same_wish_sent_twice_does_not_kill);
	tcase_add_test(tcase, an_ignored_signal_stays_ignored);
	tcase_add_test_raise_signal(
	    tcase, a_signal_that_came_too_late_is_forgiven_once, SIGTERM);
	return suite_run(suite);
}
