/* SPDX-License-Identifier: MIT */
#include "proto/escape.h"

#include "suite.h"

#include <string.h>

static const char *
escaped(const char *text, size_t size)
{
	static char out[32];

	memset(out, '!', sizeof out);
	ck_assert_ptr_eq(escape_text(out, sizeof out, text, size), out);
	return out;
}

START_TEST(clean_text_stays_as_it_is)
{
	ck_assert_str_eq(escaped("", 0), "");
	ck_assert_str_eq(escaped("jobs 'n' \xc3\xa9\xf0\x9f\x90\x8d", 15),
			 "jobs 'n' \xc3\xa9\xf0\x9f\x90\x8d");
}
END_TEST

START_TEST(what_could_be_obeyed_is_written_out)
{
	ck_assert_str_eq(escaped("\0\n\x1b\x7f", 4), "\\x00\\x0a\\x1b\\x7f");
	ck_assert_str_eq(escaped("\xc2\x9b", 2), "\\xc2\\x9b");
	ck_assert_str_eq(escaped("\"\\", 2), "\\x22\\x5c");
}
END_TEST

START_TEST(what_is_no_utf8_is_written_out)
{
	ck_assert_str_eq(escaped("\xff", 1), "\\xff");
	ck_assert_str_eq(escaped("a\xc3", 2), "a\\xc3");
	ck_assert_str_eq(escaped("\xed\xa0\x80", 3), "\\xed\\xa0\\x80");
	ck_assert_str_eq(escaped("\xc0\xaf", 2), "\\xc0\\xaf");
}
END_TEST

START_TEST(what_does_not_fit_ends_in_dots)
{
	char text[100];

	memset(text, 'a', sizeof text);
	ck_assert_str_eq(escaped(text, 25), "aaaaaaaaaaaaaaaaaaaaaaaaa");
	ck_assert_str_eq(escaped(text, 26), "aaaaaaaaaaaaaaaaaaaaaaaaa...");
	ck_assert_str_eq(escaped(text, 100), "aaaaaaaaaaaaaaaaaaaaaaaaa...");
}
END_TEST

START_TEST(nothing_is_ever_written_beyond_its_room)
{
	char out[64], text[64];

	for (size_t i = 0; i < sizeof text; i++)
		text[i] = (char)("\xf0\x9f\x90\x8d\n\xff"[i % 6]);
	for (size_t room = 8; room < sizeof out; room++)
		for (size_t size = 0; size < sizeof text; size++) {
			memset(out, '!', sizeof out);
			escape_text(out, room, text, size);
			ck_assert_uint_lt(strnlen(out, room), room);
			ck_assert_int_eq(out[room], '!');
		}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("escape");
	TCase *tcase = suite_case(suite, "escape", NULL, NULL);

	tcase_add_test(tcase, clean_text_stays_as_it_is);
	tcase_add_test(tcase, what_could_be_obeyed_is_written_out);
	tcase_add_test(tcase, what_is_no_utf8_is_written_out);
	tcase_add_test(tcase, what_does_not_fit_ends_in_dots);
	tcase_add_test(tcase, nothing_is_ever_written_beyond_its_room);
	return suite_run(suite);
}
