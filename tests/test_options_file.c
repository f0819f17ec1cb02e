/* SPDX-License-Identifier: MIT */
#include "options/options.h"

#include "suite.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH = 200 };

static struct options options;
static char reason[OPTIONS_REASON];
static char folder[PATH];

static void
set_up(void)
{
	strcpy(folder, "/tmp/chand-options-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	strcpy(reason, "untouched");
}

static void
tear_down(void)
{
	char command[PATH + 20];

	options_fini(&options);
	snprintf(command, sizeof command, "rm -r %s", folder);
	ck_assert_int_eq(system(command), 0);
}

static const char *
path_of(const char *name)
{
	static char paths[4][2 * PATH];
	static unsigned next;
	char *path = paths[next++ % 4];

	snprintf(path, sizeof paths[0], "%s/%s", folder, name);
	return path;
}

static void
write_bytes(const char *name, const char *text, size_t size)
{
	FILE *file;

	if (strchr(name, '/') != NULL)
		mkdir(path_of("conf.d"), 0700);
	file = fopen(path_of(name), "w");
	ck_assert_ptr_nonnull(file);
	ck_assert_uint_eq(fwrite(text, 1, size, file), size);
	fclose(file);
}

static void
write_file(const char *name, const char *text)
{
	write_bytes(name, text, strlen(text));
}

static int
read_with(char *const *environment, const char *word)
{
	char config[2 * PATH + 20], last[PATH];
	char name[] = "chand";
	char *argv[] = { name, config, last, NULL };

	snprintf(config, sizeof config, "--config=%s", path_of("chand.conf"));
	snprintf(last, sizeof last, "%s", word != NULL ? word : "");
	options_fini(&options);
	return options_read(&options, word != NULL ? 3 : 2, argv, environment,
			    NULL, reason);
}

/* chand.conf alone, and with that in it. */
static int
read_alone(void)
{
	return read_with((char *[]){ NULL }, NULL);
}

static int
read_text(const char *text)
{
	write_file("chand.conf", text);
	return read_alone();
}

/* "FOLDER/NAME" and the rest is what was wrong. */
static void
says(const char *name, const char *rest)
{
	char all[3 * PATH];

	snprintf(all, sizeof all, "%s%s", path_of(name), rest);
	ck_assert_str_eq(reason, all);
}

/* ---- what can be written ---- */

START_TEST(keys_stand_in_their_sections)
{
	ck_assert_int_eq(read_text("# a comment\n"
				   "[limits]\n"
				   "max_message = 2M ; and why\n"
				   "linger_timeout: 500ms\n"
				   "\n"
				   "[log] # of little\n"
				   "level = warning\n"),
			 OPTIONS_RUN);
	ck_assert_uint_eq(options.max_message, 2 << 20);
	ck_assert_uint_eq(options.linger_timeout, 500);
	ck_assert_int_eq(options_log_level(&options), LOG_WARNING);
}
END_TEST

START_TEST(comments_are_none_of_a_list)
{
	ck_assert_int_eq(read_text("[server]\n"
				   "manage = ada ; she\n"
				   "\t; and\n"
				   "  bob ; too\n"
				   "  c;d\v\rd ;\n"),
			 OPTIONS_RUN);
	ck_assert_uint_eq(options.manage.count, 4);
	ck_assert_str_eq(options.manage.items[1], "bob");
	ck_assert_str_eq(options.manage.items[2], "c;d");
}
END_TEST

START_TEST(a_list_grows_line_by_line)
{
	ck_assert_int_eq(read_text("[listen]\n"
				   "url = tcp://[::1]:1 tcp://b:2\n"
				   "      tcp://c:3\n"
				   "url = tcp://d:4\n"),
			 OPTIONS_RUN);
	ck_assert_uint_eq(options.listen.count, 4);
	ck_assert_str_eq(options.listen.items[0].host, "::1");
	ck_assert_str_eq(options.listen.items[3].host, "d");
}
END_TEST

START_TEST(a_channel_has_a_section_by_glob)
{
	ck_assert_int_eq(read_text("[channel  a]b* ]\n"
				   "capacity = 3\n"
				   "[channel x]\n"
				   "preference = sender\n"
				   "lease = 30s\n"),
			 OPTIONS_RUN);
	ck_assert_uint_eq(options.channel_count, 2);
	ck_assert_str_eq(options.channels[0].label, "a]b*");
	ck_assert_uint_eq(options.channels[0].capacity, 3);
	ck_assert_uint_eq(options.channels[1].preference, 2);
	ck_assert_uint_eq(options.channels[1].lease, 30000);
	ck_assert_uint_eq(options.channels[1].capacity, 0);
}
END_TEST

START_TEST(an_empty_file_says_nothing)
{
	ck_assert_int_eq(read_text(""), OPTIONS_RUN);
	ck_assert_int_eq(read_text("[limits]\n[channel c]"), OPTIONS_RUN);
	ck_assert_uint_eq(options.max_message, 16 << 20);
	ck_assert_uint_eq(options.channel_count, 1);
}
END_TEST

/* ---- what cannot ---- */

static const struct {
	const char *text, *reason;
} wrong[] = {
	{ "[limits]\nmax_massage = 1M\n",
	  ":2: there is no key \"max_massage\" in [limits]" },
	{ "[limits]\nlevel = info\n",
	  ":2: there is no key \"level\" in [limits]" },
	{ "\n[limit]\n", ":2: there is no section [limit]" },
	{ "[limits x]\n", ":1: [limits] has no name of its own: \"x\"" },
	{ "[channel]\n", ":1: [channel ]: the name must be 1 to 255 bytes of "
			 "UTF-8 without control characters" },
	{ "[channel a\x01]\n", NULL },
	{ "[channel \xff]\n", NULL },
	{ "[principal a]\nuid = 1\n[principal a]\nuid = 2\n", NULL },
	{ "[limits]\n [log]\n",
	  ":2: a section begins at the start of its line" },
	{ "[limits\n", ":1: a section's ']' is missing" },
	{ "[limits] max_message = 1M\n",
	  ":1: what is this behind a section: \"max_message = 1M\"" },
	{ "max_message = 1M\n", ":1: max_message stands in no section" },
	{ "[limits]\n\nmax_message\n",
	  ":3: neither a [section] nor KEY = VALUE" },
	{ "[limits]\nwhat\nmax_massage = 1\n",
	  ":2: neither a [section] nor KEY = VALUE" },
	{ "[limits]\nmax_message = 1X\n",
	  ":2: max_message takes a number of bytes (K, M and G may follow), "
	  "not \"1X\"" },
	{ "[limits]\nmax_message = 1\n",
	  ":2: max_message takes 1K to 1G bytes, not \"1\"" },
	{ "[limits]\nmax_message =\n", NULL },
	{ "[limits]\nmax_message = 1M # why\n", NULL },
	{ "[limits]\nmax_held = 1\n\nmax_held = 1\n",
	  ":4: max_held was set at line 2 already" },
	{ "[log]\nlevel = loud\n",
	  ":2: level takes error, warning, info or debug, not \"loud\"" },
	{ "[listen]\nurl = tcp://a:1\nurl = http://b\n", NULL },
	{ "[channel j]\n[channel k]\n[channel j]\n", NULL },
	{ "[channel j]\nmax_message = 1M\n",
	  ":2: there is no key \"max_message\" in [channel]" },
	{ "[channel j]\npreference = 1\n",
	  ":2: preference takes receiver, none or sender, not \"1\"" },
	{ "[limits]\nmax_capacity = 5\n[channel j]\ncapacity = 6\n", NULL },
	{ "[channel j]\ncapacity = 65537\n",
	  ":2: capacity is 65537, but max_capacity is 65536 (the default)" },
};

enum { WRONG = sizeof wrong / sizeof wrong[0] };

START_TEST(what_is_wrong_is_named_with_its_place)
{
	ck_assert_int_eq(read_text(wrong[_i].text), -EINVAL);
	if (wrong[_i].reason != NULL)
		says("chand.conf", wrong[_i].reason);
	else
		ck_assert_ptr_nonnull(strstr(reason, "chand.conf:"));
}
END_TEST

START_TEST(impossible_neighbours_are_both_named)
{
	char rest[3 * PATH];

	ck_assert_int_eq(read_text("[limits]\nmax_capacity = 5\n"
				   "[channel j]\ncapacity = 6\n"),
			 -EINVAL);
	snprintf(rest, sizeof rest,
		 ":4: capacity is 6, but max_capacity is 5 (%s:2)",
		 path_of("chand.conf"));
	says("chand.conf", rest);
}
END_TEST

START_TEST(a_long_line_and_a_byte_0_are_refused)
{
	char text[400];

	memset(text, '#', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	ck_assert_int_eq(read_text(text), -EINVAL);
	ck_assert_ptr_nonnull(strstr(reason, ":1: a line can be"));
	write_bytes("chand.conf", "[limits]\nmax\0_held = 1\n", 23);
	ck_assert_int_eq(read_alone(), -EINVAL);
	says("chand.conf", ":2: a byte 0 is in this line");
}
END_TEST

START_TEST(a_line_as_long_as_one_can_be_is_read_whole)
{
	char text[600], glob[256], path[191];

	memset(glob, 'c', 255);
	glob[255] = '\0';
	memset(path, '/', 186);
	path[186] = '\0';
	snprintf(text, sizeof text,
		 "[channel %s]\ncapacity = 7\n"
		 "[principal p]\ntoken_file=%s\nuid=1\n",
		 glob, path);
	ck_assert_int_eq(read_text(text), OPTIONS_RUN);
	ck_assert_str_eq(options.channels[0].label, glob);
	ck_assert_uint_eq(options.channels[0].capacity, 7);
	ck_assert_str_eq(options.principals[0].token_file, path);
	ck_assert_uint_eq(options.principals[0].uid, 1);
}
END_TEST

START_TEST(a_file_that_cannot_be_read_is_named)
{
	ck_assert_int_eq(read_alone(), -ENOENT);
	says("chand.conf", ": No such file or directory");
	mkdir(path_of("chand.conf"), 0700);
	ck_assert_int_lt(read_alone(), 0);
	ck_assert_ptr_nonnull(strstr(reason, "chand.conf"));
}
END_TEST

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

static void
add_writing(Suite *suite)
{
	TCase *tcase = tcase_create("what can be written");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase, keys_stand_in_their_sections);
	tcase_add_test(tcase, comments_are_none_of_a_list);
	tcase_add_test(tcase, a_list_grows_line_by_line);
	tcase_add_test(tcase, a_channel_has_a_section_by_glob);
	tcase_add_test(tcase, an_empty_file_says_nothing);
	tcase_add_loop_test(tcase, what_is_wrong_is_named_with_its_place, 0,
			    WRONG);
	tcase_add_test(tcase, impossible_neighbours_are_both_named);
	tcase_add_test(tcase, a_long_line_and_a_byte_0_are_refused);
	tcase_add_test(tcase, a_line_as_long_as_one_can_be_is_read_whole);
	tcase_add_test(tcase, a_file_that_cannot_be_read_is_named);
	suite_add_tcase(suite, tcase);
}

int
main(void)
{
	Suite *suite = suite_create("options file");
	TCase *tcase = tcase_create("who wins");

	add_writing(suite);
	tcase_add_checked_fixture(tcase, set_up, tear_down);
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
