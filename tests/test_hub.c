/* SPDX-License-Identifier: MIT */
#include "actors.h"
#include "chan/hub.h"
#include "suite.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const uint64_t seed[2] = { 1, 2 };
static struct hub *hub;

static void
open_hub(void)
{
	stage_open();
	hub = hub_new(seed, 100);
	ck_assert_ptr_nonnull(hub);
}

static void
close_hub(void)
{
	stage_close();
	hub = hub_free(hub);
}

static struct chan *
use(const char *name)
{
	struct chan *chan;

	ck_assert_int_eq(hub_use(hub, name, strlen(name), &chan), 0);
	return chan;
}

static struct chan *
find(const char *name)
{
	return hub_find(hub, name, strlen(name));
}

START_TEST(a_name_means_one_channel)
{
	struct chan *a = use("a"), *b = use("b");

	ck_assert_ptr_ne(a, b);
	ck_assert_ptr_eq(use("a"), a);
	ck_assert_ptr_eq(find("a"), a);
	hub_release(hub, a);
	hub_release(hub, a);
	hub_release(hub, b);
}
END_TEST

START_TEST(a_name_may_hold_any_bytes)
{
	struct chan *chan;
	const char *name;
	size_t size;

	ck_assert_int_eq(hub_use(hub, "a\0b", 3, &chan), 0);
	name = hub_name(chan, &size);
	ck_assert_uint_eq(size, 3);
	ck_assert_mem_eq(name, "a\0b", 4);
	ck_assert_ptr_null(hub_find(hub, "a", 1));
	hub_release(hub, chan);
}
END_TEST

START_TEST(a_channel_ceases_to_exist_with_its_last_use)
{
	struct chan *chan = use("a");

	ck_assert_uint_eq(hub_count(hub), 1);
	hub_release(hub, chan);
	ck_assert_ptr_null(find("a"));
	ck_assert_ptr_null(hub_next(hub, NULL));
	ck_assert_uint_eq(hub_count(hub), 0);
}
END_TEST

START_TEST(a_channel_exists_while_somebody_waits)
{
	struct chan *chan = use("a");
	struct actor r = receiver('R', chan);

	receive_as(&r);
	sched_run();
	hub_release(hub, chan);
	ck_assert_ptr_eq(find("a"), chan);
	use("a");
	task_cancel(r.task);
	sched_run();
	hub_release(hub, chan);
	ck_assert_ptr_null(find("a"));
}
END_TEST

START_TEST(settings_keep_a_channel)
{
	struct chan *a = use("a"), *b = use("b"), *c = use("c");

	chan_set_preference(a, 0);
	b->schedule_all = true;
	chan_close(c);
	hub_release(hub, a);
	hub_release(hub, b);
	hub_release(hub, c);
	ck_assert_uint_eq(hub_count(hub), 3);
	chan_open(use("c"));
	hub_release(hub, c);
	ck_assert_uint_eq(hub_count(hub), 2);
}
END_TEST

START_TEST(a_channel_that_comes_again_is_a_new_one)
{
	struct chan *chan = use("a");

	chan->handoffs = 7;
	hub_release(hub, chan);
	chan = use("a");
	ck_assert_uint_eq(chan->handoffs, 0);
	hub_release(hub, chan);
}
END_TEST

START_TEST(channels_are_listed_in_the_order_of_their_coming)
{
	struct chan *a = use("a"), *b = use("b");

	hub_release(hub, a);
	a = use("a");
	ck_assert_ptr_eq(hub_next(hub, NULL), b);
	ck_assert_ptr_eq(hub_next(hub, b), a);
	ck_assert_ptr_null(hub_next(hub, a));
	hub_release(hub, a);
	hub_release(hub, b);
}
END_TEST

START_TEST(there_are_never_more_than_max_channels)
{
	struct chan *chans[100], *one_more;
	char name[16];

	for (int i = 0; i < 100; i++) {
		snprintf(name, sizeof name, "c%d", i);
		chans[i] = use(name);
	}
	ck_assert_int_eq(hub_use(hub, "x", 1, &one_more), -ENOSPC);
	ck_assert_ptr_eq(use("c7"), chans[7]);
	hub_release(hub, chans[7]);
	hub_release(hub, chans[7]);
	ck_assert_int_eq(hub_use(hub, "x", 1, &one_more), 0);
	hub_release(hub, one_more);
	for (int i = 0; i < 100; i++)
		if (i != 7)
			hub_release(hub, chans[i]);
	ck_assert_uint_eq(hub_count(hub), 0);
}
END_TEST

/* More names than are kept for reuse: the first ones are forgotten. */
START_TEST(names_that_come_and_go_leave_nothing_behind)
{
	char name[16];

	for (int i = 0; i < 5000; i++) {
		snprintf(name, sizeof name, "c%d", i);
		hub_release(hub, use(name));
	}
	ck_assert_uint_eq(hub_count(hub), 0);
	ck_assert_ptr_null(find("c0"));
}
END_TEST

/* ---- what they begin with ---- */

static unsigned asked;

static void
describe(void *context, const char *name, size_t size,
	 struct chan_settings *settings)
{
	asked++;
	ck_assert_int_eq(settings->preference, -1);
	if (size > 0 && name[0] == 'j')
		*settings = *(const struct chan_settings *)context;
}

static const struct chan_settings jobs = {
	.lease = 5, .capacity = 2, .preference = 1, .schedule_all = true
};
static const struct chan_settings later = { .preference = 0 };

START_TEST(a_channel_begins_as_it_is_described)
{
	struct chan *chan;

	hub_describe(hub, describe, (void *)(uintptr_t)&jobs);
	chan = use("j");
	ck_assert_uint_eq(chan->capacity, 2);
	ck_assert_int_eq(chan->preference, 1);
	ck_assert(chan->schedule_all);
	ck_assert_int_eq(hub_lease(chan), 5);
	hub_release(hub, chan);
	ck_assert_ptr_null(find("j"));
	chan = use("c");
	ck_assert_uint_eq(chan->capacity, 0);
	ck_assert_int_eq(hub_lease(chan), 0);
	hub_release(hub, chan);
}
END_TEST

START_TEST(other_settings_than_those_keep_it)
{
	struct chan *chan;

	hub_describe(hub, describe, (void *)(uintptr_t)&jobs);
	chan = use("j");
	chan->capacity = 0;
	hub_release(hub, chan);
	ck_assert_ptr_eq(find("j"), chan);
	hub_hold(chan);
	chan->capacity = 2;
	hub_release(hub, chan);
	ck_assert_ptr_null(find("j"));
}
END_TEST

START_TEST(a_name_is_described_once_until_that_changes)
{
	struct chan *chan = use("j"), *new;

	asked = 0;
	hub_describe(hub, describe, (void *)(uintptr_t)&jobs);
	ck_assert_uint_eq(chan->capacity, 0); /* it exists already */
	hub_release(hub, chan);
	for (int i = 0; i < 10; i++)
		hub_release(hub, use("j"));
	ck_assert_uint_eq(asked, 1);
	hub_describe(hub, describe, (void *)(uintptr_t)&later);
	new = use("j");
	ck_assert_int_eq(new->preference, 0);
	ck_assert_uint_eq(new->capacity, 0);
	ck_assert_uint_eq(asked, 2);
	hub_release(hub, new);
	hub_describe(hub, NULL, NULL);
	new = use("j");
	ck_assert_int_eq(new->preference, -1);
	hub_release(hub, new);
}
END_TEST

START_TEST(the_most_can_be_changed)
{
	struct chan *one = use("1"), *other;

	hub_set_max(hub, 1);
	ck_assert_int_eq(hub_use(hub, "2", 1, &other), -ENOSPC);
	hub_set_max(hub, 2);
	ck_assert_int_eq(hub_use(hub, "2", 1, &other), 0);
	hub_release(hub, one);
	hub_release(hub, other);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("hub");
	TCase *names = tcase_create("names");

	tcase_add_checked_fixture(names, open_hub, close_hub);
	tcase_add_test(names, a_name_means_one_channel);
	tcase_add_test(names, a_name_may_hold_any_bytes);
	tcase_add_test(names, a_channel_ceases_to_exist_with_its_last_use);
	tcase_add_test(names, a_channel_exists_while_somebody_waits);
	tcase_add_test(names, settings_keep_a_channel);
	tcase_add_test(names, a_channel_that_comes_again_is_a_new_one);
	tcase_add_test(names, channels_are_listed_in_the_order_of_their_coming);
	tcase_add_test(names, there_are_never_more_than_max_channels);
	tcase_add_test(names, names_that_come_and_go_leave_nothing_behind);
	tcase_add_test(names, a_channel_begins_as_it_is_described);
	tcase_add_test(names, other_settings_than_those_keep_it);
	tcase_add_test(names, a_name_is_described_once_until_that_changes);
	tcase_add_test(names, the_most_can_be_changed);
	suite_add_tcase(suite, names);
	return suite_run(suite);
}
