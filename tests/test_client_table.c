/* SPDX-License-Identifier: MIT */
#include "client/base/clock.h"
#include "client/base/text.h"
#include "client/show/table.h"
#include "client/show/top.h"

#include "suite.h"

#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) ((int)(sizeof(array) / sizeof((array)[0])))

/* As chanctl does first of all. */
static void
speak_utf8(void)
{
	ck_assert_ptr_nonnull(setlocale(LC_CTYPE, "C.UTF-8"));
}

/* ---- text ---- */

static const struct width {
	const char *text;
	size_t width;
} text_widths[] = {
	{ "", 0 },	 { "jobs", 4 },	     { "größe", 5 },
	{ "日本語", 6 }, { "e\xcc\x81", 1 }, /* an e, and an accent over it */
	{ "a\xff", 2 },	 { "😀", 2 },
};

START_TEST(text_takes_columns_not_bytes)
{
	ck_assert_uint_eq(text_width(text_widths[_i].text),
			  text_widths[_i].width);
}
END_TEST

START_TEST(what_fits_is_whole_characters)
{
	size_t taken;

	ck_assert_uint_eq(text_fit("日本語", 5, &taken), 6);
	ck_assert_uint_eq(taken, 4);
	ck_assert_uint_eq(text_fit("日本語", 1, &taken), 0);
	ck_assert_uint_eq(text_fit("ab", 5, &taken), 2);
}
END_TEST

static const struct span {
	double seconds;
	const char *text;
} spans[] = {
	{ 0, "0.0s" },
	{ -3, "0.0s" },
	{ 0.04, "0.0s" },
	{ 9.94, "9.9s" },
	{ 10, "10s" },
	{ 59.9, "59s" },
	{ 60, "1m00s" },
	{ 184, "3m04s" },
	{ 3600, "1h00m" },
	{ 86399, "23h59m" },
	{ 86400, "1d00h" },
	{ 8e5, "9d06h" },
	{ 1e300, "11574074074d01h" },
};

START_TEST(times_are_written_for_people)
{
	char *text = text_span(spans[_i].seconds);

	ck_assert_str_eq(text, spans[_i].text);
	free(text);
}
END_TEST

/* ---- tables ---- */

static const struct table_column columns[] = {
	{ "NAME", false, true },
	{ "N", true, false },
	{ "STATE", false, false },
};

/* A table of names with a number and a state, to free(). */
static char *
drawn(const char *const *names, int count, size_t width)
{
	struct table *table = table_new(columns, 3);
	char *text;
	size_t size;
	FILE *to = open_memstream(&text, &size);

	for (int i = 0; i < count; i++) {
		ck_assert_int_eq(
		    table_add(table, text_escaped(names[i], strlen(names[i]))),
		    0);
		ck_assert_int_eq(table_add(table, strdup("7")), 0);
		ck_assert_int_eq(table_add(table, strdup("open")), 0);
	}
	ck_assert_uint_eq(table_lines(table), (size_t)count);
	table_write(to, table, width);
	fclose(to);
	table_free(table);
	return text;
}

static void
check_table(const char *const *names, int count, size_t width,
	    const char *wanted)
{
	char *text = drawn(names, count, width);

	ck_assert_str_eq(text, wanted);
	free(text);
}

START_TEST(columns_are_as_wide_as_what_stands_in_them)
{
	static const char *const names[] = { "jobs", "a long one" };

	check_table(names, 2, 0,
		    "NAME        N  STATE\n"
		    "jobs        7  open\n"
		    "a long one  7  open\n");
}
END_TEST

START_TEST(wide_characters_do_not_bend_a_column)
{
	static const char *const names[] = { "日本語", "jobs" };

	check_table(names, 2, 0,
		    "NAME    N  STATE\n"
		    "日本語  7  open\n"
		    "jobs    7  open\n");
}
END_TEST

START_TEST(control_characters_are_only_shown)
{
	static const char *const names[] = { "\033[2J", "a\nb" };

	check_table(names, 2, 0,
		    "NAME     N  STATE\n"
		    "\\x1b[2J  7  open\n"
		    "a\\nb     7  open\n");
}
END_TEST

START_TEST(a_narrow_line_cuts_the_long_names)
{
	static const char *const names[] = { "a-name-that-is-long", "b" };

	check_table(names, 2, 20,
		    "NAME        N  STATE\n"
		    "a-name-th…  7  open\n"
		    "b           7  open\n");
}
END_TEST

START_TEST(a_wide_character_is_not_cut_in_two)
{
	static const char *const names[] = { "日本語日本語日本語" };

	check_table(names, 1, 20,
		    "NAME        N  STATE\n"
		    "日本語日…   7  open\n");
}
END_TEST

START_TEST(no_name_is_cut_to_nothing)
{
	static const char *const names[] = { "a-name-that-is-long" };

	check_table(names, 1, 1,
		    "NAME      N  STATE\n"
		    "a-name-…  7  open\n");
}
END_TEST

START_TEST(a_cell_that_could_not_be_made_is_an_error)
{
	struct table *table = table_new(columns, 3);

	ck_assert_int_eq(table_add(table, NULL), -ENOMEM);
	table_free(table);
}
END_TEST

/* ---- top ---- */

static void
unpack(msgpack_unpacked *unpacked, msgpack_sbuffer *buffer)
{
	msgpack_unpacked_init(unpacked);
	ck_assert_int_eq(msgpack_unpack_next(unpacked, buffer->data,
					     buffer->size, &(size_t){ 0 }),
			 MSGPACK_UNPACK_SUCCESS);
}

static void
pack_text(msgpack_packer *packer, const char *text)
{
	msgpack_pack_str(packer, strlen(text));
	msgpack_pack_str_body(packer, text, strlen(text));
}

static void
pack_number(msgpack_packer *packer, const char *key, int64_t number)
{
	pack_text(packer, key);
	msgpack_pack_int64(packer, number);
}

struct seen {
	const char *name;
	int64_t balance, values;
	double oldest;
};

static void
pack_channel(msgpack_packer *packer, const struct seen *seen)
{
	msgpack_pack_map(packer, 4);
	pack_text(packer, "name");
	pack_text(packer, seen->name);
	pack_number(packer, "balance", seen->balance);
	pack_number(packer, "values", seen->values);
	pack_text(packer, "oldest_wait");
	if (seen->oldest < 0)
		msgpack_pack_nil(packer);
	else
		msgpack_pack_double(packer, seen->oldest);
}

/* Let it see so many channels, all in one answer. */
static int
look(struct top *top, const struct seen *seen, int count, int64_t handoffs,
     int64_t now)
{
	struct tally unwatched = { 0 };
	msgpack_sbuffer buffer;
	msgpack_packer packer;
	msgpack_unpacked unpacked;
	const msgpack_object *all;
	int r;

	msgpack_sbuffer_init(&buffer);
	msgpack_packer_init(&packer, &buffer, msgpack_sbuffer_write);
	msgpack_pack_array(&packer, 3);
	msgpack_pack_map(&packer, 1);
	pack_text(&packer, "version");
	pack_text(&packer, "0");
	msgpack_pack_map(&packer, 1);
	pack_number(&packer, "handoffs", handoffs);
	msgpack_pack_array(&packer, (size_t)count);
	for (int i = 0; i < count; i++)
		pack_channel(&packer, &seen[i]);
	unpack(&unpacked, &buffer);
	all = unpacked.data.via.array.ptr;
	r = top_take(top, &all[0], &all[1], &all[2], &unwatched, now);
	msgpack_unpacked_destroy(&unpacked);
	msgpack_sbuffer_destroy(&buffer);
	return r;
}

static void
check_first(const struct top *top, enum top_sort sort, const char *name)
{
	char *text;
	size_t size;
	FILE *to = open_memstream(&text, &size);
	const char *line;

	ck_assert_int_eq(top_write_channels(to, top, sort, 80), 0);
	fclose(to);
	line = strchr(text, '\n') + 1;
	ck_assert_msg(strncmp(line, name, strlen(name)) == 0, "%s", text);
	for (line = text; *line != '\0'; line = strchr(line, '\n') + 1) {
		char *copy = strndup(line, strcspn(line, "\n"));

		ck_assert_uint_le(text_width(copy), 80);
		free(copy);
	}
	free(text);
}

static const struct seen before[] = {
	{ "a", 1, 0, 2 },
	{ "b", -5, 0, 1 },
	{ "c", 3, 3, 9 },
};

START_TEST(rates_are_what_changed_in_a_second)
{
	struct top top = { .url = "u" };

	ck_assert_int_eq(look(&top, before, 3, 1000, 5 * CLOCK_SECOND), 0);
	ck_assert_double_eq(top.counts.handoff_rate, 0);
	ck_assert_int_eq(look(&top, before, 3, 1050, 7 * CLOCK_SECOND), 0);
	ck_assert_double_eq(top.counts.handoff_rate, 25);
	ck_assert_int_eq(look(&top, before, 3, 10, 8 * CLOCK_SECOND), 0);
	ck_assert_double_eq(top.counts.handoff_rate, 0); /* another daemon */
	top_fini(&top);
}
END_TEST

START_TEST(values_without_senders_are_not_senders)
{
	struct top top = { .url = "u" };

	ck_assert_int_eq(look(&top, before, 3, 0, 1), 0);
	ck_assert_int_eq(top.channels[0].senders, 1);
	ck_assert_int_eq(top.channels[1].receivers, 5);
	ck_assert_int_eq(top.channels[2].senders, 0);
	ck_assert_int_eq(top.channels[2].values, 3);
	top_fini(&top);
}
END_TEST

START_TEST(the_first_line_is_the_most_of_what_is_sorted_by)
{
	struct top top = { .url = "u" };

	ck_assert_int_eq(look(&top, before, 3, 0, 1), 0);
	top.channels[0].rate = 7;
	check_first(&top, TOP_BY_RATE, "a ");
	check_first(&top, TOP_BY_WAITING, "b ");
	check_first(&top, TOP_BY_OLDEST, "c ");
	check_first(&top, TOP_BY_NAME, "a ");
	top_fini(&top);
}
END_TEST

START_TEST(large_numbers_and_long_names_stay_within_80_columns)
{
	static const struct seen large[] = {
		{ "日本語日本語日本語日本語日本語日本語日本語日本語日本語",
		  65000, 0, 8e5 },
	};
	struct top top = { .url = "u" };

	ck_assert_int_eq(look(&top, large, 1, 0, 1), 0);
	check_first(&top, TOP_BY_RATE, "日");
	top_fini(&top);
}
END_TEST

START_TEST(what_is_no_answer_changes_nothing)
{
	struct top top = { .url = "u" };
	msgpack_object nil = { .type = MSGPACK_OBJECT_NIL };

	ck_assert_int_eq(look(&top, before, 3, 0, 1), 0);
	ck_assert_int_eq(top_take(&top, &nil, &nil, &nil, NULL, 2), -EPROTO);
	ck_assert_uint_eq(top.count, 3);
	ck_assert_int_eq(top.taken, 1);
	top_fini(&top);
}
END_TEST

static void
add_tops(Suite *suite)
{
	TCase *tcase = suite_case(suite, "top", speak_utf8, NULL);

	tcase_add_test(tcase, rates_are_what_changed_in_a_second);
	tcase_add_test(tcase, values_without_senders_are_not_senders);
	tcase_add_test(tcase, the_first_line_is_the_most_of_what_is_sorted_by);
	tcase_add_test(tcase,
		       large_numbers_and_long_names_stay_within_80_columns);
	tcase_add_test(tcase, what_is_no_answer_changes_nothing);
}

int
main(void)
{
	Suite *suite = suite_create("client table");
	TCase *texts = suite_case(suite, "text", speak_utf8, NULL);
	TCase *tables = suite_case(suite, "table", speak_utf8, NULL);

	tcase_add_loop_test(texts, text_takes_columns_not_bytes, 0,
			    COUNT(text_widths));
	tcase_add_test(texts, what_fits_is_whole_characters);
	tcase_add_loop_test(texts, times_are_written_for_people, 0,
			    COUNT(spans));
	tcase_add_test(tables, columns_are_as_wide_as_what_stands_in_them);
	tcase_add_test(tables, wide_characters_do_not_bend_a_column);
	tcase_add_test(tables, control_characters_are_only_shown);
	tcase_add_test(tables, a_narrow_line_cuts_the_long_names);
	tcase_add_test(tables, a_wide_character_is_not_cut_in_two);
	tcase_add_test(tables, no_name_is_cut_to_nothing);
	tcase_add_test(tables, a_cell_that_could_not_be_made_is_an_error);
	add_tops(suite);
	return suite_run(suite);
}
