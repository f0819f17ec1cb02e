/* SPDX-License-Identifier: MIT */
#include "base/log.h"

#include "suite.h"

#include <ctype.h>
#include <string.h>

#include <time.h>

#define SECOND INT64_C(1000000000)

static time_t now_s = 1000;

int __wrap_clock_gettime(clockid_t clock, struct timespec *now);

int
__wrap_clock_gettime(clockid_t clock, struct timespec *now)
{
	(void)clock;
	*now = (struct timespec){ .tv_sec = now_s };
	return 0;
}

/* What the sink was told last, and how often. */
static struct {
	unsigned lines;
	const struct log_row *row;
	struct log_field fields[LOG_FIELDS];
	size_t count;
} told;

static void
listen(const struct log_row *row, const struct log_field *fields, size_t count)
{
	told.lines++;
	told.row = row;
	told.count = count;
	memcpy(told.fields, fields, count * sizeof *fields);
}

static void
set_up(void)
{
	memset(&told, 0, sizeof told);
	log_set_sink(listen);
	log_set_level(LOG_INFO);
}

static void
tear_down(void)
{
	log_set_sink(NULL);
}

START_TEST(an_event_is_told_with_its_fields)
{
	log_event(EVENT_listening, LOG_TEXT("url", "u"), LOG_NUMBER("fd", -3));
	ck_assert_uint_eq(told.lines, 1);
	ck_assert_ptr_eq(told.row, &log_rows[EVENT_listening]);
	ck_assert_uint_eq(told.count, 2);
	ck_assert_str_eq(told.fields[0].key, "url");
	ck_assert_str_eq(told.fields[0].text, "u");
	ck_assert_uint_eq(told.fields[0].size, 1);
	ck_assert_ptr_null(told.fields[1].text);
	ck_assert_int_eq(told.fields[1].number, -3);
}
END_TEST

START_TEST(an_event_may_have_no_fields)
{
	log_event(EVENT_stopped);
	ck_assert_uint_eq(told.lines, 1);
	ck_assert_uint_eq(told.count, 0);
}
END_TEST

START_TEST(what_matters_less_than_the_level_is_not_said)
{
	log_event(EVENT_connected);
	ck_assert_uint_eq(told.lines, 0);
	log_set_level(LOG_ERROR);
	log_event(EVENT_listening);
	ck_assert_uint_eq(told.lines, 0);
	ck_assert(!log_is_on(LOG_WARNING));
	log_event(EVENT_cannot_listen);
	ck_assert_uint_eq(told.lines, 1);
}
END_TEST

START_TEST(without_a_sink_nothing_is_said)
{
	log_set_sink(NULL);
	log_event(EVENT_stopped);
	ck_assert_uint_eq(told.lines, 0);
}
END_TEST

START_TEST(what_peers_bring_about_is_bounded)
{
	for (int i = 0; i < 1000; i++)
		log_event(EVENT_malformed, LOG_TEXT("peer", "p"));
	ck_assert_uint_eq(told.lines, 10);
	log_event(EVENT_refused);
	ck_assert_uint_eq(told.lines, 11);
	for (int i = 0; i < 1000; i++)
		log_event(EVENT_listening);
	ck_assert_uint_eq(told.lines, 1011);
}
END_TEST

START_TEST(the_next_line_tells_how_many_were_dropped)
{
	for (int i = 0; i < 13; i++)
		log_event(EVENT_malformed, LOG_TEXT("peer", "p"));
	now_s += 60;
	log_event(EVENT_malformed, LOG_TEXT("peer", "p"));
	ck_assert_uint_eq(told.lines, 11);
	ck_assert_uint_eq(told.count, 2);
	ck_assert_str_eq(told.fields[0].key, "dropped");
	ck_assert_int_eq(told.fields[0].number, 3);
	log_event(EVENT_malformed, LOG_TEXT("peer", "p"));
	ck_assert_uint_eq(told.count, 1);
}
END_TEST

/* And what peers bring about at their leisure is bounded. */
START_TEST(every_event_has_an_id_of_its_own)
{
	for (int i = 0; i < LOG_EVENTS; i++) {
		ck_assert_uint_eq(strlen(log_rows[i].id), 32);
		for (int k = 0; k < 32; k++)
			ck_assert(isxdigit((unsigned char)log_rows[i].id[k]) &&
				  !isupper((unsigned char)log_rows[i].id[k]));
		for (int k = 0; k < i; k++)
			ck_assert_str_ne(log_rows[i].id, log_rows[k].id);
		ck_assert(log_rows[i].level != LOG_DEBUG ||
			  log_rows[i].most > 0);
	}
}
END_TEST

START_TEST(levels_have_names)
{
	ck_assert_str_eq(log_level_name(LOG_ERROR), "error");
	ck_assert_str_eq(log_level_name(LOG_WARNING), "warning");
	ck_assert_str_eq(log_level_name(LOG_INFO), "info");
	ck_assert_str_eq(log_level_name(LOG_DEBUG), "debug");
}
END_TEST

static unsigned
passed(struct log_gate *gate, int64_t now, unsigned times)
{
	unsigned count = 0;

	while (times-- > 0)
		count += log_gate_pass(gate, 10, now);
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
	ck_assert(log_gate_pass(&gate, 10, 61 * SECOND));
	ck_assert_uint_eq(gate.dropped, 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("log");
	TCase *tcase = suite_case(suite, "event", set_up, tear_down);

	tcase_add_test(tcase, an_event_is_told_with_its_fields);
	tcase_add_test(tcase, an_event_may_have_no_fields);
	tcase_add_test(tcase, what_matters_less_than_the_level_is_not_said);
	tcase_add_test(tcase, without_a_sink_nothing_is_said);
	tcase_add_test(tcase, what_peers_bring_about_is_bounded);
	tcase_add_test(tcase, the_next_line_tells_how_many_were_dropped);
	tcase_add_test(tcase, every_event_has_an_id_of_its_own);
	tcase_add_test(tcase, levels_have_names);

	tcase = suite_case(suite, "gate", NULL, NULL);
	tcase_add_test(tcase, ten_lines_a_minute_pass);
	tcase_add_test(tcase, each_minute_begins_anew);
	tcase_add_test(tcase, what_was_dropped_is_counted_until_one_passes);
	return suite_run(suite);
}
