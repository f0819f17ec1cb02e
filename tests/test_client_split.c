/* SPDX-License-Identifier: MIT */
#include "client/value/split.h"

#include "suite.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) ((int)(sizeof(array) / sizeof((array)[0])))

/* What is read, and the messages in it, each closed by a bar. */
static const struct cut {
	enum split_by by;
	const char *delimiter;
	const char *input;
	const char *messages;
} cuts[] = {
	{ SPLIT_WHOLE, NULL, "", "|" },
	{ SPLIT_WHOLE, NULL, "a\nb\n", "a\nb\n|" },
	{ SPLIT_DELIMITER, "\n", "", "" },
	{ SPLIT_DELIMITER, "\n", "\n", "|" },
	{ SPLIT_DELIMITER, "\n", "a", "a|" },
	{ SPLIT_DELIMITER, "\n", "a\n", "a|" },
	{ SPLIT_DELIMITER, "\n", "a\n\nb", "a||b|" },
	{ SPLIT_DELIMITER, "--", "a--b-c---d--", "a|b-c|-d|" },
	{ SPLIT_DELIMITER, "aab", "aaabaab", "a||" },
	{ SPLIT_JSON, NULL, "", "" },
	{ SPLIT_JSON, NULL, " \n\t", "" },
	{ SPLIT_JSON, NULL, "1 2\n3", "1|2|3|" },
	{ SPLIT_JSON, NULL, "{\"a\":[1, 2]}[]{}", "{\"a\":[1, 2]}|[]|{}|" },
	{ SPLIT_JSON, NULL, "\"a b\\\"}\\\\\"null", "\"a b\\\"}\\\\\"|null|" },
	{ SPLIT_JSON, NULL, "\"]\" [\"[\"]", "\"]\"|[\"[\"]|" },
	{ SPLIT_JSON, NULL, "true[1]12\"x\"", "true|[1]|12|\"x\"|" },
	{ SPLIT_JSON, NULL, "[1,", "[1,|" },
	{ SPLIT_JSON, NULL, "] 1", "]|1|" },
};

/* Feed it so many bytes at a time, and note down what comes. */
static void
note_messages(struct split *split, const char *input, size_t step, char *noted)
{
	size_t left = strlen(input);
	const char *data;
	size_t size, room;
	int r;

	for (;;) {
		while ((r = split_take(split, &data, &size)) == 1) {
			memcpy(noted, data, size);
			noted += size;
			*noted++ = '|';
		}
		ck_assert_int_eq(r, 0);
		if (split->is_ended)
			break;
		char *at = split_room(split, &room);

		ck_assert_ptr_nonnull(at);
		room = room < step ? room : step;
		room = room < left ? room : left;
		memcpy(at, input, room);
		input += room;
		left -= room;
		split_fill(split, room);
	}
	*noted = '\0';
}

START_TEST(a_stream_is_cut_alike_however_it_comes)
{
	const struct cut *cut = &cuts[_i];

	for (size_t step = 1; step < 12; step++) {
		struct split split;
		char noted[100];

		split_init(&split, cut->by, cut->delimiter,
			   cut->delimiter != NULL ? strlen(cut->delimiter) : 0,
			   1000);
		note_messages(&split, cut->input, step, noted);
		ck_assert_str_eq(noted, cut->messages);
		split_fini(&split);
	}
}
END_TEST

START_TEST(a_nul_can_be_the_delimiter)
{
	struct split split;
	const char *data;
	size_t size, room;

	split_init(&split, SPLIT_DELIMITER, "", 1, 1000);
	memcpy(split_room(&split, &room), "a\0b", 3);
	split_fill(&split, 3);
	ck_assert_int_eq(split_take(&split, &data, &size), 1);
	ck_assert_uint_eq(size, 1);
	ck_assert_int_eq(split_take(&split, &data, &size), 0);
	split_fill(&split, 0);
	ck_assert_int_eq(split_take(&split, &data, &size), 1);
	ck_assert_mem_eq(data, "b", 1);
	split_fini(&split);
}
END_TEST

/* Messages of `size` bytes, without end: how much memory that takes. */
static size_t
swallow(struct split *split, size_t size, int rounds)
{
	size_t most = 0;

	for (size_t written = 0; rounds > 0; rounds--) {
		const char *data;
		size_t room, taken;
		char *at = split_room(split, &room);

		for (size_t i = 0; i < room; i++, written++)
			at[i] = written % (size + 1) == size ? '\n' : 'x';
		split_fill(split, room);
		while (split_take(split, &data, &taken) == 1)
			ck_assert_uint_eq(taken, size);
		most = split->room > most ? split->room : most;
	}
	return most;
}

START_TEST(memory_follows_the_message_not_the_stream)
{
	struct split split;

	split_init(&split, SPLIT_DELIMITER, "\n", 1, 1 << 20);
	ck_assert_uint_le(swallow(&split, 10, 20), 65536);
	split_fini(&split);
	split_init(&split, SPLIT_DELIMITER, "\n", 1, 1 << 20);
	ck_assert_uint_le(swallow(&split, 200000, 100), 4 * 200000);
	split_fini(&split);
}
END_TEST

START_TEST(what_is_longer_than_the_limit_is_refused_in_time)
{
	for (int by = SPLIT_WHOLE; by <= SPLIT_JSON; by++) {
		struct split split;
		const char *data;
		size_t size, room;
		int r = 0;

		split_init(&split, by, "\n", 1, 100000);
		for (int round = 0; r == 0 && round < 10; round++) {
			char *at = split_room(&split, &room);

			memset(at, '[', room);
			split_fill(&split, room);
			r = split_take(&split, &data, &size);
		}
		ck_assert_int_eq(r, -EMSGSIZE);
		ck_assert_uint_le(split.room, 1 << 18);
		split_fini(&split);
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("client split");
	TCase *cutting = suite_case(suite, "cutting", NULL, NULL);

	tcase_add_loop_test(cutting, a_stream_is_cut_alike_however_it_comes, 0,
			    COUNT(cuts));
	tcase_add_test(cutting, a_nul_can_be_the_delimiter);
	tcase_add_test(cutting, memory_follows_the_message_not_the_stream);
	tcase_add_test(cutting,
		       what_is_longer_than_the_limit_is_refused_in_time);
	return suite_run(suite);
}
