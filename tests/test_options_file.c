/* SPDX-License-Identifier: MIT */
#include "conf_folder.h"
#include "suite.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

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

int
main(void)
{
	Suite *suite = suite_create("options file");
	TCase *tcase = tcase_create("what can be written");

	tcase_add_checked_fixture(tcase, conf_open, conf_close);
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
	return suite_run(suite);
}
