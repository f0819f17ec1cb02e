/* SPDX-License-Identifier: MIT */
#include "client/base/histogram.h"

#include "suite.h"

#include <stdio.h>
#include <time.h>

/* A suite's stack is no place for it. */
static struct histogram histogram;

static void
empty(void)
{
	histogram = (struct histogram){ 0 };
}

START_TEST(an_empty_one_says_0)
{
	ck_assert_uint_eq(histogram_at(&histogram, 0), 0);
	ck_assert_uint_eq(histogram_at(&histogram, .5), 0);
	ck_assert_uint_eq(histogram_at(&histogram, 1), 0);
}
END_TEST

START_TEST(small_numbers_are_exact)
{
	for (int i = 1; i <= 200; i++)
		histogram_add(&histogram, i);
	ck_assert_uint_eq(histogram.count, 200);
	ck_assert_uint_eq(histogram_at(&histogram, .5), 100);
	ck_assert_uint_eq(histogram_at(&histogram, .99), 198);
	ck_assert_uint_eq(histogram_at(&histogram, .999), 200);
	ck_assert_uint_eq(histogram_at(&histogram, 0), 1);
}
END_TEST

START_TEST(one_in_a_thousand_is_not_in_p99_9)
{
	for (int i = 0; i < 999; i++)
		histogram_add(&histogram, 10);
	histogram_add(&histogram, 1000000);
	ck_assert_uint_eq(histogram_at(&histogram, .999), 10);
	ck_assert_uint_eq(histogram_at(&histogram, 1), 1000000);
}
END_TEST

static void
check_alone(int64_t number)
{
	uint64_t n = number > 0 ? (uint64_t)number : 0;
	uint64_t at;

	empty();
	histogram_add(&histogram, number);
	/* Something larger, so that the largest is not what is read. */
	histogram_add(&histogram, INT64_MAX);
	at = histogram_at(&histogram, .5);
	ck_assert_msg(at >= n && at - n <= n / 128, "%llu of %llu",
		      (unsigned long long)at, (unsigned long long)n);
}

START_TEST(no_number_is_off_by_1_per_cent)
{
	uint64_t seed = (uint64_t)time(NULL);

	printf("seed %llu\n", (unsigned long long)seed);
	for (int shift = 0; shift < 63; shift++)
		for (int64_t d = -1; d <= 1; d++)
			check_alone((INT64_C(1) << shift) + d);
	for (int i = 0; i < 2000; i++) {
		seed = seed * 6364136223846793005u + 1442695040888963407u;
		check_alone((int64_t)(seed >> (1 + i % 62)));
	}
}
END_TEST

START_TEST(what_is_below_0_counts_as_0)
{
	histogram_add(&histogram, -5);
	histogram_add(&histogram, INT64_MIN);
	ck_assert_uint_eq(histogram.count, 2);
	ck_assert_uint_eq(histogram_at(&histogram, 1), 0);
}
END_TEST

START_TEST(the_largest_number_has_a_place)
{
	histogram_add(&histogram, INT64_MAX);
	ck_assert_uint_eq(histogram_at(&histogram, .5), INT64_MAX);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("client histogram");
	TCase *tcase = suite_case(suite, "histogram", empty, NULL);

	tcase_add_test(tcase, an_empty_one_says_0);
	tcase_add_test(tcase, small_numbers_are_exact);
	tcase_add_test(tcase, one_in_a_thousand_is_not_in_p99_9);
	tcase_add_test(tcase, no_number_is_off_by_1_per_cent);
	tcase_add_test(tcase, what_is_below_0_counts_as_0);
	tcase_add_test(tcase, the_largest_number_has_a_place);
	return suite_run(suite);
}
