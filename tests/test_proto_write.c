/* SPDX-License-Identifier: MIT */
#include "proto/frame.h"
#include "proto/value.h"

#include <errno.h>
#include <float.h>
#include <math.h>
#include <msgpack.h>

#include "tests/bytes.h"
#include "tests/suite.h"

/* What was written, as msgpack-c reads it; it must be one value, all of it. */
struct written {
	struct bytes bytes;
	msgpack_unpacked unpacked;
};

static struct written
written(const uint8_t *start, const uint8_t *end)
{
	struct written w = { .bytes =
				 bytes_copy(start, (size_t)(end - start)) };
	const char *data = (const char *)w.bytes.data;
	size_t offset = 0;

	msgpack_unpacked_init(&w.unpacked);
	ck_assert_int_eq(
	    msgpack_unpack_next(&w.unpacked, data, w.bytes.size, &offset),
	    MSGPACK_UNPACK_SUCCESS);
	ck_assert_uint_eq(offset, w.bytes.size);
	return w;
}

static void
drop(struct written *w)
{
	msgpack_unpacked_destroy(&w->unpacked);
	bytes_free(&w->bytes);
}

static void
bytes_equal(const uint8_t *start, const uint8_t *end, const char *text)
{
	struct bytes wanted = bytes_of(text);

	ck_assert_uint_eq((size_t)(end - start), wanted.size);
	ck_assert_mem_eq(start, wanted.data, wanted.size);
	bytes_free(&wanted);
}

static const struct positive {
	uint64_t value;
	const char *text;
} positives[] = {
	{ 0, "00" },
	{ 127, "7f" },
	{ 128, "cc 80" },
	{ UINT8_MAX, "cc ff" },
	{ 256, "cd 01 00" },
	{ UINT16_MAX, "cd ff ff" },
	{ 65536, "ce 00 01 00 00" },
	{ UINT32_MAX, "ce ff*4" },
	{ 1ull << 32, "cf 00*3 01 00*4" },
	{ INT64_MAX, "cf 7f ff*7" },
	{ UINT64_MAX, "cf ff*8" },
};

START_TEST(a_positive_integer_takes_its_shortest_form)
{
	uint8_t room[PUT_MAX];

	bytes_equal(room, put_unsigned(room, positives[_i].value),
		    positives[_i].text);
}
END_TEST

START_TEST(a_positive_integer_is_read_back)
{
	uint8_t room[PUT_MAX];
	struct written w =
	    written(room, put_unsigned(room, positives[_i].value));

	ck_assert_int_eq(w.unpacked.data.type, MSGPACK_OBJECT_POSITIVE_INTEGER);
	ck_assert_uint_eq(w.unpacked.data.via.u64, positives[_i].value);
	drop(&w);
}
END_TEST

static const struct integer {
	int64_t value;
	const char *text;
} integers[] = {
	{ 0, "00" },
	{ INT64_MAX, "cf 7f ff*7" },
	{ -1, "ff" },
	{ -32, "e0" },
	{ -33, "d0 df" },
	{ INT8_MIN, "d0 80" },
	{ INT8_MIN - 1, "d1 ff 7f" },
	{ INT16_MIN, "d1 80 00" },
	{ INT16_MIN - 1, "d2 ff ff 7f ff" },
	{ INT32_MIN, "d2 80 00*3" },
	{ (int64_t)INT32_MIN - 1, "d3 ff*4 7f ff*3" },
	{ INT64_MIN, "d3 80 00*7" },
};

START_TEST(a_signed_integer_takes_its_shortest_form)
{
	uint8_t room[PUT_MAX];

	bytes_equal(room, put_integer(room, integers[_i].value),
		    integers[_i].text);
}
END_TEST

START_TEST(a_signed_integer_is_read_back)
{
	uint8_t room[PUT_MAX];
	struct written w = written(room, put_integer(room, integers[_i].value));

	ck_assert_int_eq(w.unpacked.data.type,
			 integers[_i].value < 0
			     ? MSGPACK_OBJECT_NEGATIVE_INTEGER
			     : MSGPACK_OBJECT_POSITIVE_INTEGER);
	ck_assert_int_eq(w.unpacked.data.via.i64, integers[_i].value);
	drop(&w);
}
END_TEST

static const double floats[] = { 0,	    1,	     -1,       0.1,
				 0x1p-1074, DBL_MAX, INFINITY, -INFINITY };

START_TEST(a_float_is_read_back)
{
	uint8_t room[PUT_MAX];
	struct written w = written(room, put_float(room, floats[_i]));

	ck_assert_int_eq(w.unpacked.data.type, MSGPACK_OBJECT_FLOAT64);
	ck_assert_double_eq(w.unpacked.data.via.f64, floats[_i]);
	drop(&w);
}
END_TEST

START_TEST(nil_and_booleans_are_one_byte)
{
	uint8_t room[3];

	bytes_equal(room, put_boolean(put_boolean(put_nil(room), false), true),
		    "c0 c2 c3");
}
END_TEST

static const struct count {
	uint32_t count;
	const char *array, *map, *string, *binary;
} counts[] = {
	{ 0, "90", "80", "a0", "c4 00" },
	{ 15, "9f", "8f", "af", "c4 0f" },
	{ 16, "dc 00 10", "de 00 10", "b0", "c4 10" },
	{ 31, "dc 00 1f", "de 00 1f", "bf", "c4 1f" },
	{ 32, "dc 00 20", "de 00 20", "d9 20", "c4 20" },
	{ 255, "dc 00 ff", "de 00 ff", "d9 ff", "c4 ff" },
	{ 256, "dc 01 00", "de 01 00", "da 01 00", "c5 01 00" },
	{ 65535, "dc ff ff", "de ff ff", "da ff ff", "c5 ff ff" },
	{ 65536, "dd 00 01 00 00", "df 00 01 00 00", "db 00 01 00 00",
	  "c6 00 01 00 00" },
	{ UINT32_MAX, "dd ff*4", "df ff*4", "db ff*4", "c6 ff*4" },
};

enum { COUNTS = sizeof counts / sizeof counts[0] };

START_TEST(heads_take_their_shortest_form)
{
	const struct count *n = &counts[_i];
	uint8_t room[PUT_MAX];

	bytes_equal(room, put_array(room, n->count), n->array);
	bytes_equal(room, put_map(room, n->count), n->map);
	bytes_equal(room, put_string_head(room, n->count), n->string);
	bytes_equal(room, put_binary_head(room, n->count), n->binary);
}
END_TEST

START_TEST(a_string_is_read_back)
{
	uint32_t size = counts[_i].count;
	struct bytes text = bytes_copy(NULL, 0);
	struct bytes room = bytes_copy(NULL, 0);
	struct written w;

	bytes_add(&text, 'a', size);
	bytes_add(&room, 0, PUT_MAX + size);
	w = written(room.data,
		    put_string(room.data, (const char *)text.data, size));
	ck_assert_int_eq(w.unpacked.data.type, MSGPACK_OBJECT_STR);
	ck_assert_uint_eq(w.unpacked.data.via.str.size, size);
	if (size > 0) /* both may be NULL */
		ck_assert_mem_eq(w.unpacked.data.via.str.ptr, text.data, size);
	drop(&w);
	bytes_free(&room);
	bytes_free(&text);
}
END_TEST

START_TEST(an_empty_string_may_lie_nowhere)
{
	uint8_t room[1];

	bytes_equal(room, put_string(room, NULL, 0), "a0");
}
END_TEST

static const uint32_t msgids[] = { 0,	127,   128,   255,
				   256, 65535, 65536, UINT32_MAX };

enum { MSGIDS = sizeof msgids / sizeof msgids[0] };

START_TEST(a_request_is_read_back)
{
	uint8_t room[FRAME_HEAD_MAX + PUT_MAX + 4 + 1];
	struct written w =
	    written(room, put_nil(put_request(room, msgids[_i], "ping", 1)));
	const msgpack_object *part = w.unpacked.data.via.array.ptr;

	ck_assert_uint_eq(w.unpacked.data.via.array.size, 4);
	ck_assert_uint_eq(part[0].via.u64, FRAME_REQUEST);
	ck_assert_uint_eq(part[1].via.u64, msgids[_i]);
	ck_assert_uint_eq(part[2].via.str.size, 4);
	ck_assert_mem_eq(part[2].via.str.ptr, "ping", 4);
	ck_assert_int_eq(part[3].type, MSGPACK_OBJECT_ARRAY);
	ck_assert_uint_eq(part[3].via.array.size, 1);
	drop(&w);
}
END_TEST

START_TEST(a_response_is_read_back)
{
	uint8_t room[FRAME_HEAD_MAX + 2];
	uint8_t *end = put_response(room, msgids[_i]);
	struct written w = written(room, put_nil(put_boolean(end, true)));
	const msgpack_object *part = w.unpacked.data.via.array.ptr;

	ck_assert_uint_eq(w.unpacked.data.via.array.size, 4);
	ck_assert_uint_eq(part[0].via.u64, FRAME_RESPONSE);
	ck_assert_uint_eq(part[1].via.u64, msgids[_i]);
	ck_assert_int_eq(part[2].type, MSGPACK_OBJECT_BOOLEAN);
	ck_assert_int_eq(part[3].type, MSGPACK_OBJECT_NIL);
	drop(&w);
}
END_TEST

START_TEST(a_success_is_a_response_without_error)
{
	uint8_t room[FRAME_HEAD_MAX + 1];
	struct written w =
	    written(room, put_boolean(put_success(room, msgids[_i]), true));
	const msgpack_object *part = w.unpacked.data.via.array.ptr;

	ck_assert_uint_eq(part[0].via.u64, FRAME_RESPONSE);
	ck_assert_uint_eq(part[1].via.u64, msgids[_i]);
	ck_assert_int_eq(part[2].type, MSGPACK_OBJECT_NIL);
	ck_assert_int_eq(part[3].type, MSGPACK_OBJECT_BOOLEAN);
	drop(&w);
}
END_TEST

START_TEST(the_longest_heads_fit_into_what_the_headers_promise)
{
	uint8_t room[FRAME_HEAD_MAX + PUT_MAX + 1];

	ck_assert_int_le(put_success(room, UINT32_MAX) - room, FRAME_HEAD_MAX);
	ck_assert_int_le(put_request(room, UINT32_MAX, "m", UINT32_MAX) - room,
			 FRAME_HEAD_MAX + PUT_MAX + 1);
}
END_TEST

START_TEST(what_was_written_is_a_frame)
{
	uint8_t room[FRAME_HEAD_MAX + PUT_MAX + 4 + 1];
	uint8_t *end = put_nil(put_request(room, msgids[_i], "ping", 1));
	struct frame_scan fs;
	struct frame frame;

	frame_scan_init(&fs, LIMIT_MESSAGE);
	ck_assert_int_eq(frame_more(&fs, room, (size_t)(end - room), &frame),
			 1);
	ck_assert_int_eq(frame.kind, FRAME_REQUEST);
	ck_assert_uint_eq(frame.msgid, msgids[_i]);
	ck_assert(span_is(frame.method, "ping"));
}
END_TEST

static void
add_values(Suite *suite)
{
	TCase *tcase = tcase_create("values");
	int positive = sizeof positives / sizeof positives[0];
	int integer = sizeof integers / sizeof integers[0];

	suite_add_tcase(suite, tcase);
	tcase_add_loop_test(tcase, a_positive_integer_takes_its_shortest_form,
			    0, positive);
	tcase_add_loop_test(tcase, a_positive_integer_is_read_back, 0,
			    positive);
	tcase_add_loop_test(tcase, a_signed_integer_takes_its_shortest_form, 0,
			    integer);
	tcase_add_loop_test(tcase, a_signed_integer_is_read_back, 0, integer);
	tcase_add_loop_test(tcase, a_float_is_read_back, 0,
			    sizeof floats / sizeof floats[0]);
	tcase_add_test(tcase, nil_and_booleans_are_one_byte);
	tcase_add_loop_test(tcase, heads_take_their_shortest_form, 0, COUNTS);
	/* The last would be a string of four gigabytes. */
	tcase_add_loop_test(tcase, a_string_is_read_back, 0, COUNTS - 1);
	tcase_add_test(tcase, an_empty_string_may_lie_nowhere);
}

static void
add_frames(Suite *suite)
{
	TCase *tcase = tcase_create("frames");

	suite_add_tcase(suite, tcase);
	tcase_add_loop_test(tcase, a_request_is_read_back, 0, MSGIDS);
	tcase_add_loop_test(tcase, a_response_is_read_back, 0, MSGIDS);
	tcase_add_loop_test(tcase, a_success_is_a_response_without_error, 0,
			    MSGIDS);
	tcase_add_test(tcase,
		       the_longest_heads_fit_into_what_the_headers_promise);
	tcase_add_loop_test(tcase, what_was_written_is_a_frame, 0, MSGIDS);
}

int
main(void)
{
	Suite *suite = suite_create("proto");

	add_values(suite);
	add_frames(suite);
	return suite_run(suite);
}
