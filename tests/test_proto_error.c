/* SPDX-License-Identifier: MIT */
#include "proto/error.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tests/suite.h"

static const struct error table[] = {
#define ERROR(code, number, exit, text) { #code, number, exit, text },
#include "proto/errors.def"
#undef ERROR
};

enum { COUNT = sizeof table / sizeof table[0] };

static const struct error *
parse(const char *message)
{
	return error_parse(message, strlen(message));
}

START_TEST(every_code_is_there_once)
{
	for (int i = 0; i < _i; i++)
		ck_assert_str_ne(table[i].code, table[_i].code);
}
END_TEST

START_TEST(every_errno_is_there_once)
{
	for (int i = 0; i < _i; i++)
		ck_assert_int_ne(table[i].number, table[_i].number);
}
END_TEST

START_TEST(an_error_is_found_by_its_errno)
{
	const struct error *error = error_find(-table[_i].number);

	ck_assert_str_eq(error->code, table[_i].code);
	ck_assert_int_eq(error->exit, table[_i].exit);
	ck_assert_str_eq(error->text, table[_i].text);
}
END_TEST

START_TEST(an_error_is_parsed_from_its_message)
{
	char message[200];

	snprintf(message, sizeof message, "%s: %s: of all things",
		 table[_i].code, table[_i].text);
	ck_assert_ptr_eq(parse(message), error_find(-table[_i].number));
}
END_TEST

START_TEST(a_bare_code_is_a_message)
{
	ck_assert_ptr_eq(parse(table[_i].code), error_find(-table[_i].number));
}
END_TEST

START_TEST(a_longer_word_is_not_the_code)
{
	char message[200];

	snprintf(message, sizeof message, "%sX: text", table[_i].code);
	ck_assert_ptr_null(parse(message));
	snprintf(message, sizeof message, "%s text", table[_i].code);
	ck_assert_ptr_null(parse(message));
}
END_TEST

START_TEST(a_shorter_word_is_not_the_code)
{
	const struct error *error = &table[_i];

	ck_assert_ptr_null(error_parse(error->code, strlen(error->code) - 1));
}
END_TEST

START_TEST(an_exit_status_tells_failure_from_a_signal)
{
	ck_assert_int_gt(table[_i].exit, 0);
	ck_assert_int_le(table[_i].exit, 124);
}
END_TEST

START_TEST(out_of_memory_is_a_limit)
{
	ck_assert_str_eq(error_find(-ENOMEM)->code, "LIMIT");
}
END_TEST

START_TEST(an_unknown_errno_is_our_fault)
{
	ck_assert_str_eq(error_find(-ENOTTY)->code, "INTERNAL");
	ck_assert_str_eq(error_find(-99999)->code, "INTERNAL");
	ck_assert_str_eq(error_find(0)->code, "INTERNAL");
	ck_assert_str_eq(error_find(EPIPE)->code, "INTERNAL");
}
END_TEST

START_TEST(other_messages_have_no_code)
{
	ck_assert_ptr_null(parse(""));
	ck_assert_ptr_null(parse(":"));
	ck_assert_ptr_null(parse(": TIMEOUT"));
	ck_assert_ptr_null(parse("timeout: text"));
	ck_assert_ptr_null(parse(" TIMEOUT: text"));
	ck_assert_ptr_null(parse("no such thing: TIMEOUT"));
	ck_assert_ptr_null(error_parse("TIMEOUT\0: x", 11));
}
END_TEST

START_TEST(a_message_may_end_anywhere)
{
	ck_assert_ptr_eq(error_parse("TIMEOUTLESS", 7), error_find(-ETIMEDOUT));
	ck_assert_ptr_null(error_parse(NULL, 0));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("proto");
	TCase *each = tcase_create("each error");
	TCase *others = tcase_create("others");

	suite_add_tcase(suite, each);
	tcase_add_loop_test(each, every_code_is_there_once, 0, COUNT);
	tcase_add_loop_test(each, every_errno_is_there_once, 0, COUNT);
	tcase_add_loop_test(each, an_error_is_found_by_its_errno, 0, COUNT);
	tcase_add_loop_test(each, an_error_is_parsed_from_its_message, 0,
			    COUNT);
	tcase_add_loop_test(each, a_bare_code_is_a_message, 0, COUNT);
	tcase_add_loop_test(each, a_longer_word_is_not_the_code, 0, COUNT);
	tcase_add_loop_test(each, a_shorter_word_is_not_the_code, 0, COUNT);
	tcase_add_loop_test(each, an_exit_status_tells_failure_from_a_signal, 0,
			    COUNT);
	suite_add_tcase(suite, others);
	tcase_add_test(others, out_of_memory_is_a_limit);
	tcase_add_test(others, an_unknown_errno_is_our_fault);
	tcase_add_test(others, other_messages_have_no_code);
	tcase_add_test(others, a_message_may_end_anywhere);
	return suite_run(suite);
}
