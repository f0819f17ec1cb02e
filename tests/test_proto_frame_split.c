/* SPDX-License-Identifier: MIT */
#include "proto/frame.h"

#include "tests/seen.h"
#include "tests/suite.h"

/* Right and wrong ones, some of them wrong twice: the first fault counts. */
static const struct sample {
	const char *text;
	size_t limit;
} samples[] = {
	{ "94 00 05 a4 'ping' 91 c0", LIMIT_MESSAGE },
	{ "94 00 05 a4 'ping' 91 c0", 10 },
	{ "94 00 05 a4 'ping' 91 c0", 9 },
	{ "dd 00*3 04 cf 00*8 ce ff*4 c6 00*3 04 'ping' dd 00*3 02 c0 a2 61*2",
	  LIMIT_MESSAGE },
	{ "93 02 a4 'ping' 92 c0 81 c0 d8 01*17", LIMIT_MESSAGE },
	{ "94 01 cd 01 00 c0 93 c0 ca 00*4 db 00*3 02 61*2", LIMIT_MESSAGE },
	{ "94 00 05 a4 'ping' 91 c0 93 02 a4 'ping' 90", LIMIT_MESSAGE },
	{ "94 00 05 a4 'ping' 90 c1", LIMIT_MESSAGE },
	{ "94 00 05 a4 'ping' 92 c1", LIMIT_MESSAGE },
	{ "94 00 05 a4 'ping' 92 c0 91*40", LIMIT_MESSAGE },
	{ "94 00 05 a4 'ping' dd ff*4", LIMIT_MESSAGE },
	{ "94 00 05 a4 'ping' 92 c6 ff*4", LIMIT_MESSAGE },
	{ "94 00 05 a4 'ping' c0 c1", LIMIT_MESSAGE },
	{ "94 00 05 c0 c1", LIMIT_MESSAGE },
	{ "94 00 c1 c0", LIMIT_MESSAGE },
	{ "94 c1 c0", LIMIT_MESSAGE },
	{ "c1", LIMIT_MESSAGE },
	{ "94 00 05 dd ff*4 c0", LIMIT_MESSAGE },
	{ "94 00 05 db ff*4 c0", LIMIT_MESSAGE },
	{ "94 00 05 c7 ff c0", LIMIT_MESSAGE },
	{ "db ff*4", LIMIT_MESSAGE },
	{ "df ff*4", LIMIT_MESSAGE },
	{ "dd ff*4", LIMIT_MESSAGE },
	{ "dd 00*3 05 c1", LIMIT_MESSAGE },
	{ "dd 00*3 04 07 c1", 6 },
	{ "dd 00*3 04 07 c1", 5 },
	{ "dc 00 05 c1", 4 },
	{ "dc 00 05 c1", 2 },
	{ "94 07 c1", 3 },
	{ "94 00 cf ff*8 c0 c0", 6 },
	{ "94 00 cf ff*8 c0 c0", 12 },
	{ "94 00 cf ff*8 c0 c0", 13 },
	{ "94 00 05 d9 20 61*32 c0", 10 },
	{ "94 00 05 d9 20 61*32 c0", 38 },
	{ "94 00 05 d9 20 61*32 c0", 37 },
	{ "94 00 05 db 00 c1 00 00", 7 },
	{ "'GET / HTTP/1.1' 0d 0a 0d 0a", LIMIT_MESSAGE },
	{ "16 03 01 02 00 01 00 01 fc 03 03 a5*32", LIMIT_MESSAGE },
};

enum { SAMPLES = sizeof samples / sizeof samples[0] };

static void
same(struct seen seen, struct seen wanted, const char *text, size_t at)
{
	ck_assert_msg(seen_equals(&seen, &wanted),
		      "%s, split at %zu: %d instead of %d", text, at, seen.r,
		      wanted.r);
}

START_TEST(any_split_into_two_gives_the_same)
{
	size_t limit = samples[_i].limit;
	struct bytes bytes = bytes_of(samples[_i].text);
	struct seen wanted = seen_at_once(bytes.data, bytes.size, limit);

	for (size_t at = 0; at <= bytes.size; at++)
		same(seen_in_two(bytes.data, bytes.size, at, limit), wanted,
		     samples[_i].text, at);
	bytes_free(&bytes);
}
END_TEST

START_TEST(byte_by_byte_gives_the_same)
{
	size_t limit = samples[_i].limit;
	struct bytes bytes = bytes_of(samples[_i].text);

	same(seen_bytewise(bytes.data, bytes.size, limit),
	     seen_at_once(bytes.data, bytes.size, limit), samples[_i].text, 0);
	bytes_free(&bytes);
}
END_TEST

START_TEST(a_second_frame_begins_where_the_first_ends)
{
	struct bytes bytes = bytes_of("94 00 05 a1 61 90 93 02 a1 62 91 c0");
	struct seen first = seen_at_once(bytes.data, bytes.size, LIMIT_MESSAGE);
	struct seen second =
	    seen_at_once(bytes.data + first.offset, bytes.size - first.offset,
			 LIMIT_MESSAGE);

	ck_assert_int_eq(first.r, 1);
	ck_assert_uint_eq(first.offset, 6);
	ck_assert_uint_eq(first.params.size, 0);
	ck_assert_int_eq(second.r, 1);
	ck_assert_int_eq(second.kind, FRAME_NOTIFICATION);
	ck_assert_uint_eq(second.offset, 6);
	bytes_free(&bytes);
}
END_TEST

START_TEST(a_frame_is_whole_before_the_next_one_is_wrong)
{
	struct bytes bytes = bytes_of("94 00 05 a1 61 90 c1");

	ck_assert_int_eq(seen_at_once(bytes.data, bytes.size, LIMIT_MESSAGE).r,
			 1);
	bytes_free(&bytes);
}
END_TEST

/*
 * Once a frame's shape is known, only new bytes are looked at: those before
 * are spoilt until the last one is there.
 */
static void
dribble(const char *text, size_t shape)
{
	struct bytes bytes = bytes_of(text);
	struct bytes spoilt = bytes_copy(bytes.data, bytes.size);
	struct frame_scan fs;
	struct frame frame;
	size_t n = 0;

	frame_scan_init(&fs, LIMIT_MESSAGE);
	for (size_t size = 1; size < bytes.size; size++) {
		ck_assert_int_eq(frame_more(&fs, spoilt.data, size, &frame), 0);
		while (size >= shape && n < size)
			spoilt.data[n++] = 0xc1;
	}
	ck_assert_int_eq(frame_more(&fs, bytes.data, bytes.size, &frame), 1);
	bytes_free(&spoilt);
	bytes_free(&bytes);
}

START_TEST(a_million_parameters_in_single_bytes_are_looked_at_once)
{
	dribble("94 00 05 a1 61 dd 00 10 00 00 c0*1048576", 10);
}
END_TEST

START_TEST(a_million_results_in_single_bytes_are_looked_at_once)
{
	dribble("94 01 05 c0 dd 00 10 00 00 c0*1048576", 9);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("proto");
	TCase *split = tcase_create("split");
	TCase *two = tcase_create("two frames");
	TCase *slow = tcase_create("dribble");

	suite_add_tcase(suite, split);
	tcase_add_loop_test(split, any_split_into_two_gives_the_same, 0,
			    SAMPLES);
	tcase_add_loop_test(split, byte_by_byte_gives_the_same, 0, SAMPLES);
	suite_add_tcase(suite, two);
	tcase_add_test(two, a_second_frame_begins_where_the_first_ends);
	tcase_add_test(two, a_frame_is_whole_before_the_next_one_is_wrong);
	suite_add_tcase(suite, slow);
	tcase_add_test(slow,
		       a_million_parameters_in_single_bytes_are_looked_at_once);
	tcase_add_test(slow,
		       a_million_results_in_single_bytes_are_looked_at_once);
	return suite_run(suite);
}
