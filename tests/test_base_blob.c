/* SPDX-License-Identifier: MIT */
#include "base/blob.h"

#include "base/outbox.h"
#include "base/pool.h"
#include "faults.h"
#include "suite.h"

static void
set_up(void)
{
	blob_keep(0);
}

static void
tear_down(void)
{
	blob_keep(0);
}

/* Blocks that three blobs of `size` bytes leave behind; asserts take some. */
static long
left_behind(size_t size)
{
	struct blob *blobs[3];

	faults_watch();
	for (int i = 0; i < 3; i++)
		blobs[i] = blob_new(size);
	for (int i = 0; i < 3; i++)
		blob_unref(blobs[i]);
	return faults_live();
}

/* ---- shares ---- */

START_TEST(the_last_share_frees_a_blob)
{
	struct blob *blob = blob_copy("value", 5);

	ck_assert(blob_is_own(blob));
	ck_assert_ptr_eq(blob_ref(blob), blob);
	ck_assert(!blob_is_own(blob));
	blob_unref(blob);
	ck_assert(blob_is_own(blob));
	ck_assert_mem_eq(blob_data(blob), "value", 5);
	blob_unref(blob);
}
END_TEST

START_TEST(what_is_lent_outlives_its_owner)
{
	struct blob *blob = blob_copy("value", 5);
	struct blob *lent = blob_lend(blob);

	ck_assert(!blob_is_own(lent) && !blob_is_own(blob));
	blob_unref(blob);
	ck_assert_uint_eq(blob_size(lent), 5);
	ck_assert_uint_eq(blob_room(lent), 0);
	ck_assert_mem_eq(blob_data(lent), "value", 5);
	blob_unref(lent);
}
END_TEST

START_TEST(without_memory_nothing_is_lent)
{
	struct blob *blob = blob_copy("value", 5), *lent;

	faults_arm(1, false);
	lent = blob_lend(blob);
	ck_assert(faults_disarm());
	ck_assert_ptr_null(lent);
	ck_assert(blob_is_own(blob));
	blob_unref(blob);
}
END_TEST

START_TEST(two_outboxes_hold_one_value)
{
	static char large[2000];
	struct blob *blob = blob_copy(large, sizeof large);
	struct outbox one, two;
	struct iovec vector;

	outbox_init(&one);
	outbox_init(&two);
	outbox_give(&one, blob_lend(blob));
	outbox_give(&two, blob_lend(blob));
	blob_unref(blob);
	outbox_drop(&one, 1000);
	ck_assert_int_eq(outbox_vectors(&two, &vector, 1), 1);
	ck_assert_uint_eq(vector.iov_len, sizeof large);
	outbox_fini(&one);
	outbox_fini(&two);
}
END_TEST

START_TEST(what_moves_keeps_its_order)
{
	struct outbox one, two;
	struct iovec vectors[2];

	outbox_init(&one);
	outbox_init(&two);
	ck_assert_int_eq(outbox_write(&one, "a", 1), 0);
	ck_assert_int_eq(outbox_write(&two, "b", 1), 0);
	outbox_move(&one, &two);
	outbox_move(&one, &two); /* nothing is left in it */
	ck_assert_uint_eq(two.bytes, 0);
	ck_assert_uint_eq(one.bytes, 2);
	ck_assert_int_eq(outbox_vectors(&one, vectors, 2), 2);
	ck_assert_mem_eq(vectors[0].iov_base, "a", 1);
	ck_assert_mem_eq(vectors[1].iov_base, "b", 1);
	outbox_fini(&one);
}
END_TEST

/* ---- what is kept ---- */

START_TEST(a_kept_blob_is_as_good_as_new)
{
	struct blob *first, *second;

	blob_keep(1);
	first = blob_copy("value", 5);
	blob_prepend(first, "x", 1);
	blob_unref(first);
	second = blob_new(3);
	ck_assert_ptr_eq(second, first);
	ck_assert_uint_eq(blob_size(second), 0);
	ck_assert(blob_is_own(second));
	blob_prepend(second, "0123456789abcdef", BLOB_HEADROOM);
	blob_unref(second);
}
END_TEST

START_TEST(no_more_are_kept_than_that)
{
	long kept;

	ck_assert_int_eq(left_behind(1), 0);
	blob_keep(2);
	ck_assert_int_eq(left_behind(1), 2);
	ck_assert_int_eq(left_behind(900), 2); /* those are kept apart */
	faults_watch();
	blob_keep(1);
	kept = faults_live();
	ck_assert_int_eq(kept, -2);
}
END_TEST

START_TEST(large_blobs_are_not_kept)
{
	blob_keep(2);
	ck_assert_int_eq(left_behind(4096), 0);
}
END_TEST

START_TEST(steady_traffic_takes_no_memory)
{
	blob_keep(4);
	blob_unref(blob_new(100));
	faults_arm(1, true);
	for (int i = 0; i < 1000; i++)
		blob_unref(blob_new(5));
	ck_assert(!faults_disarm());
}
END_TEST

START_TEST(a_pool_is_of_one_size_and_gives_the_last_piece_first)
{
	struct pool pool = { .size = 40, .most = 2 };
	void *one = pool_take(&pool), *two = pool_take(&pool);

	pool_give(&pool, one);
	pool_give(&pool, two);
	ck_assert_ptr_eq(pool_take(&pool), two);
	ck_assert_ptr_eq(pool_take(&pool), one);
	pool_give(&pool, one);
	pool_give(&pool, two);
	pool_keep(&pool, 0);
	ck_assert_uint_eq(pool.count, 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("base blob");
	TCase *t = suite_case(suite, "shares", set_up, tear_down);

	tcase_add_test(t, the_last_share_frees_a_blob);
	tcase_add_test(t, what_is_lent_outlives_its_owner);
	tcase_add_test(t, without_memory_nothing_is_lent);
	tcase_add_test(t, two_outboxes_hold_one_value);
	tcase_add_test(t, what_moves_keeps_its_order);
	t = suite_case(suite, "kept", set_up, tear_down);
	tcase_add_test(t, a_kept_blob_is_as_good_as_new);
	tcase_add_test(t, no_more_are_kept_than_that);
	tcase_add_test(t, large_blobs_are_not_kept);
	tcase_add_test(t, steady_traffic_takes_no_memory);
	tcase_add_test(t, a_pool_is_of_one_size_and_gives_the_last_piece_first);
	return suite_run(suite);
}
