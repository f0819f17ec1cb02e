/* SPDX-License-Identifier: MIT */
#include "proto/scan.h"

#include <errno.h>

#include "tests/scanning.h"
#include "tests/suite.h"

static struct outcome
show_whole(const char *text, size_t limit)
{
	struct bytes bytes = bytes_of(text);
	struct outcome seen = show_first(&bytes, bytes.size, limit);

	bytes_free(&bytes);
	return seen;
}

static int
result(const char *text, size_t limit)
{
	return show_whole(text, limit).r;
}

static size_t
offset(const char *text, size_t limit)
{
	return show_whole(text, limit).offset;
}

START_TEST(a_value_of_any_format_is_whole_at_its_last_byte)
{
	struct bytes bytes = bytes_of(formats[_i]);
	struct outcome seen = show_first(&bytes, bytes.size, LIMIT_MESSAGE);

	ck_assert_int_eq(seen.r, 1);
	ck_assert_uint_eq(seen.offset, bytes.size);
	bytes_free(&bytes);
}
END_TEST

START_TEST(a_value_of_any_format_is_not_whole_a_byte_before)
{
	struct bytes bytes = bytes_of(formats[_i]);

	ck_assert_int_eq(show_first(&bytes, bytes.size - 1, LIMIT_MESSAGE).r,
			 0);
	bytes_free(&bytes);
}
END_TEST

START_TEST(a_value_of_any_format_ends_where_the_next_begins)
{
	struct bytes bytes = bytes_of(formats[_i]);
	size_t size = bytes.size;
	struct outcome seen;

	bytes_add(&bytes, 0xc1, 3);
	seen = show_first(&bytes, bytes.size, LIMIT_MESSAGE);
	ck_assert_int_eq(seen.r, 1);
	ck_assert_uint_eq(seen.offset, size);
	bytes_free(&bytes);
}
END_TEST

START_TEST(a_value_of_any_format_may_be_as_long_as_the_limit)
{
	struct bytes bytes = bytes_of(formats[_i]);

	ck_assert_int_eq(show_first(&bytes, bytes.size, bytes.size).r, 1);
	bytes_free(&bytes);
}
END_TEST

START_TEST(a_value_of_any_format_may_not_be_longer_than_the_limit)
{
	struct bytes bytes = bytes_of(formats[_i]);
	int r = show_first(&bytes, bytes.size, bytes.size - 1).r;

	ck_assert(r == -EMSGSIZE || r == -ERANGE);
	bytes_free(&bytes);
}
END_TEST

START_TEST(nothing_is_no_value_yet)
{
	ck_assert_int_eq(result("", LIMIT_MESSAGE), 0);
}
END_TEST

START_TEST(a_whole_value_stays_whole)
{
	struct bytes bytes = bytes_of("92 c0 a1 61");
	struct scan scan;

	scan_init(&scan, LIMIT_MESSAGE);
	ck_assert_int_eq(show(&scan, &bytes, bytes.size).r, 1);
	ck_assert_int_eq(show(&scan, &bytes, bytes.size).r, 1);
	ck_assert_uint_eq(scan.offset, bytes.size);
	bytes_free(&bytes);
}
END_TEST

START_TEST(a_refused_value_stays_refused)
{
	struct bytes bytes = bytes_of("92 c0 c1");
	struct scan scan;

	scan_init(&scan, LIMIT_MESSAGE);
	ck_assert_int_eq(show(&scan, &bytes, bytes.size).r, -EBADMSG);
	ck_assert_int_eq(show(&scan, &bytes, bytes.size).r, -EBADMSG);
	ck_assert_uint_eq(scan.offset, 2);
	bytes_free(&bytes);
}
END_TEST

START_TEST(c1_begins_no_value)
{
	ck_assert_int_eq(result("c1", LIMIT_MESSAGE), -EBADMSG);
}
END_TEST

START_TEST(c1_is_no_item_of_an_array)
{
	ck_assert_int_eq(result("93 c0 c1 c0", LIMIT_MESSAGE), -EBADMSG);
	ck_assert_uint_eq(offset("93 c0 c1 c0", LIMIT_MESSAGE), 2);
}
END_TEST

START_TEST(c1_is_neither_key_nor_value_of_a_map)
{
	ck_assert_int_eq(result("81 c1 c0", LIMIT_MESSAGE), -EBADMSG);
	ck_assert_int_eq(result("81 c0 c1", LIMIT_MESSAGE), -EBADMSG);
}
END_TEST

START_TEST(c1_may_lie_in_a_payload)
{
	ck_assert_int_eq(result("a1 c1", LIMIT_MESSAGE), 1);
	ck_assert_int_eq(result("cf c1*8", LIMIT_MESSAGE), 1);
}
END_TEST

START_TEST(thirty_two_arrays_may_nest)
{
	ck_assert_int_eq(result("91*31 90", LIMIT_MESSAGE), 1);
	ck_assert_int_eq(result("91*32 c0", LIMIT_MESSAGE), 1);
	ck_assert_int_eq(result("dc 00 01 91*31 c0", LIMIT_MESSAGE), 1);
}
END_TEST

START_TEST(a_thirty_third_array_is_refused)
{
	ck_assert_int_eq(result("91*33 c0", LIMIT_MESSAGE), -ELOOP);
	ck_assert_uint_eq(offset("91*33 c0", LIMIT_MESSAGE), 32);
}
END_TEST

START_TEST(an_empty_array_counts_as_a_level)
{
	ck_assert_int_eq(result("91*32 90", LIMIT_MESSAGE), -ELOOP);
	ck_assert_int_eq(result("91*32 df 00*4", LIMIT_MESSAGE), -ELOOP);
}
END_TEST

START_TEST(maps_nest_as_deep_as_arrays)
{
	ck_assert_int_eq(result("81*32 c0*33", LIMIT_MESSAGE), 1);
	ck_assert_int_eq(result("81*33 c0*34", LIMIT_MESSAGE), -ELOOP);
}
END_TEST

START_TEST(a_closed_array_gives_its_level_back)
{
	ck_assert_int_eq(
	    result("9f*2 91*30 c0 c0*14 91*31 c0 c0*13", LIMIT_MESSAGE), 1);
}
END_TEST

START_TEST(a_payload_is_refused_when_its_length_is_announced)
{
	ck_assert_int_eq(result("c4 0a", 11), -EMSGSIZE);
	ck_assert_int_eq(result("da 00 0a", 12), -EMSGSIZE);
	ck_assert_int_eq(result("c9 00 00 00 0a", 15), -EMSGSIZE);
	ck_assert_int_eq(result("d8", 17), -EMSGSIZE);
	ck_assert_int_eq(result("cf", 8), -EMSGSIZE);
	ck_assert_int_eq(result("bf", 31), -EMSGSIZE);
}
END_TEST

START_TEST(a_payload_may_fill_the_limit)
{
	ck_assert_int_eq(result("c4 0a", 12), 0);
	ck_assert_int_eq(result("da 00 0a", 13), 0);
	ck_assert_int_eq(result("c9 00 00 00 0a", 16), 0);
	ck_assert_int_eq(result("d8", 18), 0);
}
END_TEST

START_TEST(a_payload_may_fill_sixteen_megabytes)
{
	ck_assert_int_eq(result("c6 00 ff ff fb", LIMIT_MESSAGE), 0);
	ck_assert_int_eq(result("c6 00 ff ff fc", LIMIT_MESSAGE), -EMSGSIZE);
}
END_TEST

START_TEST(a_count_may_just_fit_the_limit)
{
	ck_assert_int_eq(result("9a", 11), 0);
	ck_assert_int_eq(result("dc 00 0a", 13), 0);
	ck_assert_int_eq(result("85", 11), 0);
	ck_assert_int_eq(result("df 00 00 00 05", 15), 0);
}
END_TEST

START_TEST(a_count_beyond_the_limit_is_refused_when_announced)
{
	ck_assert_int_eq(result("9a", 10), -ERANGE);
	ck_assert_int_eq(result("dc 00 0a", 12), -ERANGE);
	ck_assert_int_eq(result("85", 10), -ERANGE);
	ck_assert_int_eq(result("df 00 00 00 05", 14), -ERANGE);
}
END_TEST

START_TEST(counts_must_fit_together_with_what_others_announced)
{
	ck_assert_int_eq(result("95 95", 10), -ERANGE);
	ck_assert_int_eq(result("95 95", 11), 0);
}
END_TEST

START_TEST(a_payload_must_leave_room_for_what_was_announced)
{
	ck_assert_int_eq(result("93 c4 05", 9), -EMSGSIZE);
	ck_assert_int_eq(result("93 c4 05", 10), 0);
}
END_TEST

START_TEST(what_cannot_end_within_the_limit_is_refused_before_it)
{
	ck_assert_int_eq(result("92 91", 3), -ERANGE);
	ck_assert_int_eq(result("92 91 c0", 3), -ERANGE);
}
END_TEST

START_TEST(a_head_that_the_limit_cuts_is_refused_at_the_limit)
{
	ck_assert_int_eq(result("dd 00 00", 4), 0);
	ck_assert_int_eq(result("dd 00 00 00", 4), -EMSGSIZE);
}
END_TEST

static const struct hostile {
	const char *text;
	int r;
} announced[] = {
	{ "dd ff ff ff ff", -ERANGE },	 { "df ff ff ff ff", -ERANGE },
	{ "df 80 00 00 00", -ERANGE },	 { "df 80 00 00 01", -ERANGE },
	{ "c6 ff ff ff ff", -EMSGSIZE }, { "c9 ff ff ff ff", -EMSGSIZE },
	{ "c9 ff ff ff fe", -EMSGSIZE }, { "db ff ff ff ff", -EMSGSIZE },
	{ "dd 7f ff ff ff", -ERANGE },	 { "c6 80 00 00 00", -EMSGSIZE },
};

START_TEST(a_huge_length_is_refused_with_nothing_behind_it)
{
	struct outcome seen = show_whole(announced[_i].text, LIMIT_MESSAGE_MAX);

	ck_assert_int_eq(seen.r, announced[_i].r);
	ck_assert_uint_eq(seen.offset, 0);
}
END_TEST

START_TEST(a_gigabyte_may_be_announced_where_it_is_allowed)
{
	ck_assert_int_eq(result("c6 3f ff ff fb", LIMIT_MESSAGE_MAX), 0);
	ck_assert_int_eq(result("dd 3f ff ff fb", LIMIT_MESSAGE_MAX), 0);
	ck_assert_int_eq(result("df 1f ff ff fd", LIMIT_MESSAGE_MAX), 0);
}
END_TEST

static void
add_formats(Suite *suite)
{
	TCase *tcase = tcase_create("formats");

	suite_add_tcase(suite, tcase);
	tcase_add_loop_test(
	    tcase, a_value_of_any_format_is_whole_at_its_last_byte, 0, FORMATS);
	tcase_add_loop_test(tcase,
			    a_value_of_any_format_is_not_whole_a_byte_before, 0,
			    FORMATS);
	tcase_add_loop_test(tcase,
			    a_value_of_any_format_ends_where_the_next_begins, 0,
			    FORMATS);
	tcase_add_loop_test(tcase,
			    a_value_of_any_format_may_be_as_long_as_the_limit,
			    0, FORMATS);
	tcase_add_loop_test(
	    tcase, a_value_of_any_format_may_not_be_longer_than_the_limit, 0,
	    FORMATS);
	tcase_add_test(tcase, nothing_is_no_value_yet);
	tcase_add_test(tcase, a_whole_value_stays_whole);
	tcase_add_test(tcase, a_refused_value_stays_refused);
	tcase_add_test(tcase, c1_begins_no_value);
	tcase_add_test(tcase, c1_is_no_item_of_an_array);
	tcase_add_test(tcase, c1_is_neither_key_nor_value_of_a_map);
	tcase_add_test(tcase, c1_may_lie_in_a_payload);
}

static void
add_depth(Suite *suite)
{
	TCase *tcase = tcase_create("depth");

	suite_add_tcase(suite, tcase);
	tcase_add_test(tcase, thirty_two_arrays_may_nest);
	tcase_add_test(tcase, a_thirty_third_array_is_refused);
	tcase_add_test(tcase, an_empty_array_counts_as_a_level);
	tcase_add_test(tcase, maps_nest_as_deep_as_arrays);
	tcase_add_test(tcase, a_closed_array_gives_its_level_back);
}

static void
add_limits(Suite *suite)
{
	TCase *tcase = tcase_create("limits");

	suite_add_tcase(suite, tcase);
	tcase_add_test(tcase,
		       a_payload_is_refused_when_its_length_is_announced);
	tcase_add_test(tcase, a_payload_may_fill_the_limit);
	tcase_add_test(tcase, a_payload_may_fill_sixteen_megabytes);
	tcase_add_test(tcase, a_count_may_just_fit_the_limit);
	tcase_add_test(tcase,
		       a_count_beyond_the_limit_is_refused_when_announced);
	tcase_add_test(tcase,
		       counts_must_fit_together_with_what_others_announced);
	tcase_add_test(tcase, a_payload_must_leave_room_for_what_was_announced);
	tcase_add_test(tcase,
		       what_cannot_end_within_the_limit_is_refused_before_it);
	tcase_add_test(tcase,
		       a_head_that_the_limit_cuts_is_refused_at_the_limit);
	tcase_add_loop_test(tcase,
			    a_huge_length_is_refused_with_nothing_behind_it, 0,
			    sizeof announced / sizeof announced[0]);
	tcase_add_test(tcase, a_gigabyte_may_be_announced_where_it_is_allowed);
}

int
main(void)
{
	Suite *suite = suite_create("proto");

	add_formats(suite);
	add_depth(suite);
	add_limits(suite);
	return suite_run(suite);
}
