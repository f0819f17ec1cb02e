/* SPDX-License-Identifier: MIT */
#include "proto/scan.h"

#include "tests/scanning.h"
#include "tests/suite.h"

static struct outcome
show_in_two(const struct bytes *bytes, size_t first, size_t limit)
{
	struct scan scan;
	struct outcome seen;

	scan_init(&scan, limit);
	seen = show(&scan, bytes, first);
	return seen.r == 0 ? show(&scan, bytes, bytes->size) : seen;
}

static struct outcome
show_bytewise(const struct bytes *bytes, size_t limit)
{
	struct scan scan;
	struct outcome seen = { 0, 0 };

	scan_init(&scan, limit);
	for (size_t size = 0; size <= bytes->size && seen.r == 0; size++)
		seen = show(&scan, bytes, size);
	return seen;
}

static void
same(struct outcome seen, struct outcome wanted, const char *text, size_t at)
{
	ck_assert_msg(seen.r == wanted.r && seen.offset == wanted.offset,
		      "%s, split at %zu: %d at %zu instead of %d at %zu", text,
		      at, seen.r, seen.offset, wanted.r, wanted.offset);
}

/* What is told apart by its limit, its depth or its bytes, right or wrong. */
static const struct sample {
	const char *text;
	size_t limit;
} samples[] = {
	{ "94 00 01 a4 'ping' 91 c0", LIMIT_MESSAGE },
	{ "93 02 c4 04 'ping' dc 00 02 82 a1 61 c3 cf 01*8 d6 05 00*4 ca 00*4",
	  LIMIT_MESSAGE },
	{ "91*32 c0", LIMIT_MESSAGE },
	{ "91*33 c0", LIMIT_MESSAGE },
	{ "81*32 c0*33", LIMIT_MESSAGE },
	{ "95 95 95 c0 c1 c0*12", LIMIT_MESSAGE },
	{ "93 a3 61*3 d9 80 61*128 db 00 00 01 00 61*256 c0", LIMIT_MESSAGE },
	{ "92 dd ff ff ff ff c0*9", LIMIT_MESSAGE },
	{ "92 df ff ff ff ff c0*9", LIMIT_MESSAGE },
	{ "92 c6 ff ff ff ff c0*9", LIMIT_MESSAGE },
	{ "92 c9 ff ff ff ff c0*9", LIMIT_MESSAGE },
	{ "92 db ff ff ff ff c0*9", LIMIT_MESSAGE },
	{ "dd 00 00 00 08 c0*8", 12 },
	{ "dd 00 00 00 07 c0*8", 12 },
	{ "dd 00 00 00 07 c0*6 c2", 12 },
	{ "92 92 91 c0 c0 c0", 6 },
	{ "92 92 91 c0 c0 c0", 5 },
	{ "92 92 91 c0 c0 c0", 4 },
	{ "92 92 91 c0 c1 c0", 3 },
	{ "92 91 c0 c0", 3 },
	{ "92 91 c0 c1", 3 },
	{ "92 a2 61 61 dc 00 05", 5 },
	{ "92 a2 61 61 dc 00 05", 6 },
	{ "92 a2 61 61 dc c1 05", 6 },
	{ "92 a2 61 61 dc 00 00", 7 },
	{ "93 c4 05 61*5 c0 c0", 9 },
	{ "93 c4 05 61*5 c0 c0", 10 },
};

enum { SAMPLES = sizeof samples / sizeof samples[0] };

START_TEST(any_split_into_two_gives_the_same)
{
	const struct sample *sample = &samples[_i];
	struct bytes bytes = bytes_of(sample->text);
	struct outcome wanted = show_first(&bytes, bytes.size, sample->limit);

	for (size_t at = 0; at <= bytes.size; at++)
		same(show_in_two(&bytes, at, sample->limit), wanted,
		     sample->text, at);
	bytes_free(&bytes);
}
END_TEST

START_TEST(byte_by_byte_gives_the_same)
{
	const struct sample *sample = &samples[_i];
	struct bytes bytes = bytes_of(sample->text);
	struct outcome wanted = show_first(&bytes, bytes.size, sample->limit);

	same(show_bytewise(&bytes, sample->limit), wanted, sample->text, 0);
	bytes_free(&bytes);
}
END_TEST

START_TEST(a_value_of_any_format_may_be_split_in_its_head_and_before_its_end)
{
	struct bytes bytes = bytes_of(formats[_i]);
	struct outcome wanted = { 1, bytes.size };

	for (size_t at = 0; at <= bytes.size; at++) {
		if (at > 12 && at + 12 < bytes.size)
			at = bytes.size - 12;
		same(show_in_two(&bytes, at, LIMIT_MESSAGE), wanted,
		     formats[_i], at);
	}
	bytes_free(&bytes);
}
END_TEST

/*
 * No clock here: each byte that was looked at is spoilt before the next call,
 * so a scanner that looks twice stumbles over 0xc1. What was looked at once
 * costs once.
 */
static void
dribble(struct bytes *bytes)
{
	struct scan scan;
	size_t spoilt = 0;
	int r = 0;

	scan_init(&scan, LIMIT_MESSAGE);
	for (size_t size = 1; size <= bytes->size; size++) {
		ck_assert_int_eq(r, 0);
		r = scan_more(&scan, bytes->data, size);
		for (; spoilt < size && spoilt < scan.offset; spoilt++)
			bytes->data[spoilt] = 0xc1;
	}
	ck_assert_int_eq(r, 1);
	ck_assert_uint_eq(scan.offset, bytes->size);
	bytes_free(bytes);
}

START_TEST(a_megabyte_of_binary_in_single_bytes_is_looked_at_once)
{
	struct bytes bytes = bytes_of("c6 00 10 00 00 61*1048576");

	dribble(&bytes);
}
END_TEST

START_TEST(a_million_items_in_single_bytes_are_looked_at_once)
{
	struct bytes bytes = bytes_of("dd 00 10 00 00 c0*1048576");

	dribble(&bytes);
}
END_TEST

START_TEST(a_million_keys_and_values_in_single_bytes_are_looked_at_once)
{
	struct bytes bytes = bytes_of("df 00 08 00 00 c0*1048576");

	dribble(&bytes);
}
END_TEST

START_TEST(deep_values_in_single_bytes_are_looked_at_once)
{
	struct bytes bytes = bytes_of("91*30 dd 00 10 00 00 90*1048576");

	dribble(&bytes);
}
END_TEST

START_TEST(a_payload_is_never_looked_at)
{
	struct bytes bytes = bytes_of("c6 00 10 00 00");
	struct scan scan;

	scan_init(&scan, LIMIT_MESSAGE);
	ck_assert_int_eq(scan_more(&scan, bytes.data, bytes.size), 0);
	/* The sizes go on and the block does not: ASan would tell. */
	ck_assert_int_eq(scan_more(&scan, bytes.data, 1 << 20), 0);
	ck_assert_int_eq(scan_more(&scan, bytes.data, 5 + (1 << 20)), 1);
	bytes_free(&bytes);
}
END_TEST

static void
add_split(Suite *suite)
{
	TCase *tcase = tcase_create("split");

	suite_add_tcase(suite, tcase);
	tcase_add_loop_test(tcase, any_split_into_two_gives_the_same, 0,
			    SAMPLES);
	tcase_add_loop_test(tcase, byte_by_byte_gives_the_same, 0, SAMPLES);
	tcase_add_loop_test(
	    tcase,
	    a_value_of_any_format_may_be_split_in_its_head_and_before_its_end,
	    0, FORMATS);
}

static void
add_dribble(Suite *suite)
{
	TCase *tcase = tcase_create("dribble");

	suite_add_tcase(suite, tcase);
	tcase_add_test(tcase,
		       a_megabyte_of_binary_in_single_bytes_is_looked_at_once);
	tcase_add_test(tcase,
		       a_million_items_in_single_bytes_are_looked_at_once);
	tcase_add_test(
	    tcase,
	    a_million_keys_and_values_in_single_bytes_are_looked_at_once);
	tcase_add_test(tcase, deep_values_in_single_bytes_are_looked_at_once);
	tcase_add_test(tcase, a_payload_is_never_looked_at);
}

int
main(void)
{
	Suite *suite = suite_create("proto");

	add_split(suite);
	add_dribble(suite);
	return suite_run(suite);
}
