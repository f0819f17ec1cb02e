/* SPDX-License-Identifier: MIT */
#include "client/base/text.h"
#include "client/show/print.h"
#include "proto/utf8.h"

#include "suite.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* For tests that run once on each item of an array. */
#define COUNT(array) ((int)(sizeof(array) / sizeof((array)[0])))

/* The bytes of a literal, which may hold any but its closing NUL. */
struct bytes {
	const char *data;
	size_t size;
};
#define BYTES(literal)                                                         \
	{                                                                      \
		literal, sizeof(literal) - 1                                   \
	}

/* ---- values ---- */

typedef int (*print_fn)(FILE *to, const struct answer *answer);

/* What a printer makes of an encoded answer, to free(); its result goes out. */
static char *
printed(print_fn print, struct bytes encoded, bool to_terminal, int *r)
{
	msgpack_unpacked unpacked;
	struct answer answer = { .url = "unix:///s",
				 .elapsed = 1234567,
				 .to_terminal = to_terminal };
	char *text;
	size_t size;
	FILE *to = open_memstream(&text, &size);

	msgpack_unpacked_init(&unpacked);
	ck_assert_int_eq(msgpack_unpack_next(&unpacked, encoded.data,
					     encoded.size, &(size_t){ 0 }),
			 MSGPACK_UNPACK_SUCCESS);
	answer.result = &unpacked.data;
	*r = print(to, &answer);
	fclose(to);
	msgpack_unpacked_destroy(&unpacked);
	return text;
}

static void
check_printed(print_fn print, struct bytes encoded, bool to_terminal,
	      const char *wanted)
{
	int r;
	char *text = printed(print, encoded, to_terminal, &r);

	ck_assert_int_eq(r, 0);
	ck_assert_str_eq(text, wanted);
	free(text);
}

static const struct shown {
	struct bytes encoded;
	const char *text;
} shown[] = {
	{ BYTES("\xc0"), "" },
	{ BYTES("\xa0"), "" },
	{ BYTES("\xa3"
		"a\nb"),
	  "a\nb" },
	{ BYTES("\xc4\2\xff"
		"x"),
	  "\xff"
	  "x" },
	{ BYTES("\xc3"), "true\n" },
	{ BYTES("\xc2"), "false\n" },
	{ BYTES("\x05"), "5\n" },
	{ BYTES("\xff"), "-1\n" },
	{ BYTES("\xd3\x80\0\0\0\0\0\0\0"), "-9223372036854775808\n" },
	{ BYTES("\xcf\x7f\xff\xff\xff\xff\xff\xff\xff"),
	  "9223372036854775807\n" },
	{ BYTES("\xcf\xff\xff\xff\xff\xff\xff\xff\xff"),
	  "18446744073709551615\n" },
	{ BYTES("\xca\x3d\xcc\xcc\xcd"), "0.1\n" },
	{ BYTES("\xcb\x3f\xb9\x99\x99\x99\x99\x99\x9a"), "0.1\n" },
	{ BYTES("\xcb\x3f\xd5\x55\x55\x55\x55\x55\x55"),
	  "0.3333333333333333\n" },
	{ BYTES("\xcb\x3f\xf0\0\0\0\0\0\0"), "1.0\n" },
	{ BYTES("\xcb\x7f\xf8\0\0\0\0\0\0"), "\"NaN\"\n" },
	{ BYTES("\xca\xff\x80\0\0"), "\"-Infinity\"\n" },
	{ BYTES("\x90"), "[]\n" },
	{ BYTES("\x80"), "{}\n" },
	{ BYTES("\x95\xc0\xa0\xa2\"\n\xc4\1\xff\xc4\0"),
	  "[null,\"\",\"\\\"\\n\",\"/w==\",\"\"]\n" },
	{ BYTES("\x91\xa2\xc3("), "[\"wyg=\"]\n" },
	{ BYTES("\xd4\xff\x01"), "{\"ext\":-1,\"data\":\"AQ==\"}\n" },
	{ BYTES("\xd5\x05\x01\x02"), "{\"ext\":5,\"data\":\"AQI=\"}\n" },
	{ BYTES("\x82\xa1z\1\xa1"
		"a\2"),
	  "{\"z\":1,\"a\":2}\n" },
	{ BYTES("\x82\1\xa1x\xa1"
		"1\xa1y"),
	  "{\"1\":\"x\",\"1\":\"y\"}\n" },
	{ BYTES("\x82\xc4\1\xff\xc0\xc0\xc3"),
	  "{\"/w==\":null,\"null\":true}\n" },
	{ BYTES("\x81\x91\xa1q\1"), "{\"[\\\"q\\\"]\":1}\n" },
};

START_TEST(a_value_is_shown_without_loss)
{
	check_printed(print_value, shown[_i].encoded, false, shown[_i].text);
}
END_TEST

START_TEST(keys_within_keys_stay_small)
{
	struct bytes encoded = BYTES("\x81\x81\x81\x81\x81\x81\x81\x81\x81\x81"
				     "\0\0\0\0\0\0\0\0\0\0\0");
	int r;
	char *text = printed(print_value, encoded, false, &r);

	ck_assert_int_eq(r, 0);
	ck_assert_uint_lt(strlen(text), 200);
	free(text);
}
END_TEST

START_TEST(a_terminal_gets_a_newline_behind_a_string)
{
	struct bytes string = BYTES("\xa1x");
	struct bytes nil = BYTES("\xc0");

	check_printed(print_value, string, true, "x\n");
	check_printed(print_value, nil, true, "");
}
END_TEST

/* ---- answers ---- */

START_TEST(ping_speaks_to_terminals_only)
{
	struct bytes nil = BYTES("\xc0");

	check_printed(print_ping, nil, false, "");
	check_printed(print_ping, nil, true, "unix:///s answered in 1.23 ms\n");
}
END_TEST

START_TEST(info_is_a_line_for_each_field)
{
	struct bytes info = BYTES("\x85\xa4name\xa2"
				  "a\x1b\xa5queue\x92\1\2"
				  "\xa4none\x90\xa3nil\xc0\xa6"
				  "closed\xc2");

	check_printed(print_info, info, true,
		      "name: a\\x1b\nqueue: 1 2\nnone:\nnil:\nclosed: false\n");
}
END_TEST

START_TEST(a_list_is_as_wide_as_what_it_holds)
{
	struct bytes list = BYTES("\x93\x84\xa4name\xa3"
				  "a\xc3\xbc\xa7"
				  "balance\xfe\xaapreference"
				  "\xff\xa6"
				  "closed\xc2"
				  "\x81\xa4name\xa9long-name\x82\xa7"
				  "closing\xc3\xa6"
				  "closed\xc3");
	struct bytes none = BYTES("\x90");

	check_printed(print_list, none, true, "");
	check_printed(print_list, list, true,
		      "CHANNEL    BALANCE  PREFERENCE  STATE\n"
		      "a\xc3\xbc              -2          -1  open\n"
		      "long-name        -           -  open\n"
		      "-                -           -  closed\n");
}
END_TEST

START_TEST(an_answer_of_another_shape_is_refused)
{
	struct bytes number = BYTES("\x07");
	struct bytes numbers = BYTES("\x91\x07");
	int r;

	free(printed(print_info, number, false, &r));
	ck_assert_int_eq(r, -EPROTO);
	free(printed(print_list, number, false, &r));
	ck_assert_int_eq(r, -EPROTO);
	free(printed(print_list, numbers, false, &r));
	ck_assert_int_eq(r, -EPROTO);
}
END_TEST

/* ---- text ---- */

static const struct escaped {
	struct bytes raw;
	const char *text;
	bool is_utf8;
} escaped[] = {
	{ BYTES("a\\b"), "a\\b", true },
	{ BYTES("\xf0\x9f\x98\x80"), "\xf0\x9f\x98\x80", true },
	{ BYTES("\n\t\r"), "\\n\\t\\x0d", true },
	{ BYTES("\x7f\xc2\x9b\xc2\xa0"), "\\x7f\\xc2\\x9b\xc2\xa0", true },
	{ BYTES("a\0b"), "a\\x00b", true },
	{ BYTES("\xff"), "\\xff", false },
	{ BYTES("\xc3"), "\\xc3", false },
	{ BYTES("\xc0\x80"), "\\xc0\\x80", false },
	{ BYTES("\xed\xa0\x80"), "\\xed\\xa0\\x80", false },
	{ BYTES("\xe0\x9f\xbf"), "\\xe0\\x9f\\xbf", false },
	{ BYTES("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80", false },
};

START_TEST(no_control_character_is_left)
{
	char *text = text_escaped(escaped[_i].raw.data, escaped[_i].raw.size);

	ck_assert_str_eq(text, escaped[_i].text);
	free(text);
	ck_assert_int_eq(
	    utf8_is_valid(escaped[_i].raw.data, escaped[_i].raw.size),
	    escaped[_i].is_utf8);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("client print");
	TCase *value = suite_case(suite, "values", NULL, NULL);
	TCase *answer = suite_case(suite, "answers", NULL, NULL);
	TCase *text = suite_case(suite, "text", NULL, NULL);

	tcase_add_loop_test(value, a_value_is_shown_without_loss, 0,
			    COUNT(shown));
	tcase_add_test(value, keys_within_keys_stay_small);
	tcase_add_test(value, a_terminal_gets_a_newline_behind_a_string);
	tcase_add_test(answer, ping_speaks_to_terminals_only);
	tcase_add_test(answer, info_is_a_line_for_each_field);
	tcase_add_test(answer, a_list_is_as_wide_as_what_it_holds);
	tcase_add_test(answer, an_answer_of_another_shape_is_refused);
	tcase_add_loop_test(text, no_control_character_is_left, 0,
			    COUNT(escaped));
	return suite_run(suite);
}
