/* SPDX-License-Identifier: MIT */
/* What one holder holds, and how it is found again. */
#include "chan/delivery.h"
#include "stage.h"
#include "suite.h"
#include "task/sched.h"

enum { MANY = 300 };

static struct chan chan;
static struct holder holder;

static void
set_up(void)
{
	stage_open();
	chan_init(&chan);
	chan_set_capacity(&chan, MANY + 1);
	holder_init(&holder);
}

static void
tear_down(void)
{
	holder_end(&holder);
	chan_fini(&chan);
	stage_close();
}

/* Numbers that follow one another, or share more and more of their bits. */
static uint64_t
number(unsigned i, bool is_dense)
{
	if (is_dense)
		return i;
	return i < 64 ? UINT64_C(1) << i : (uint64_t)i << 32 | 3;
}

/* Each has another value: how many came before it. */
PARKS static void
store(unsigned i)
{
	struct blob *value = blob_copy(&i, sizeof i);

	ck_assert_int_eq(chan_send(&chan, &value, 0), 0);
}

PARKS static void
hold_many(void *is_dense)
{
	struct blob *value;

	for (unsigned i = 0; i < MANY; i++) {
		store(i);
		ck_assert_int_eq(
		    delivery_receive(
			delivery_new(&holder, number(i, is_dense != NULL), 0),
			&chan, &value, 0),
		    0);
		blob_unref(value);
	}
}

static void
hold(bool is_dense)
{
	task_spawn(hold_many, is_dense ? &holder : NULL);
	sched_run();
	ck_assert_uint_eq(holder.count, MANY);
}

/* Settle one after the other, each in another corner than the one before. */
static void
settle_all(bool is_dense)
{
	struct delivery *found;

	for (unsigned settled = 0; settled < MANY; settled++) {
		for (unsigned i = 0; i < MANY; i++) {
			found = holder_find(&holder,
					    number(i * 7 % MANY, is_dense));
			ck_assert_int_eq(found != NULL, i >= settled);
		}
		found =
		    holder_find(&holder, number(settled * 7 % MANY, is_dense));
		ck_assert_uint_eq(delivery_number(found),
				  number(settled * 7 % MANY, is_dense));
		ck_assert_int_eq(delivery_ack(found, NULL), 0);
	}
}

START_TEST(each_is_found_until_it_is_settled)
{
	hold(true);
	settle_all(true);
	ck_assert_uint_eq(holder.count, 0);
}
END_TEST

START_TEST(each_is_found_however_its_number_was_chosen)
{
	hold(false);
	settle_all(false);
	ck_assert_uint_eq(holder.count, 0);
}
END_TEST

START_TEST(a_number_of_nobody_finds_nothing)
{
	ck_assert_ptr_null(holder_find(&holder, 1));
	hold(true);
	ck_assert_ptr_null(holder_find(&holder, MANY));
	ck_assert_ptr_null(holder_find(&holder, UINT64_MAX));
}
END_TEST

START_TEST(the_end_of_the_holder_leaves_nothing_to_find)
{
	hold(true);
	holder_end(&holder);
	ck_assert_uint_eq(chan.stored, MANY);
	for (unsigned i = 0; i < MANY; i++)
		ck_assert_ptr_null(holder_find(&holder, i));
}
END_TEST

/* ---- coming back ---- */

PARKS static void
store_the_last(void *unused)
{
	(void)unused;
	store(MANY);
}

/* Hold MANY, and let one more come that stays in the channel. */
static void
hold_all_but_the_last(void)
{
	hold(true);
	task_spawn(store_the_last, NULL);
	sched_run();
}

PARKS static void
receive_in_order(void *unused)
{
	struct blob *value;
	unsigned i;

	(void)unused;
	for (i = 0; i <= MANY; i++) {
		ck_assert_int_eq(chan_receive(&chan, &value, 0), 0);
		ck_assert_mem_eq(blob_data(value), &i, sizeof i);
		blob_unref(value);
	}
}

static void
take_in_order(void)
{
	ck_assert_uint_eq(chan.stored, MANY + 1);
	task_spawn(receive_in_order, NULL);
	sched_run();
	ck_assert_uint_eq(chan.stored, 0);
}

START_TEST(what_is_lost_comes_back_in_its_old_order)
{
	hold_all_but_the_last();
	holder_end(&holder);
	take_in_order();
}
END_TEST

START_TEST(what_is_given_back_stands_where_it_stood)
{
	hold_all_but_the_last();
	for (unsigned i = 0; i < MANY; i++)
		ck_assert_int_eq(
		    delivery_nack(holder_find(&holder, i * 7 % MANY)), 0);
	take_in_order();
}
END_TEST

PARKS static void
receive_one(void *unused)
{
	struct blob *value;

	(void)unused;
	ck_assert_int_eq(chan_receive(&chan, &value, 0), 0);
	blob_unref(value);
}

START_TEST(who_returned_last_may_have_gone_since)
{
	struct list *first;

	hold_all_but_the_last();
	ck_assert_int_eq(delivery_nack(holder_find(&holder, 5)), 0);
	task_spawn(receive_one, NULL);
	sched_run();
	ck_assert_int_eq(delivery_nack(holder_find(&holder, 7)), 0);
	first = chan.values.next;
	ck_assert_int_eq(delivery_nack(holder_find(&holder, 6)), 0);
	ck_assert_ptr_eq(chan.values.next->next, first);
	ck_assert_uint_eq(chan.stored, 3);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("holder");
	TCase *t = suite_case(suite, "by number", set_up, tear_down);

	tcase_add_test(t, each_is_found_until_it_is_settled);
	tcase_add_test(t, each_is_found_however_its_number_was_chosen);
	tcase_add_test(t, a_number_of_nobody_finds_nothing);
	tcase_add_test(t, the_end_of_the_holder_leaves_nothing_to_find);
	t = suite_case(suite, "coming back", set_up, tear_down);
	tcase_add_test(t, what_is_lost_comes_back_in_its_old_order);
	tcase_add_test(t, what_is_given_back_stands_where_it_stood);
	tcase_add_test(t, who_returned_last_may_have_gone_since);
	return suite_run(suite);
}
