/* SPDX-License-Identifier: MIT */
#include "conf_folder.h"
#include "suite.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* ---- who wins ---- */

START_TEST(parts_are_read_by_name_and_win)
{
	write_file("conf.d/20.conf", "[limits]\nmax_held = 20\n");
	write_file("conf.d/10.conf",
		   "[limits]\nmax_held = 10\nmax_tasks = 10\n");
	write_file("conf.d/.30.conf", "[limits]\nmax_held = 30\n");
	write_file("conf.d/40.conf~", "[limits]\nmax_held = 40\n");
	ck_assert_int_eq(read_text("[limits]\nmax_held = 1\nmax_tasks = 1\n"
				   "max_watchers = 1\n"),
			 OPTIONS_RUN);
	ck_assert_uint_eq(options.max_held, 20);
	ck_assert_uint_eq(options.max_tasks, 10);
	ck_assert_uint_eq(options.max_watchers, 1);
}
END_TEST

START_TEST(a_part_replaces_a_list)
{
	write_file("conf.d/a.conf", "[listen]\nurl = tcp://b:2\n");
	ck_assert_int_eq(read_text("[listen]\nurl = tcp://a:1 tcp://c:3\n"),
			 OPTIONS_RUN);
	ck_assert_uint_eq(options.listen.count, 1);
	ck_assert_str_eq(options.listen.items[0].host, "b");
}
END_TEST

START_TEST(what_is_wrong_in_a_part_is_named)
{
	write_file("conf.d/a.conf", "[limits]\n\n\nmax_held = 0\n");
	ck_assert_int_eq(read_text(""), -EINVAL);
	says("conf.d/a.conf",
	     ":4: max_held takes 1 to 100000000 deliveries, not \"0\"");
}
END_TEST

START_TEST(the_same_glob_in_a_part_is_another_section)
{
	write_file("conf.d/a.conf", "[channel j]\ncapacity = 2\n");
	ck_assert_int_eq(read_text("[channel j]\ncapacity = 1\n"), OPTIONS_RUN);
	ck_assert_uint_eq(options.channel_count, 2);
	ck_assert_uint_eq(options.channels[1].capacity, 2);
}
END_TEST

START_TEST(the_environment_wins_over_files_and_words_over_it)
{
	char held[] = "CHAND_MAX_HELD=2", tasks[] = "CHAND_MAX_TASKS=2";
	char url[] = "CHAND_LISTEN=tcp://e:5", none[] = "CHAND_MAX_OUTPUT=";
	char other[] = "CHAND_URL=tcp://x", port[] = "CHAND_PORT=tcp://y:1";
	char *environment[] = { other, held, tasks, url, none, port, NULL };

	write_file("chand.conf", "[limits]\nmax_held = 1\nmax_tasks = 1\n"
				 "max_watchers = 1\nmax_output = 2K\n"
				 "[listen]\nurl = tcp://a:1 tcp://b:1\n");
	ck_assert_int_eq(read_with(environment, "--max-tasks=3"), OPTIONS_RUN);
	ck_assert_uint_eq(options.max_watchers, 1);
	ck_assert_uint_eq(options.max_held, 2);
	ck_assert_uint_eq(options.max_tasks, 3);
	ck_assert_uint_eq(options.max_output, 2048);
	ck_assert_uint_eq(options.listen.count, 1);
	ck_assert_str_eq(options.listen.items[0].host, "e");
}
END_TEST

START_TEST(a_wrong_variable_is_named)
{
	char held[] = "CHAND_MAX_HELD=many";

	write_file("chand.conf", "");
	ck_assert_int_eq(read_with((char *[]){ held, NULL }, NULL), -EINVAL);
	ck_assert_str_eq(reason, "CHAND_MAX_HELD takes a number of deliveries, "
				 "not \"many\"");
}
END_TEST

START_TEST(the_environment_names_the_file)
{
	char name[] = "chand", variable[2 * PATH + 20];
	char *argv[] = { name, NULL };

	write_file("chand.conf", "[limits]\nmax_held = 7\n");
	snprintf(variable, sizeof variable, "CHAND_CONFIG=%s",
		 path_of("chand.conf"));
	ck_assert_int_eq(options_read(&options, 1, argv,
				      (char *[]){ variable, NULL }, "/nowhere",
				      reason),
			 OPTIONS_RUN);
	ck_assert_uint_eq(options.max_held, 7);
}
END_TEST

START_TEST(the_default_file_need_not_exist)
{
	char name[] = "chand", path[2 * PATH];
	char *argv[] = { name, NULL };

	strcpy(path, path_of("chand.conf"));
	ck_assert_int_eq(
	    options_read(&options, 1, argv, (char *[]){ NULL }, path, reason),
	    OPTIONS_RUN);
	write_file("chand.conf", "[limits]\nmax_held = 8\n");
	options_fini(&options);
	ck_assert_int_eq(
	    options_read(&options, 1, argv, (char *[]){ NULL }, path, reason),
	    OPTIONS_RUN);
	ck_assert_uint_eq(options.max_held, 8);
}
END_TEST

/* ---- the sample ---- */

static char sample[32768];

static void
print_sample(bool is_bare)
{
	FILE *file = fmemopen(sample, sizeof sample, "w");
	char *to = sample;

	ck_assert_ptr_nonnull(file);
	options_print_sample(file);
	fclose(file);
	for (char *from = sample; is_bare && *from != '\0'; from++)
		if (*from != '#' || from[1] == ' ')
			*to++ = *from;
	if (is_bare)
		*to = '\0';
}

START_TEST(the_sample_says_nothing)
{
	print_sample(false);
	ck_assert_int_eq(read_text(sample), OPTIONS_RUN);
	for (unsigned i = 0; i < ROW_COUNT; i++)
		ck_assert_ptr_null(options.origins[i].place);
	ck_assert_uint_eq(options.channel_count, 0);
}
END_TEST

/* The other file has every number, and the same ones. */
START_TEST(the_sample_without_its_marks_says_the_defaults)
{
	struct options before;

	ck_assert_int_eq(read_text(""), OPTIONS_RUN);
	before = options;
	print_sample(true);
	for (char *at = sample; (at = strstr(at, " =\n")) != NULL;)
		at[0] = at[1] = '#'; /* lists without a default */
	for (char *at = sample; (at = strstr(at, "##\n")) != NULL; at++)
		for (char *c = at; c >= sample && *c != '\n'; c--)
			*c = '#';
	memset(&options, 0, sizeof options);
	ck_assert_msg(read_text(sample) == OPTIONS_RUN, "%s", reason);
	ck_assert_ptr_nonnull(options.origins[ROW_limits_max_message].place);
	ck_assert_uint_eq(options.max_message, before.max_message);
	ck_assert_uint_eq(options.watchdog, before.watchdog);
	ck_assert_uint_eq(options.channel_count, 1);
	options_fini(&before);
}
END_TEST

/* ---- reloading ---- */

START_TEST(what_needs_a_start_is_told_apart)
{
	struct options before;
	unsigned row = 0;

	ck_assert_int_eq(read_text("[listen]\nurl = tcp://a:1\n"), OPTIONS_RUN);
	before = options;
	memset(&options, 0, sizeof options);
	ck_assert_int_eq(read_text("[listen]\nurl = tcp://a:2\n[limits]\n"
				   "max_held = 2\n[log]\nwatchdog = 5\n"),
			 OPTIONS_RUN);
	ck_assert_str_eq(options_next_fixed(&before, &options, &row), "listen");
	ck_assert_str_eq(options_next_fixed(&before, &options, &row),
			 "watchdog");
	ck_assert_ptr_null(options_next_fixed(&before, &options, &row));
	options_fini(&before);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("options sources");
	TCase *tcase = tcase_create("who wins");

	tcase_add_checked_fixture(tcase, conf_open, conf_close);
	tcase_add_test(tcase, parts_are_read_by_name_and_win);
	tcase_add_test(tcase, a_part_replaces_a_list);
	tcase_add_test(tcase, what_is_wrong_in_a_part_is_named);
	tcase_add_test(tcase, the_same_glob_in_a_part_is_another_section);
	tcase_add_test(tcase,
		       the_environment_wins_over_files_and_words_over_it);
	tcase_add_test(tcase, a_wrong_variable_is_named);
	tcase_add_test(tcase, the_environment_names_the_file);
	tcase_add_test(tcase, the_default_file_need_not_exist);
	tcase_add_test(tcase, the_sample_says_nothing);
	tcase_add_test(tcase, the_sample_without_its_marks_says_the_defaults);
	tcase_add_test(tcase, what_needs_a_start_is_told_apart);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
