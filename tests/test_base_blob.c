/* SPDX-License-Identifier: MIT */
#include "base/blob.h"

#include "base/budget.h"
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
	void *one = pool_take(&pool, false), *two = pool_take(&pool, false);

	pool_give(&pool, one);
	pool_give(&pool, two);
	ck_assert_ptr_eq(pool_take(&pool, false), two);
	ck_assert_ptr_eq(pool_take(&pool, false), one);
	pool_give(&pool, one);
	pool_give(&pool, two);
	pool_keep(&pool, 0);
	ck_assert_uint_eq(pool.count, 0);
}
END_TEST

/* As long as all of a piece: it looks like one, but has no bytes. */
START_TEST(what_is_lent_is_never_kept_as_a_piece)
{
	enum { ALL = 1024 - sizeof(struct blob) - BLOB_HEADROOM };
	static const uint8_t bytes[ALL];
	struct blob *blob, *lent, *again;

	blob_keep(4);
	blob = blob_copy(bytes, ALL);
	lent = blob_lend(blob);
	ck_assert_uint_eq(blob_room(blob), 0);
	blob_unref(blob);
	blob_unref(lent);
	again = blob_new(ALL);
	ck_assert_ptr_eq(again, blob);
	blob_unref(again);
}
END_TEST

/* ---- the budget ---- */

static void
end_budget(void)
{
	budget.most = SIZE_MAX;
	tear_down();
}

START_TEST(what_is_over_the_budget_is_refused_and_counted)
{
	size_t before = budget.used;
	uint64_t refused = budget.refused;
	struct blob *blob;

	budget.most = before + 10000;
	ck_assert_ptr_null(blob_new(10000));
	ck_assert(budget.is_short);
	ck_assert_uint_eq(budget.refused, refused + 1);
	ck_assert_uint_eq(budget.used, before);
	blob = blob_new(5000);
	ck_assert_ptr_nonnull(blob);
	ck_assert_ptr_null(blob_grow(blob, 12000));
	ck_assert_ptr_eq(blob_grow(blob, 3000), blob);
	blob_unref(blob);
	ck_assert_uint_eq(budget.used, before);
}
END_TEST

START_TEST(an_answer_is_over_no_budget)
{
	struct outbox outbox;
	struct blob *blob;
	size_t before = budget.used;

	budget.most = before;
	outbox_init(&outbox);
	ck_assert_int_eq(outbox_write(&outbox, "answer", 6), 0);
	blob = blob_new_exempt(5000);
	ck_assert_ptr_nonnull(blob);
	ck_assert_uint_gt(budget.used, before + 5000);
	outbox_give(&outbox, blob);
	outbox_fini(&outbox);
	ck_assert_uint_eq(budget.used, before);
}
END_TEST

START_TEST(every_kind_of_blob_gives_back_what_it_took)
{
	size_t before = budget.used;

	for (int keeps = 0; keeps < 2; keeps++) {
		blob_keep(keeps * 3);
		for (size_t size = 0; size < 3000; size += 7) {
			struct blob *blob = blob_new(size);
			struct blob *lent = blob_lend(blob);
			struct blob *grown = blob_new(1);

			grown = blob_grow(grown, size + 1);
			blob_unref(blob);
			blob_unref(grown);
			blob_unref(lent);
		}
		blob_keep(0);
		ck_assert_uint_eq(budget.used, before);
	}
}
END_TEST

START_TEST(failed_allocations_count_for_nothing)
{
	size_t before = budget.used;
	struct blob *blob = blob_new(5000);
	size_t with = budget.used;

	faults_arm(1, true);
	blob_new(10);
	blob_new(5000);
	blob_lend(blob);
	blob_grow(blob, 50000);
	faults_disarm();
	ck_assert_uint_eq(budget.used, with);
	blob_unref(blob);
	ck_assert_uint_eq(budget.used, before);
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
	tcase_add_test(t, what_is_lent_is_never_kept_as_a_piece);
	t = suite_case(suite, "budget", set_up, end_budget);
	tcase_add_test(t, what_is_over_the_budget_is_refused_and_counted);
	tcase_add_test(t, an_answer_is_over_no_budget);
	tcase_add_test(t, every_kind_of_blob_gives_back_what_it_took);
	tcase_add_test(t, failed_allocations_count_for_nothing);
	return suite_run(suite);
}
