/* SPDX-License-Identifier: MIT */
#include "proto/frame.h"

#include <errno.h>

#include "tests/bytes.h"
#include "tests/suite.h"

/* A frame and the bytes that it points into. */
struct sight {
	struct bytes bytes;
	struct frame frame;
	size_t size; /* of the frame */
	int r;
};

static struct sight
look_within(const char *text, size_t limit)
{
	struct sight sight = { .bytes = bytes_of(text) };
	struct frame_scan fs;

	frame_scan_init(&fs, limit);
	sight.r =
	    frame_more(&fs, sight.bytes.data, sight.bytes.size, &sight.frame);
	sight.size = fs.scan.offset;
	return sight;
}

static struct sight
look(const char *text)
{
	return look_within(text, LIMIT_MESSAGE);
}

static void
forget(struct sight *sight)
{
	bytes_free(&sight->bytes);
}

static void
span_equals(struct span span, const char *text)
{
	struct bytes wanted = bytes_of(text);

	ck_assert_uint_eq(span.size, wanted.size);
	ck_assert_mem_eq(span.data, wanted.data, wanted.size);
	bytes_free(&wanted);
}

static void
is_ping(struct sight *sight, enum frame_kind kind)
{
	ck_assert_int_eq(sight->r, 1);
	ck_assert_uint_eq(sight->size, sight->bytes.size);
	ck_assert_int_eq(sight->frame.kind, kind);
	ck_assert(span_is(sight->frame.method, "ping"));
	ck_assert_uint_eq(sight->frame.param_count, 1);
	span_equals(sight->frame.params, "c0");
}

static const char *const requests[] = {
	"94 00 05 a4 'ping' 91 c0",
	"dc 00 04 00 05 a4 'ping' 91 c0",
	"dd 00 00 00 04 00 05 a4 'ping' 91 c0",
	"94 cc 00 05 a4 'ping' 91 c0",
	"94 cf 00*8 05 a4 'ping' 91 c0",
	"94 d0 00 05 a4 'ping' 91 c0",
	"94 d3 00*8 05 a4 'ping' 91 c0",
	"94 00 cc 05 a4 'ping' 91 c0",
	"94 00 cd 00 05 a4 'ping' 91 c0",
	"94 00 ce 00*3 05 a4 'ping' 91 c0",
	"94 00 cf 00*7 05 a4 'ping' 91 c0",
	"94 00 d0 05 a4 'ping' 91 c0",
	"94 00 d1 00 05 a4 'ping' 91 c0",
	"94 00 d2 00*3 05 a4 'ping' 91 c0",
	"94 00 d3 00*7 05 a4 'ping' 91 c0",
	"94 00 05 d9 04 'ping' 91 c0",
	"94 00 05 da 00 04 'ping' 91 c0",
	"94 00 05 db 00*3 04 'ping' 91 c0",
	"94 00 05 c4 04 'ping' 91 c0",
	"94 00 05 c5 00 04 'ping' 91 c0",
	"94 00 05 c6 00*3 04 'ping' 91 c0",
	"94 00 05 a4 'ping' dc 00 01 c0",
	"94 00 05 a4 'ping' dd 00*3 01 c0",
};

START_TEST(a_request_is_known_in_every_encoding)
{
	struct sight sight = look(requests[_i]);

	is_ping(&sight, FRAME_REQUEST);
	ck_assert(sight.frame.has_msgid);
	ck_assert_uint_eq(sight.frame.msgid, 5);
	forget(&sight);
}
END_TEST

static const char *const notifications[] = {
	"93 02 a4 'ping' 91 c0",	 "dc 00 03 02 a4 'ping' 91 c0",
	"dd 00*3 03 02 a4 'ping' 91 c0", "93 cd 00 02 a4 'ping' 91 c0",
	"93 02 c4 04 'ping' 91 c0",	 "93 02 da 00 04 'ping' dc 00 01 c0",
};

START_TEST(a_notification_is_known_in_every_encoding)
{
	struct sight sight = look(notifications[_i]);

	is_ping(&sight, FRAME_NOTIFICATION);
	ck_assert(!sight.frame.has_msgid);
	forget(&sight);
}
END_TEST

static const char *const responses[] = {
	"94 01 05 a1 61 c0",
	"dc 00 04 01 05 a1 61 c0",
	"dd 00*3 04 cc 01 cd 00 05 a1 61 c0",
};

START_TEST(a_response_is_known_in_every_encoding)
{
	struct sight sight = look(responses[_i]);

	ck_assert_int_eq(sight.r, 1);
	ck_assert_int_eq(sight.frame.kind, FRAME_RESPONSE);
	ck_assert(sight.frame.has_msgid);
	ck_assert_uint_eq(sight.frame.msgid, 5);
	span_equals(sight.frame.error, "a1 61");
	span_equals(sight.frame.result, "c0");
	forget(&sight);
}
END_TEST

START_TEST(error_and_result_are_whole_values)
{
	struct sight sight =
	    look("94 01 00 93 a1 61 91 90 c0 82 01 c4 01 c1 02 c2");

	ck_assert_int_eq(sight.r, 1);
	span_equals(sight.frame.error, "93 a1 61 91 90 c0");
	span_equals(sight.frame.result, "82 01 c4 01 c1 02 c2");
	forget(&sight);
}
END_TEST

START_TEST(parameters_are_the_items_without_their_head)
{
	struct sight sight = look("94 00 00 a1 61 93 91 c0 a1 62 d4 01 02");

	ck_assert_int_eq(sight.r, 1);
	ck_assert_uint_eq(sight.frame.param_count, 3);
	span_equals(sight.frame.params, "91 c0 a1 62 d4 01 02");
	forget(&sight);
}
END_TEST

START_TEST(there_may_be_no_parameters)
{
	struct sight sight = look("94 00 00 a1 61 90");

	ck_assert_int_eq(sight.r, 1);
	ck_assert_uint_eq(sight.frame.param_count, 0);
	ck_assert_uint_eq(sight.frame.params.size, 0);
	forget(&sight);
}
END_TEST

START_TEST(a_method_may_be_empty)
{
	struct sight sight = look("94 00 00 a0 90");

	ck_assert_int_eq(sight.r, 1);
	ck_assert_uint_eq(sight.frame.method.size, 0);
	forget(&sight);
}
END_TEST

START_TEST(a_msgid_may_be_zero)
{
	struct sight sight = look("94 00 00 a1 61 90");

	ck_assert_int_eq(sight.r, 1);
	ck_assert(sight.frame.has_msgid);
	ck_assert_uint_eq(sight.frame.msgid, 0);
	forget(&sight);
}
END_TEST

START_TEST(a_msgid_may_have_thirty_two_bits)
{
	struct sight sight = look("94 00 ce ff ff ff ff a1 61 90");

	ck_assert_int_eq(sight.r, 1);
	ck_assert_uint_eq(sight.frame.msgid, UINT32_MAX);
	forget(&sight);
}
END_TEST

START_TEST(a_frame_may_be_as_long_as_the_limit)
{
	struct sight sight = look_within("94 00 05 a4 'ping' 91 c0", 10);

	ck_assert_int_eq(sight.r, 1);
	forget(&sight);
}
END_TEST

START_TEST(a_frame_beyond_the_limit_tells_its_msgid)
{
	struct sight sight = look_within("94 00 05 a4 'ping' 91 c4 09", 18);

	ck_assert_int_eq(sight.r, -EMSGSIZE);
	ck_assert(sight.frame.has_msgid);
	ck_assert_uint_eq(sight.frame.msgid, 5);
	forget(&sight);
}
END_TEST

START_TEST(too_many_parameters_tell_their_msgid)
{
	struct sight sight = look("94 00 05 a4 'ping' dd ff ff ff ff");

	ck_assert_int_eq(sight.r, -ERANGE);
	ck_assert(sight.frame.has_msgid);
	forget(&sight);
}
END_TEST

START_TEST(c1_in_a_frame_is_no_msgpack)
{
	struct sight sight = look("94 00 05 a4 'ping' 92 c0 c1");

	ck_assert_int_eq(sight.r, -EBADMSG);
	ck_assert(sight.frame.has_msgid);
	forget(&sight);
}
END_TEST

START_TEST(c1_instead_of_a_part_is_no_msgpack)
{
	struct sight kind = look("94 c1"), params = look("93 02 a0 c1");

	ck_assert_int_eq(kind.r, -EBADMSG);
	ck_assert_int_eq(params.r, -EBADMSG);
	forget(&kind);
	forget(&params);
}
END_TEST

START_TEST(parameters_may_nest_up_to_the_limit)
{
	struct sight deep = look("94 00 05 a1 61 91*30 91 c0");
	struct sight deeper = look("94 00 05 a1 61 91*30 91 91 c0");

	ck_assert_int_eq(deep.r, 1);
	ck_assert_int_eq(deeper.r, -ELOOP);
	ck_assert(deeper.frame.has_msgid);
	forget(&deep);
	forget(&deeper);
}
END_TEST

/* Each is wrong at its last byte and not before. */
static const struct misshape {
	const char *text;
	bool has_msgid;
} misshapes[] = {
	{ "00", false },
	{ "c0", false },
	{ "c3", false },
	{ "ca", false },
	{ "a4", false },
	{ "db", false },
	{ "c6", false },
	{ "c9", false },
	{ "80", false },
	{ "84", false },
	{ "de", false },
	{ "df", false },
	{ "90", false },
	{ "91", false },
	{ "92", false },
	{ "95", false },
	{ "dc 00 02", false },
	{ "dc 00 05", false },
	{ "dd 00 00 00 05", false },
	{ "93 00", false },
	{ "93 01", false },
	{ "94 02", false },
	{ "94 03", false },
	{ "93 03", false },
	{ "94 ff", false },
	{ "94 d0 ff", false },
	{ "94 c0", false },
	{ "94 ca", false },
	{ "94 a1", false },
	{ "94 cf 01 00*6 00", false },
	{ "94 00 ff", false },
	{ "94 00 d0 80", false },
	{ "94 00 d3 ff*8", false },
	{ "94 00 cf 00*3 01 00*4", false },
	{ "94 00 cf ff*8", false },
	{ "94 00 d3 00*3 01 00*4", false },
	{ "94 00 ca", false },
	{ "94 00 cb", false },
	{ "94 00 c0", false },
	{ "94 00 a1", false },
	{ "94 01 ff", false },
	{ "94 00 05 c0", true },
	{ "94 00 05 01", true },
	{ "94 00 05 90", true },
	{ "94 00 05 81", true },
	{ "94 00 05 c7", true },
	{ "94 00 05 d4", true },
	{ "94 00 05 a1 61 c0", true },
	{ "94 00 05 a1 61 80", true },
	{ "94 00 05 a1 61 a0", true },
	{ "94 00 05 c4 01 61 05", true },
	{ "93 02 c0", false },
	{ "93 02 05", false },
	{ "93 02 a1 61 c0", false },
	{ "93 02 a1 61 df", false },
	{ "'G'", false }, /* an HTTP request */
	{ "16", false },  /* a TLS ClientHello */
};

START_TEST(another_shape_is_refused_at_its_first_wrong_byte)
{
	struct sight sight = look(misshapes[_i].text);
	struct frame_scan fs;

	frame_scan_init(&fs, LIMIT_MESSAGE);
	ck_assert_int_eq(frame_more(&fs, sight.bytes.data, sight.bytes.size - 1,
				    &sight.frame),
			 0);
	ck_assert_int_eq(
	    frame_more(&fs, sight.bytes.data, sight.bytes.size, &sight.frame),
	    -EPROTO);
	forget(&sight);
}
END_TEST

START_TEST(another_shape_tells_the_msgid_that_came_before)
{
	struct sight sight = look(misshapes[_i].text);

	ck_assert_int_eq(sight.r, -EPROTO);
	ck_assert_int_eq(sight.frame.has_msgid, misshapes[_i].has_msgid);
	if (sight.frame.has_msgid)
		ck_assert_uint_eq(sight.frame.msgid, 5);
	forget(&sight);
}
END_TEST

START_TEST(another_shape_is_refused_whatever_follows)
{
	struct sight sight = look(misshapes[_i].text);
	struct frame_scan fs;

	bytes_add(&sight.bytes, 0xc0, 40);
	frame_scan_init(&fs, LIMIT_MESSAGE);
	ck_assert_int_eq(
	    frame_more(&fs, sight.bytes.data, sight.bytes.size, &sight.frame),
	    -EPROTO);
	ck_assert_int_eq(sight.frame.has_msgid, misshapes[_i].has_msgid);
	forget(&sight);
}
END_TEST

START_TEST(an_http_request_is_refused)
{
	struct sight sight = look("'GET / HTTP/1.1' 0d 0a 'Host: x' 0d 0a");

	ck_assert_int_eq(sight.r, -EPROTO);
	ck_assert(!sight.frame.has_msgid);
	forget(&sight);
}
END_TEST

START_TEST(a_tls_client_hello_is_refused)
{
	struct sight sight = look("16 03 01 02 00 01 00 01 fc 03 03 a5*32");

	ck_assert_int_eq(sight.r, -EPROTO);
	ck_assert(!sight.frame.has_msgid);
	forget(&sight);
}
END_TEST

START_TEST(every_fault_has_words_of_its_own)
{
	static const int faults[] = { -EBADMSG, -ELOOP, -ERANGE, -EMSGSIZE,
				      -EPROTO };

	for (size_t i = 0; i < 5; i++)
		for (size_t j = 0; j < i; j++)
			ck_assert_str_ne(frame_fault(faults[i]),
					 frame_fault(faults[j]));
}
END_TEST

static void
add_right(Suite *suite)
{
	TCase *tcase = tcase_create("right");

	suite_add_tcase(suite, tcase);
	tcase_add_loop_test(tcase, a_request_is_known_in_every_encoding, 0,
			    sizeof requests / sizeof requests[0]);
	tcase_add_loop_test(tcase, a_notification_is_known_in_every_encoding, 0,
			    sizeof notifications / sizeof notifications[0]);
	tcase_add_loop_test(tcase, a_response_is_known_in_every_encoding, 0,
			    sizeof responses / sizeof responses[0]);
	tcase_add_test(tcase, error_and_result_are_whole_values);
	tcase_add_test(tcase, parameters_are_the_items_without_their_head);
	tcase_add_test(tcase, there_may_be_no_parameters);
	tcase_add_test(tcase, a_method_may_be_empty);
	tcase_add_test(tcase, a_msgid_may_be_zero);
	tcase_add_test(tcase, a_msgid_may_have_thirty_two_bits);
	tcase_add_test(tcase, a_frame_may_be_as_long_as_the_limit);
}

static void
add_malformed(Suite *suite)
{
	TCase *tcase = tcase_create("malformed");
	int count = sizeof misshapes / sizeof misshapes[0];

	suite_add_tcase(suite, tcase);
	tcase_add_test(tcase, a_frame_beyond_the_limit_tells_its_msgid);
	tcase_add_test(tcase, too_many_parameters_tell_their_msgid);
	tcase_add_test(tcase, c1_in_a_frame_is_no_msgpack);
	tcase_add_test(tcase, c1_instead_of_a_part_is_no_msgpack);
	tcase_add_test(tcase, parameters_may_nest_up_to_the_limit);
	tcase_add_loop_test(
	    tcase, another_shape_is_refused_at_its_first_wrong_byte, 0, count);
	tcase_add_loop_test(
	    tcase, another_shape_tells_the_msgid_that_came_before, 0, count);
	tcase_add_loop_test(tcase, another_shape_is_refused_whatever_follows, 0,
			    count);
	tcase_add_test(tcase, an_http_request_is_refused);
	tcase_add_test(tcase, a_tls_client_hello_is_refused);
	tcase_add_test(tcase, every_fault_has_words_of_its_own);
}

int
main(void)
{
	Suite *suite = suite_create("proto");

	add_right(suite);
	add_malformed(suite);
	return suite_run(suite);
}
