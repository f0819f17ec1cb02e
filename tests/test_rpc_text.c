/* SPDX-License-Identifier: MIT */
#include "rpc/text.h"

#include "base/glob.h"
#include "suite.h"

#include <string.h>

static bool
matches(const char *glob, const char *text)
{
	return glob_matches(glob, strlen(glob), text, strlen(text));
}

START_TEST(text_matches_itself_as_a_whole)
{
	ck_assert(matches("jobs", "jobs"));
	ck_assert(!matches("jobs", "job"));
	ck_assert(!matches("job", "jobs"));
	ck_assert(!matches("obs", "jobs"));
	ck_assert(!matches("Jobs", "jobs"));
	ck_assert(matches("", ""));
	ck_assert(!matches("", "j"));
}
END_TEST

START_TEST(a_star_is_any_run_of_bytes)
{
	ck_assert(matches("*", ""));
	ck_assert(matches("*", "jobs"));
	ck_assert(matches("jobs.*", "jobs."));
	ck_assert(matches("*.done", "jobs.done"));
	ck_assert(matches("j*s", "js"));
	ck_assert(matches("j*s", "jobs.jobs"));
	ck_assert(!matches("j*s", "jobs.job"));
	ck_assert(matches("*a*b*", "xxaxxbxx"));
	ck_assert(!matches("*a*b*", "xxbxxaxx"));
	ck_assert(matches("**", "x"));
}
END_TEST

START_TEST(a_question_mark_is_any_one_byte)
{
	ck_assert(matches("j?bs", "jobs"));
	ck_assert(!matches("j?bs", "jbs"));
	ck_assert(!matches("?", ""));
	ck_assert(matches("??", "\xc3\xa9"));
	ck_assert(matches("*?", "x"));
	ck_assert(!matches("*?", ""));
}
END_TEST

START_TEST(nothing_else_is_special)
{
	ck_assert(matches("[a-z]\\{}", "[a-z]\\{}"));
	ck_assert(!matches("[a-z]", "b"));
	ck_assert(!matches("\\*", "*"));
	ck_assert(matches("*", "*"));
	ck_assert(glob_matches("a\0*", 3, "a\0b", 3));
	ck_assert(!glob_matches("a\0*", 3, "a", 1));
}
END_TEST

/* 127 stars: tried in every way, that would not end. */
START_TEST(many_stars_take_no_endless_time)
{
	char glob[256], text[256];

	for (int i = 0; i < 254; i += 2)
		memcpy(glob + i, "*a", 2);
	glob[254] = 'b';
	memset(text, 'a', 255);
	for (int i = 0; i < 1000; i++)
		ck_assert(!glob_matches(glob, 255, text, 255));
}
END_TEST

/* ---- escaping ---- */

static const char *
escaped(const char *text, size_t size)
{
	static char out[32];

	memset(out, '!', sizeof out);
	ck_assert_ptr_eq(text_escape(out, sizeof out, text, size), out);
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
			text_escape(out, room, text, size);
			ck_assert_uint_lt(strnlen(out, room), room);
			ck_assert_int_eq(out[room], '!');
		}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("rpc text");
	TCase *tcase = tcase_create("globs");

	tcase_add_test(tcase, text_matches_itself_as_a_whole);
	tcase_add_test(tcase, a_star_is_any_run_of_bytes);
	tcase_add_test(tcase, a_question_mark_is_any_one_byte);
	tcase_add_test(tcase, nothing_else_is_special);
	tcase_add_test(tcase, many_stars_take_no_endless_time);
	suite_add_tcase(suite, tcase);

	tcase = tcase_create("escaping");
	tcase_add_test(tcase, clean_text_stays_as_it_is);
	tcase_add_test(tcase, what_could_be_obeyed_is_written_out);
	tcase_add_test(tcase, what_is_no_utf8_is_written_out);
	tcase_add_test(tcase, what_does_not_fit_ends_in_dots);
	tcase_add_test(tcase, nothing_is_ever_written_beyond_its_room);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
