/* SPDX-License-Identifier: MIT */
#include "client/command/shellwords.h"

#include "suite.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) ((int)(sizeof(array) / sizeof((array)[0])))

/* The words of a line, each in <>, to free(). */
static char *
joined(const struct shellwords *words)
{
	char *text;
	size_t size;
	FILE *to = open_memstream(&text, &size);

	for (size_t i = 0; i < words->count; i++)
		fprintf(to, "<%s>", words->at[i]);
	fclose(to);
	return text;
}

static void
check_words(const char *line, bool partial, const char *wanted)
{
	struct shellwords words;
	char *text;

	ck_assert_int_eq(shellwords_split(line, partial, &words), 0);
	text = joined(&words);
	ck_assert_msg(strcmp(text, wanted) == 0, "%s: %s", line, text);
	if (words.count > 0)
		ck_assert_ptr_null(words.at[words.count]);
	free(text);
	shellwords_free(&words);
}

static const struct split {
	const char *line;
	const char *words;
} splits[] = {
	{ "", "" },
	{ " \t\n", "" },
	{ "send jobs x", "<send><jobs><x>" },
	{ "  send\tjobs  ", "<send><jobs>" },
	{ "send 'a  b'", "<send><a  b>" },
	{ "send \"a b\"", "<send><a b>" },
	{ "a'b c'd\"e f\"g", "<ab cde fg>" },
	{ "''", "<>" },
	{ "a \"\" b", "<a><><b>" },
	{ "a\\ b", "<a b>" },
	{ "\\'", "<'>" },
	{ "'\\n'", "<\\n>" },
	{ "\"\\\"\\\\\\n\"", "<\"\\\\n>" },
	{ "'it'\\''s'", "<it's>" },
	{ "$HOME * # ; |", "<$HOME><*><#><;><|>" },
	{ "ü '日本 語'", "<ü><日本 語>" },
	{ "end\\", "<end\\>" },
};

START_TEST(lines_are_split_as_a_shell_does)
{
	check_words(splits[_i].line, false, splits[_i].words);
}
END_TEST

static const char *const open_lines[] = { "'a", "a \"b", "'a' 'b", "\"a\\\"",
					  "'\\'x'" };

START_TEST(a_quote_that_is_not_closed_is_refused)
{
	struct shellwords words;

	ck_assert_int_eq(shellwords_split(open_lines[_i], false, &words),
			 -EINVAL);
	ck_assert_uint_eq(words.count, 0);
}
END_TEST

static const struct split partials[] = {
	{ "", "<>" },		{ "a", "<a>" },
	{ "a ", "<a><>" },	{ "a 'b c", "<a><b c>" },
	{ "a 'b ", "<a><b >" }, { "a \"b", "<a><b>" },
	{ "a '", "<a><>" },
};

START_TEST(a_partial_line_ends_in_the_word_that_is_being_written)
{
	check_words(partials[_i].line, true, partials[_i].words);
}
END_TEST

START_TEST(where_the_last_word_begins_is_told)
{
	struct shellwords words;

	ck_assert_int_eq(shellwords_split("info  'ein k", true, &words), 0);
	ck_assert_uint_eq(words.last, 6);
	shellwords_free(&words);
	ck_assert_int_eq(shellwords_split("info ", true, &words), 0);
	ck_assert_uint_eq(words.last, 5);
	shellwords_free(&words);
}
END_TEST

static const char *const quotables[] = { "plain", "",	"a b",	"it's", "$x",
					 "\"",	  "\\", "日本", "a\tb", "-x" };

START_TEST(what_is_quoted_is_read_as_it_was)
{
	char *quoted = shellwords_quote(quotables[_i]);
	struct shellwords words;

	ck_assert_ptr_nonnull(quoted);
	ck_assert_int_eq(shellwords_split(quoted, false, &words), 0);
	ck_assert_uint_eq(words.count, 1);
	ck_assert_str_eq(words.at[0], quotables[_i]);
	shellwords_free(&words);
	free(quoted);
}
END_TEST

START_TEST(plain_words_need_no_quotes)
{
	char *quoted = shellwords_quote("lock:jobs-1.x");

	ck_assert_str_eq(quoted, "lock:jobs-1.x");
	free(quoted);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("client shellwords");
	TCase *tcase = suite_case(suite, "shellwords", NULL, NULL);

	tcase_add_loop_test(tcase, lines_are_split_as_a_shell_does, 0,
			    COUNT(splits));
	tcase_add_loop_test(tcase, a_quote_that_is_not_closed_is_refused, 0,
			    COUNT(open_lines));
	tcase_add_loop_test(
	    tcase, a_partial_line_ends_in_the_word_that_is_being_written, 0,
	    COUNT(partials));
	tcase_add_test(tcase, where_the_last_word_begins_is_told);
	tcase_add_loop_test(tcase, what_is_quoted_is_read_as_it_was, 0,
			    COUNT(quotables));
	tcase_add_test(tcase, plain_words_need_no_quotes);
	return suite_run(suite);
}
