/* SPDX-License-Identifier: MIT */
#include "options/table.h"

#include "suite.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { MOST = 20, TEXT = 300 };

/* The rows that are numbers, without a unit of time. */
static const struct option_row *rows[ROW_COUNT];
static int row_count;

static struct options options;
static char reason[OPTIONS_REASON];

static bool
is_number(const struct option_row *row)
{
	return option_is_global(row) &&
	       (row->type == TYPE_NUMBER || row->type == TYPE_BYTES);
}

static void
find_numbers(void)
{
	for (int i = 0; i < ROW_COUNT; i++)
		if (is_number(&option_rows[i]))
			rows[row_count++] = &option_rows[i];
}

/* "--max-message" */
static const char *
word(const struct option_row *row)
{
	static char text[OPTION_NAME];

	return option_word(row, text);
}

static size_t
value(const struct option_row *row)
{
	return *(size_t *)(void *)((char *)&options + row->offset);
}

/* "chand", then these words, up to a NULL. */
static int
read_words(const char *const *words)
{
	char texts[MOST + 1][TEXT] = { "chand" };
	char *argv[MOST + 2] = { texts[0] };
	int argc = 1;

	for (; words[argc - 1] != NULL; argc++) {
		strcpy(texts[argc], words[argc - 1]);
		argv[argc] = texts[argc];
	}
	strcpy(reason, "untouched");
	options_fini(&options);
	return options_read(&options, argc, argv, (char *[]){ NULL }, NULL,
			    reason);
}

#define READ(...) read_words((const char *const[]){ __VA_ARGS__, NULL })

static void
says(const char *part)
{
	ck_assert_msg(strstr(reason, part) != NULL, "\"%s\" in \"%s\"", part,
		      reason);
}

static int
read_number(const struct option_row *row, unsigned long long number,
	    const char *suffix)
{
	char text[TEXT];

	snprintf(text, sizeof text, "%llu%s", number, suffix);
	return READ(word(row), text);
}

START_TEST(without_words_all_is_as_the_table_says)
{
	const char *const nothing[] = { NULL };

	ck_assert_int_eq(read_words(nothing), OPTIONS_RUN);
	ck_assert_uint_eq(options.max_message, 16 << 20);
	ck_assert_uint_eq(options.linger_timeout, 3000);
	ck_assert_uint_eq(options.watchdog, 100);
	ck_assert_uint_eq(options.socket_mode, 0600);
	ck_assert(!options.insecure);
	ck_assert_uint_eq(options.listen.count, 0);
	ck_assert_int_eq(options_log_level(&options), LOG_INFO);
	ck_assert_str_eq(reason, "untouched");
}
END_TEST

/* ---- rows ---- */

START_TEST(the_least_and_the_most_are_taken)
{
	const struct option_row *row = rows[_i];

	ck_assert_int_eq(read_number(row, (unsigned long long)row->min, ""),
			 OPTIONS_RUN);
	ck_assert_uint_eq(value(row), (size_t)row->min);
	ck_assert_int_eq(read_number(row, (unsigned long long)row->max, ""),
			 OPTIONS_RUN);
	ck_assert_uint_eq(value(row), (size_t)row->max);
}
END_TEST

START_TEST(what_is_beyond_them_is_refused)
{
	const struct option_row *row = rows[_i];

	ck_assert_int_eq(read_number(row, (unsigned long long)row->max + 1, ""),
			 -EINVAL);
	says(word(row));
	ck_assert_int_eq(READ(word(row), "18446744073709551615"), -EINVAL);
	says(word(row));
	if (row->min == 0)
		return;
	ck_assert_int_eq(read_number(row, (unsigned long long)row->min - 1, ""),
			 -EINVAL);
	says(word(row));
}
END_TEST

START_TEST(a_value_may_follow_an_equals_sign)
{
	const struct option_row *row = rows[_i];
	char text[TEXT + 40];

	snprintf(text, sizeof text, "%s=%lld", word(row), (long long)row->max);
	ck_assert_int_eq(READ(text), OPTIONS_RUN);
	ck_assert_uint_eq(value(row), (size_t)row->max);
}
END_TEST

static const char *const garbage[] = {
	"",	  " ",
	"x",	  "-1",
	"+5",	  " 5",
	"5 ",	  "0x400",
	"5s",	  "1e3",
	"1.5",	  "5,0",
	"K",	  "5 K",
	"2000KB", "2000k",
	"5T",	  "5KM",
	"5KiBs",  "5Ki",
	"inf",	  "99999999999999999999",
	"2000iB",
};

enum { GARBAGE = sizeof garbage / sizeof garbage[0] };

START_TEST(what_is_no_number_is_refused)
{
	const struct option_row *row = rows[_i];

	for (unsigned j = 0; j < GARBAGE; j++) {
		ck_assert_msg(READ(word(row), garbage[j]) == -EINVAL, "%s %s",
			      word(row), garbage[j]);
		says(word(row));
		says("takes a number");
	}
}
END_TEST

START_TEST(bytes_may_have_a_suffix)
{
	static const char *const suffixes[] = { "K",   "M",   "G",
						"KiB", "MiB", "GiB" };
	const struct option_row *row = rows[_i];

	for (unsigned j = 0; j < 6; j++) {
		size_t one = (size_t)1 << 10 * (j % 3 + 1);
		int r = read_number(row, 1, suffixes[j]);

		if (row->type != TYPE_BYTES || (int64_t)one < row->min ||
		    (int64_t)one > row->max) {
			ck_assert_int_eq(r, -EINVAL);
			continue;
		}
		ck_assert_int_eq(r, OPTIONS_RUN);
		ck_assert_uint_eq(value(row), one);
		r = read_number(row, (size_t)row->max / one, suffixes[j]);
		ck_assert_int_eq(r, OPTIONS_RUN);
		r = read_number(row, (size_t)row->max / one + 1, suffixes[j]);
		ck_assert_int_eq(r, -EINVAL);
		r = read_number(row, 1ull << 54, suffixes[j]); /* wraps */
		ck_assert_int_eq(r, -EINVAL);
	}
}
END_TEST

START_TEST(a_missing_value_is_named)
{
	ck_assert_int_eq(READ(word(rows[_i])), -EINVAL);
	says(word(rows[_i]));
	says("needs a value");
}
END_TEST

START_TEST(the_last_word_wins)
{
	ck_assert_int_eq(READ("--max-message", "2K", "--max-message", "3K"),
			 OPTIONS_RUN);
	ck_assert_uint_eq(options.max_message, 3072);
}
END_TEST

/* ---- listen and log level ---- */

START_TEST(sixteen_places_can_be_listened_at)
{
	const char *words[2 * LISTEN_MOST + 3] = { NULL };
	char texts[LISTEN_MOST + 1][40];

	/* Two words each; our reader takes twenty: give them as one. */
	for (int i = 0; i < LISTEN_MOST; i++) {
		snprintf(texts[i], sizeof texts[i], "--listen=tcp://h:%d", i);
		words[i] = texts[i];
	}
	ck_assert_int_eq(read_words(words), OPTIONS_RUN);
	ck_assert_uint_eq(options.listen.count, LISTEN_MOST);
	ck_assert_uint_eq(options.listen.items[15].port, 15);
	words[LISTEN_MOST] = "--listen=tcp://h:16";
	ck_assert_int_eq(read_words(words), -EINVAL);
	says("16 times");
}
END_TEST

START_TEST(a_place_that_is_none_is_named)
{
	ck_assert_int_eq(READ("--listen", "http://h"), -EINVAL);
	says("--listen: ");
	says("; not \"http://h\"");
	ck_assert_int_eq(READ("--listen"), -EINVAL);
	says("--listen needs a value");
	ck_assert_int_eq(READ("--listen", ""), -EINVAL);
	says("; not \"\"");
}
END_TEST

START_TEST(a_level_is_one_of_four)
{
	ck_assert_int_eq(READ("--log-level", "debug"), OPTIONS_RUN);
	ck_assert_int_eq(options_log_level(&options), LOG_DEBUG);
	ck_assert_int_eq(READ("--log-level", "verbose"), -EINVAL);
	says("not \"verbose\"");
}
END_TEST

START_TEST(a_time_may_have_a_unit)
{
	static const struct {
		const char *text;
		size_t linger_ms, watchdog_ms;
	} times[] = { { "2", 2000, 2 },		  { "250ms", 250, 250 },
		      { "2s", 2000, 2000 },	  { "1m", 60000, 60000 },
		      { "1h", 3600000, 3600000 }, { "0", 0, 0 } };

	for (unsigned i = 0; i < sizeof times / sizeof times[0]; i++) {
		ck_assert_int_eq(READ("--linger-timeout", times[i].text,
				      "--watchdog", times[i].text),
				 OPTIONS_RUN);
		ck_assert_uint_eq(options.linger_timeout, times[i].linger_ms);
		ck_assert_uint_eq(options.watchdog, times[i].watchdog_ms);
	}
	ck_assert_int_eq(READ("--linger-timeout", "2h"), -EINVAL);
	says("--linger-timeout takes 0 to 1h seconds, not \"2h\"");
	ck_assert_int_eq(READ("--linger-timeout", "2 s"), -EINVAL);
	ck_assert_int_eq(READ("--linger-timeout", "2M"), -EINVAL);
	says("(ms, s, m, h or d may follow)");
	ck_assert_int_eq(READ("--linger-timeout", "9223372036854775807d"),
			 -EINVAL);
}
END_TEST

START_TEST(a_mode_is_octal)
{
	ck_assert_int_eq(READ("--socket-mode", "660"), OPTIONS_RUN);
	ck_assert_uint_eq(options.socket_mode, 0660);
	ck_assert_int_eq(READ("--socket-mode", "0777"), OPTIONS_RUN);
	ck_assert_int_eq(READ("--socket-mode", "1777"), -EINVAL);
	says("0000 to 0777");
	ck_assert_int_eq(READ("--socket-mode", "0680"), -EINVAL);
}
END_TEST

START_TEST(a_yes_is_no_other_word)
{
	ck_assert_int_eq(READ("--insecure", "yes"), OPTIONS_RUN);
	ck_assert(options.insecure);
	ck_assert_int_eq(READ("--insecure", "no"), OPTIONS_RUN);
	ck_assert(!options.insecure);
	ck_assert_int_eq(READ("--insecure", "true"), -EINVAL);
	says("yes or no, not \"true\"");
	ck_assert_int_eq(READ("--insecure", ""), -EINVAL);
}
END_TEST

START_TEST(more_than_one_url_may_stand_in_a_word)
{
	ck_assert_int_eq(
	    READ("--listen", " tcp://a:1\ttcp://b:2 ", "--listen", "tcp://c:3"),
	    OPTIONS_RUN);
	ck_assert_uint_eq(options.listen.count, 3);
	ck_assert_str_eq(options.listen.items[2].host, "c");
	ck_assert_int_eq(READ("--listen", "unix:///a b  c tcp://d"),
			 OPTIONS_RUN);
	ck_assert_uint_eq(options.listen.count, 2);
	ck_assert_str_eq(options.listen.items[0].path, "/a b  c");
}
END_TEST

/* ---- other words ---- */

START_TEST(an_unknown_option_is_named)
{
	ck_assert_int_eq(READ("--max-massage", "5"), -EINVAL);
	says("unknown option \"--max-massage\"");
	ck_assert_int_eq(READ("--linger-timeout", "5", "--nope"), -EINVAL);
	says("unknown option \"--nope\"");
	ck_assert_int_eq(READ("--max"), -EINVAL);
	says("\"--max\"");
	ck_assert_int_eq(READ("--help=5"), -EINVAL);
	says("\"--help=5\"");
}
END_TEST

START_TEST(an_unknown_letter_is_named)
{
	ck_assert_int_eq(READ("-v"), -EINVAL);
	says("unknown option \"-v\"");
	ck_assert_int_eq(READ("--linger-timeout", "5", "-xyz"), -EINVAL);
	says("unknown option \"-x\"");
}
END_TEST

START_TEST(a_word_that_is_no_option_is_refused)
{
	ck_assert_int_eq(READ("start"), -EINVAL);
	says("\"start\"");
	ck_assert_int_eq(READ("--", "--help"), -EINVAL);
	says("\"--help\"");
	ck_assert_int_eq(READ("--help", "start"), -EINVAL);
}
END_TEST

START_TEST(help_and_version_are_wishes)
{
	ck_assert_int_eq(READ("--help"), OPTIONS_HELP);
	ck_assert_int_eq(READ("--version"), OPTIONS_VERSION);
	ck_assert_int_eq(READ("--version", "--help"), OPTIONS_HELP);
	ck_assert_int_eq(READ("--max-message", "x", "--help"), OPTIONS_HELP);
}
END_TEST

START_TEST(a_long_wrong_word_is_cut_in_the_reason)
{
	char text[2 * OPTIONS_REASON];
	char *argv[] = { text, text, NULL };

	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	options_fini(&options);
	ck_assert_int_eq(
	    options_read(&options, 2, argv, (char *[]){ NULL }, NULL, reason),
	    -EINVAL);
	ck_assert_uint_lt(strlen(reason), OPTIONS_REASON);
}
END_TEST

/* ---- where to listen without a word, and help ---- */

static void
defaults_for(const char *folder)
{
	const char *const nothing[] = { NULL };

	ck_assert_int_eq(read_words(nothing), OPTIONS_RUN);
	setenv("XDG_RUNTIME_DIR", folder, 1);
	options_default_listen(&options);
}

START_TEST(a_user_has_a_socket_and_the_loopback)
{
	bool is_root = geteuid() == 0;

	defaults_for("/run/user/5");
	ck_assert_uint_eq(options.listen.count, 2);
	ck_assert_int_eq(options.listen.items[0].scheme, URL_UNIX);
	ck_assert_str_eq(options.listen.items[0].path,
			 is_root ? "/run/chand/chand.sock"
				 : "/run/user/5/chand.sock");
	ck_assert_int_eq(options.listen.items[1].scheme, URL_TCP);
	ck_assert_str_eq(options.listen.items[1].host, "127.0.0.1");
	ck_assert_uint_eq(options.listen.items[1].port, URL_PORT);
}
END_TEST

START_TEST(without_a_place_for_a_socket_the_loopback_is_left)
{
	char folder[200] = "/";

	if (geteuid() == 0 && seteuid(65534) < 0)
		return;
	defaults_for("relative");
	ck_assert_uint_eq(options.listen.count, 1);
	ck_assert_str_eq(options.listen.items[0].host, "127.0.0.1");
	memset(folder + 1, 'a', 96); /* with the name 108 bytes: too long */
	defaults_for(folder);
	ck_assert_uint_eq(options.listen.count, 1);
	folder[96] = '\0';
	defaults_for(folder);
	ck_assert_uint_eq(options.listen.count, 2);
	ck_assert_uint_eq(strlen(options.listen.items[0].path), URL_PATH_MAX);
	if (getuid() == 0)
		ck_assert_int_eq(seteuid(0), 0);
}
END_TEST

START_TEST(help_mentions_every_option)
{
	static const char *const others[] = { "--config", "--check-config",
					      "--help", "--version" };
	char text[16384] = "";
	FILE *file = fmemopen(text, sizeof text, "w");

	ck_assert_ptr_nonnull(file);
	options_print_help(file);
	fclose(file);
	for (unsigned i = 0; i < ROW_COUNT; i++) {
		bool is_there = strstr(text, word(&option_rows[i])) != NULL;

		if (option_is_global(&option_rows[i]))
			ck_assert(is_there);
	}
	for (unsigned i = 0; i < 4; i++)
		ck_assert_ptr_nonnull(strstr(text, others[i]));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("options");
	TCase *tcase = tcase_create("rows");

	find_numbers();
	tcase_add_test(tcase, without_words_all_is_as_the_table_says);
	tcase_add_loop_test(tcase, the_least_and_the_most_are_taken, 0,
			    row_count);
	tcase_add_loop_test(tcase, what_is_beyond_them_is_refused, 0,
			    row_count);
	tcase_add_loop_test(tcase, a_value_may_follow_an_equals_sign, 0,
			    row_count);
	tcase_add_loop_test(tcase, what_is_no_number_is_refused, 0, row_count);
	tcase_add_loop_test(tcase, bytes_may_have_a_suffix, 0, row_count);
	tcase_add_loop_test(tcase, a_missing_value_is_named, 0, row_count);
	tcase_add_test(tcase, the_last_word_wins);
	tcase_add_test(tcase, a_time_may_have_a_unit);
	tcase_add_test(tcase, a_mode_is_octal);
	tcase_add_test(tcase, a_yes_is_no_other_word);
	tcase_add_test(tcase, more_than_one_url_may_stand_in_a_word);
	suite_add_tcase(suite, tcase);

	tcase = tcase_create("other words");
	tcase_add_test(tcase, sixteen_places_can_be_listened_at);
	tcase_add_test(tcase, a_place_that_is_none_is_named);
	tcase_add_test(tcase, a_level_is_one_of_four);
	tcase_add_test(tcase, an_unknown_option_is_named);
	tcase_add_test(tcase, an_unknown_letter_is_named);
	tcase_add_test(tcase, a_word_that_is_no_option_is_refused);
	tcase_add_test(tcase, help_and_version_are_wishes);
	tcase_add_test(tcase, a_long_wrong_word_is_cut_in_the_reason);
	suite_add_tcase(suite, tcase);

	tcase = tcase_create("defaults and help");
	tcase_add_test(tcase, a_user_has_a_socket_and_the_loopback);
	tcase_add_test(tcase,
		       without_a_place_for_a_socket_the_loopback_is_left);
	tcase_add_test(tcase, help_mentions_every_option);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
