/* SPDX-License-Identifier: MIT */
#include "options.h"

#include "suite.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { MOST = 20, TEXT = 300 };

/* The table once more, as it is written. */
static const struct row {
	const char *name;
	bool is_bytes;
	size_t min, max, otherwise;
	size_t offset;
} rows[] = {
#define ROW(name, is_bytes, min, max, default_)                                \
	{ #name, is_bytes, min, max, default_, offsetof(struct options, name) },
#define ROW_NUMBER(name, ...) ROW(name, false, __VA_ARGS__)
#define ROW_BYTES(name, ...) ROW(name, true, __VA_ARGS__)
#define ROW_CHOICE(...)
#define ROW_TEXT(...)
#define OPTION(name, type, unit, min, max, default_, help)                     \
	ROW_##type(name, min, max, default_)
#include "conf/options.def"
#undef OPTION
};

enum { ROWS = sizeof rows / sizeof rows[0] };

static struct options options;
static char reason[OPTIONS_REASON];

/* "--max-message" */
static const char *
word(const struct row *row)
{
	static char text[TEXT];

	snprintf(text, sizeof text, "--%s", row->name);
	for (char *at = text; (at = strchr(at, '_')) != NULL;)
		*at = '-';
	return text;
}

static size_t
value(const struct row *row)
{
	return *(size_t *)(void *)((char *)&options + row->offset);
}

/* "chand", then these words, up to a NULL. */
static int
read_words(const char *const *words)
{
	static char texts[MOST + 1][TEXT] = {
		"chand"
	}; /* options point there */
	char *argv[MOST + 2] = { texts[0] };
	int argc = 1;

	for (; words[argc - 1] != NULL; argc++) {
		strcpy(texts[argc], words[argc - 1]);
		argv[argc] = texts[argc];
	}
	strcpy(reason, "untouched");
	return options_read(&options, argc, argv, reason);
}

#define READ(...) read_words((const char *const[]){ __VA_ARGS__, NULL })

static void
says(const char *part)
{
	ck_assert_msg(strstr(reason, part) != NULL, "\"%s\" in \"%s\"", part,
		      reason);
}

static int
read_number(const struct row *row, unsigned long long number,
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
	for (unsigned i = 0; i < ROWS; i++)
		ck_assert_uint_eq(value(&rows[i]), rows[i].otherwise);
	ck_assert_uint_eq(options.listen_count, 0);
	ck_assert_int_eq(options.log_level, LOG_INFO);
	ck_assert_str_eq(reason, "untouched");
}
END_TEST

START_TEST(a_choice_is_one_of_its_words)
{
	ck_assert_int_eq(READ("--tls-clients", "required"), OPTIONS_RUN);
	ck_assert_uint_eq(options.tls_clients, 2);
	ck_assert_int_eq(READ("--tls-clients", "no"), OPTIONS_RUN);
	ck_assert_uint_eq(options.tls_clients, 0);
	ck_assert_int_eq(READ("--tls-clients", "req"), -EINVAL);
	says("--tls-clients takes no|optional|required, not \"req\"");
	ck_assert_int_eq(READ("--tls-clients", "no|optional"), -EINVAL);
}
END_TEST

START_TEST(a_text_is_taken_as_it_is)
{
	ck_assert_int_eq(READ("--tls-key", "a key.pem"), OPTIONS_RUN);
	ck_assert_str_eq(options.tls_key, "a key.pem");
	ck_assert_ptr_null(options.tls_certificate);
}
END_TEST

/* ---- rows ---- */

START_TEST(the_least_and_the_most_are_taken)
{
	const struct row *row = &rows[_i];

	ck_assert_int_eq(read_number(row, row->min, ""), OPTIONS_RUN);
	ck_assert_uint_eq(value(row), row->min);
	ck_assert_int_eq(read_number(row, row->max, ""), OPTIONS_RUN);
	ck_assert_uint_eq(value(row), row->max);
}
END_TEST

START_TEST(what_is_beyond_them_is_refused)
{
	const struct row *row = &rows[_i];

	ck_assert_int_eq(read_number(row, row->max + 1ull, ""), -EINVAL);
	says(word(row));
	ck_assert_int_eq(READ(word(row), "18446744073709551615"), -EINVAL);
	says(word(row));
	if (row->min == 0)
		return;
	ck_assert_int_eq(read_number(row, row->min - 1ull, ""), -EINVAL);
	says(word(row));
}
END_TEST

START_TEST(a_value_may_follow_an_equals_sign)
{
	const struct row *row = &rows[_i];
	char text[TEXT + 40];

	snprintf(text, sizeof text, "%s=%zu", word(row), row->max);
	ck_assert_int_eq(READ(text), OPTIONS_RUN);
	ck_assert_uint_eq(value(row), row->max);
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
	const struct row *row = &rows[_i];

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
	const struct row *row = &rows[_i];

	for (unsigned j = 0; j < 6; j++) {
		size_t one = (size_t)1 << 10 * (j % 3 + 1);
		int r = read_number(row, 1, suffixes[j]);

		if (!row->is_bytes || one < row->min || one > row->max) {
			ck_assert_int_eq(r, -EINVAL);
			continue;
		}
		ck_assert_int_eq(r, OPTIONS_RUN);
		ck_assert_uint_eq(value(row), one);
		r = read_number(row, row->max / one, suffixes[j]);
		ck_assert_int_eq(r, OPTIONS_RUN);
		r = read_number(row, row->max / one + 1, suffixes[j]);
		ck_assert_int_eq(r, -EINVAL);
		r = read_number(row, 1ull << 54, suffixes[j]); /* wraps */
		ck_assert_int_eq(r, -EINVAL);
	}
}
END_TEST

START_TEST(a_missing_value_is_named)
{
	ck_assert_int_eq(READ(word(&rows[_i])), -EINVAL);
	says(word(&rows[_i]));
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
	ck_assert_uint_eq(options.listen_count, LISTEN_MOST);
	ck_assert_uint_eq(options.listen[15].port, 15);
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
	ck_assert_int_eq(options.log_level, LOG_DEBUG);
	ck_assert_int_eq(READ("--log-level", "verbose"), -EINVAL);
	says("not \"verbose\"");
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
	ck_assert_int_eq(READ("--help", "--max-message", "x"), -EINVAL);
}
END_TEST

START_TEST(a_long_wrong_word_is_cut_in_the_reason)
{
	char text[TEXT];

	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	ck_assert_int_eq(READ(text), -EINVAL);
	ck_assert_uint_eq(strlen(reason), OPTIONS_REASON - 1);
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
	ck_assert_uint_eq(options.listen_count, 2);
	ck_assert_int_eq(options.listen[0].scheme, URL_UNIX);
	ck_assert_str_eq(options.listen[0].path,
			 is_root ? "/run/chand/chand.sock"
				 : "/run/user/5/chand.sock");
	ck_assert_int_eq(options.listen[1].scheme, URL_TCP);
	ck_assert_str_eq(options.listen[1].host, "127.0.0.1");
	ck_assert_uint_eq(options.listen[1].port, URL_PORT);
}
END_TEST

START_TEST(without_a_place_for_a_socket_the_loopback_is_left)
{
	char folder[200] = "/";

	if (geteuid() == 0 && seteuid(65534) < 0)
		return;
	defaults_for("relative");
	ck_assert_uint_eq(options.listen_count, 1);
	ck_assert_str_eq(options.listen[0].host, "127.0.0.1");
	memset(folder + 1, 'a', 96); /* with the name 108 bytes: too long */
	defaults_for(folder);
	ck_assert_uint_eq(options.listen_count, 1);
	folder[96] = '\0';
	defaults_for(folder);
	ck_assert_uint_eq(options.listen_count, 2);
	ck_assert_uint_eq(strlen(options.listen[0].path), URL_PATH_MAX);
	if (getuid() == 0)
		ck_assert_int_eq(seteuid(0), 0);
}
END_TEST

START_TEST(help_mentions_every_option)
{
	static const char *const others[] = { "--listen", "--log-level",
					      "--help", "--version" };
	char text[8192] = "";
	FILE *file = fmemopen(text, sizeof text, "w");

	ck_assert_ptr_nonnull(file);
	options_print_help(file);
	fclose(file);
	for (unsigned i = 0; i < ROWS; i++)
		ck_assert_ptr_nonnull(strstr(text, word(&rows[i])));
	for (unsigned i = 0; i < 4; i++)
		ck_assert_ptr_nonnull(strstr(text, others[i]));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("options");
	TCase *tcase = tcase_create("rows");

	tcase_add_test(tcase, without_words_all_is_as_the_table_says);
	tcase_add_loop_test(tcase, the_least_and_the_most_are_taken, 0, ROWS);
	tcase_add_test(tcase, a_choice_is_one_of_its_words);
	tcase_add_test(tcase, a_text_is_taken_as_it_is);
	tcase_add_loop_test(tcase, what_is_beyond_them_is_refused, 0, ROWS);
	tcase_add_loop_test(tcase, a_value_may_follow_an_equals_sign, 0, ROWS);
	tcase_add_loop_test(tcase, what_is_no_number_is_refused, 0, ROWS);
	tcase_add_loop_test(tcase, bytes_may_have_a_suffix, 0, ROWS);
	tcase_add_loop_test(tcase, a_missing_value_is_named, 0, ROWS);
	tcase_add_test(tcase, the_last_word_wins);
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
