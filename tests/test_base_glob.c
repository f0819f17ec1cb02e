/* SPDX-License-Identifier: MIT */
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

int
main(void)
{
	Suite *suite = suite_create("glob");
	TCase *tcase = suite_case(suite, "glob", NULL, NULL);

	tcase_add_test(tcase, text_matches_itself_as_a_whole);
	tcase_add_test(tcase, a_star_is_any_run_of_bytes);
	tcase_add_test(tcase, a_question_mark_is_any_one_byte);
	tcase_add_test(tcase, nothing_else_is_special);
	tcase_add_test(tcase, many_stars_take_no_endless_time);
	return suite_run(suite);
}
