/* SPDX-License-Identifier: MIT */
#include "base/log.h"

#include "suite.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define SECOND INT64_C(1000000000)

static int pipe_fds[2];
static int stderr_before;

static void
set_up(void)
{
	ck_assert_int_eq(pipe2(pipe_fds, O_NONBLOCK), 0);
	stderr_before = dup(STDERR_FILENO);
	dup2(pipe_fds[1], STDERR_FILENO);
	setenv("JOURNAL_STREAM", "8:1", 1);
	log_set_level(LOG_INFO);
}

static void
tear_down(void)
{
	dup2(stderr_before, STDERR_FILENO);
	close(stderr_before);
	close(pipe_fds[0]);
	close(pipe_fds[1]);
}

/* What was logged, as a string. */
static const char *
logged(void)
{
	static char text[4096];
	ssize_t n = read(pipe_fds[0], text, sizeof text - 1);

	text[n > 0 ? n : 0] = '\0';
	return text;
}

START_TEST(a_level_is_found_by_its_name)
{
	ck_assert_int_eq(log_level_parse("error"), LOG_ERROR);
	ck_assert_int_eq(log_level_parse("warning"), LOG_WARNING);
	ck_assert_int_eq(log_level_parse("info"), LOG_INFO);
	ck_assert_int_eq(log_level_parse("debug"), LOG_DEBUG);
}
END_TEST

START_TEST(another_name_is_no_level)
{
	ck_assert_int_eq(log_level_parse(""), -EINVAL);
	ck_assert_int_eq(log_level_parse("Info"), -EINVAL);
	ck_assert_int_eq(log_level_parse("infos"), -EINVAL);
	ck_assert_int_eq(log_level_parse("6"), -EINVAL);
}
END_TEST

START_TEST(what_matters_less_than_the_level_is_not_said)
{
	log_line(LOG_DEBUG, "nothing");
	ck_assert_str_eq(logged(), "");
	log_set_level(LOG_ERROR);
	log_line(LOG_WARNING, "nothing");
	ck_assert_str_eq(logged(), "");
	ck_assert(!log_is_on(LOG_WARNING));
	log_line(LOG_ERROR, "something");
	ck_assert_str_eq(logged(), "<3>something\n");
}
END_TEST

START_TEST(a_line_for_the_journal_begins_with_its_priority)
{
	log_line(LOG_INFO, "started pid=%d", 17);
	ck_assert_str_eq(logged(), "<6>started pid=17\n");
}
END_TEST

START_TEST(a_line_for_people_begins_with_the_time_and_the_level)
{
	const char *line;

	unsetenv("JOURNAL_STREAM");
	log_line(LOG_WARNING, "odd");
	line = logged();
	ck_assert_uint_eq(strlen(line), strlen("2024-01-01T00:00:00.000Z ") +
					    strlen("warning: odd\n"));
	ck_assert_int_eq(line[10], 'T');
	ck_assert_str_eq(line + 23, "Z warning: odd\n");
}
END_TEST

START_TEST(a_long_line_is_cut_and_still_one_line)
{
	const char *line;

	log_line(LOG_INFO, "%01500d", 0);
	line = logged();
	ck_assert_uint_eq(strlen(line), 1024);
	ck_assert_ptr_eq(strchr(line, '\n'), line + 1023);
}
END_TEST

static unsigned
passed(struct log_gate *gate, int64_t now, unsigned times)
{
	unsigned count = 0;

	while (times-- > 0)
		count += log_gate_pass(gate, now);
	return count;
}

START_TEST(ten_lines_a_minute_pass)
{
	struct log_gate gate = { 0 };

	ck_assert_uint_eq(passed(&gate, SECOND, 100), 10);
	ck_assert_uint_eq(gate.dropped, 90);
	ck_assert_uint_eq(passed(&gate, 60 * SECOND, 100), 0);
}
END_TEST

START_TEST(each_minute_begins_anew)
{
	struct log_gate gate = { 0 };

	passed(&gate, SECOND, 100);
	ck_assert_uint_eq(passed(&gate, 61 * SECOND, 100), 10);
	ck_assert_uint_eq(passed(&gate, 200 * SECOND, 5), 5);
	ck_assert_uint_eq(passed(&gate, 259 * SECOND, 100), 5);
	ck_assert_uint_eq(passed(&gate, 260 * SECOND, 100), 10);
}
END_TEST

START_TEST(what_was_dropped_is_counted_until_one_passes)
{
	struct log_gate gate = { 0 };

	passed(&gate, SECOND, 13);
	ck_assert_uint_eq(gate.dropped, 3);
	ck_assert(log_gate_pass(&gate, 61 * SECOND));
	ck_assert_uint_eq(gate.dropped, 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("log");
	TCase *tcase = tcase_create("line");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase, what_matters_less_than_the_level_is_not_said);
	tcase_add_test(tcase, a_line_for_the_journal_begins_with_its_priority);
	tcase_add_test(tcase,
		       a_line_for_people_begins_with_the_time_and_the_level);
	tcase_add_test(tcase, a_long_line_is_cut_and_still_one_line);
	suite_add_tcase(suite, tcase);

	tcase = tcase_create("level and gate");
	tcase_add_test(tcase, a_level_is_found_by_its_name);
	tcase_add_test(tcase, another_name_is_no_level);
	tcase_add_test(tcase, ten_lines_a_minute_pass);
	tcase_add_test(tcase, each_minute_begins_anew);
	tcase_add_test(tcase, what_was_dropped_is_counted_until_one_passes);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
