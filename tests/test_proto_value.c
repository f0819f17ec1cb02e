/* SPDX-License-Identifier: MIT */
#include "proto/value.h"

#include <errno.h>

#include "tests/bytes.h"
#include "tests/suite.h"

/* Every format as its kind is called; arrays and maps without items. */
static const struct sample {
	const char *text;
	const char *kind;
} samples[] = {
	{ "c0", "nil" },
	{ "c2", "boolean" },
	{ "c3", "boolean" },
	{ "00", "integer" },
	{ "7f", "integer" },
	{ "e0", "integer" },
	{ "ff", "integer" },
	{ "cc ff", "integer" },
	{ "cd ff*2", "integer" },
	{ "ce ff*4", "integer" },
	{ "cf 7f*8", "integer" },
	{ "d0 7f", "integer" },
	{ "d1 7f*2", "integer" },
	{ "d2 7f*4", "integer" },
	{ "d3 7f*8", "integer" },
	{ "ca 3f 80 00 00", "float" },
	{ "cb 3f f0 00*6", "float" },
	{ "a0", "string" },
	{ "bf 61*31", "string" },
	{ "d9 01 61", "string" },
	{ "da 00 01 61", "string" },
	{ "db 00*3 01 61", "string" },
	{ "c4 01 61", "binary" },
	{ "c5 00 01 61", "binary" },
	{ "c6 00*3 01 61", "binary" },
	{ "90", "array" },
	{ "dc 00 00", "array" },
	{ "dd 00*4", "array" },
	{ "80", "map" },
	{ "de 00 00", "map" },
	{ "df 00*4", "map" },
	{ "c7 01 05 61", "extension" },
	{ "c8 00 01 05 61", "extension" },
	{ "c9 00*3 01 05 61", "extension" },
	{ "d4 05 61", "extension" },
	{ "d5 05 61*2", "extension" },
	{ "d6 05 61*4", "extension" },
	{ "d7 05 61*8", "extension" },
	{ "d8 05 61*16", "extension" },
};

enum { SAMPLES = sizeof samples / sizeof samples[0] };

static int
try_boolean(struct reader *reader)
{
	bool value;

	return read_boolean(reader, &value);
}

static int
try_array(struct reader *reader)
{
	uint32_t count;

	return read_array(reader, &count);
}

static int
try_map(struct reader *reader)
{
	uint32_t count;

	return read_map(reader, &count);
}

static int
try_string(struct reader *reader)
{
	struct span string;

	return read_string(reader, &string);
}

static int
try_integer(struct reader *reader)
{
	int64_t value;

	return read_integer(reader, &value);
}

static int
try_number(struct reader *reader)
{
	double value;

	return read_number(reader, &value);
}

static int
try_any(struct reader *reader)
{
	struct span value;

	return read_any(reader, &value);
}

static const struct taste {
	int (*read)(struct reader *reader);
	const char *kinds;
	int otherwise;
} tastes[] = {
	{ read_nil, "nil", -EPROTOTYPE },
	{ try_boolean, "boolean", -EPROTOTYPE },
	{ try_array, "array", -EPROTOTYPE },
	{ try_map, "map", -EPROTOTYPE },
	{ try_string, "string binary", -EPROTOTYPE },
	{ try_integer, "integer", -EPROTOTYPE },
	{ try_number, "integer float", -EPROTOTYPE },
	{ try_any,
	  "nil boolean integer float string binary array map extension",
	  -EBADMSG },
};

enum { TASTES = sizeof tastes / sizeof tastes[0] };

static struct reader
reader_of(const struct bytes *bytes)
{
	return (struct reader){ bytes->data, bytes->data + bytes->size };
}

START_TEST(every_kind_has_its_name)
{
	struct bytes bytes = bytes_of(samples[_i].text);
	struct reader reader = reader_of(&bytes);

	ck_assert_str_eq(reader_kind(&reader), samples[_i].kind);
	bytes_free(&bytes);
}
END_TEST

START_TEST(the_end_is_nothing)
{
	struct bytes bytes = bytes_of("");
	struct reader reader = reader_of(&bytes);

	ck_assert_str_eq(reader_kind(&reader), "nothing");
	bytes_free(&bytes);
}
END_TEST

static void
taste(const struct taste *taste, const struct sample *sample)
{
	struct bytes bytes = bytes_of(sample->text);
	struct reader reader = reader_of(&bytes);
	bool takes = strstr(taste->kinds, sample->kind) != NULL;
	int r = taste->read(&reader);

	ck_assert_msg(r == (takes ? 0 : taste->otherwise), "%s read as %s: %d",
		      sample->text, taste->kinds, r);
	ck_assert_ptr_eq(reader.at, takes ? reader.end : bytes.data);
	bytes_free(&bytes);
}

START_TEST(a_reader_takes_its_kind_and_stays_before_others)
{
	for (size_t i = 0; i < SAMPLES; i++)
		taste(&tastes[_i], &samples[i]);
}
END_TEST

START_TEST(a_reader_stays_at_the_end)
{
	struct bytes bytes = bytes_of("");
	struct reader reader = reader_of(&bytes);

	ck_assert_int_eq(tastes[_i].read(&reader), tastes[_i].otherwise);
	ck_assert_ptr_eq(reader.at, bytes.data);
	bytes_free(&bytes);
}
END_TEST

static void
taste_cut(const struct taste *taste, const struct sample *sample)
{
	struct bytes whole = bytes_of(sample->text);

	for (size_t size = 1; size < whole.size; size++) {
		struct bytes cut = bytes_copy(whole.data, size);
		struct reader reader = reader_of(&cut);

		ck_assert_int_eq(taste->read(&reader), taste->otherwise);
		ck_assert_ptr_eq(reader.at, cut.data);
		bytes_free(&cut);
	}
	bytes_free(&whole);
}

START_TEST(a_reader_stays_before_what_is_cut)
{
	for (size_t i = 0; i < SAMPLES; i++)
		taste_cut(&tastes[_i], &samples[i]);
}
END_TEST

START_TEST(a_boolean_is_false_or_true)
{
	struct bytes bytes = bytes_of("c2 c3");
	struct reader reader = reader_of(&bytes);
	bool first = true, second = false;

	ck_assert_int_eq(read_boolean(&reader, &first), 0);
	ck_assert_int_eq(read_boolean(&reader, &second), 0);
	ck_assert(!first);
	ck_assert(second);
	bytes_free(&bytes);
}
END_TEST

static const struct container {
	const char *array, *map;
	uint32_t count;
} containers[] = {
	{ "90", "80", 0 },
	{ "9f", "8f", 15 },
	{ "dc 00 00", "de 00 00", 0 },
	{ "dc ff ff", "de ff ff", UINT16_MAX },
	{ "dd 00*4", "df 00*4", 0 },
	{ "dd ff*4", "df ff*4", UINT32_MAX },
};

START_TEST(an_array_tells_its_count_and_goes_on_at_its_items)
{
	struct bytes bytes = bytes_of(containers[_i].array);
	struct reader reader = reader_of(&bytes);
	uint32_t count = 42;

	ck_assert_int_eq(read_array(&reader, &count), 0);
	ck_assert_uint_eq(count, containers[_i].count);
	ck_assert_ptr_eq(reader.at, reader.end);
	bytes_free(&bytes);
}
END_TEST

START_TEST(a_map_tells_its_count_and_goes_on_at_its_keys)
{
	struct bytes bytes = bytes_of(containers[_i].map);
	struct reader reader = reader_of(&bytes);
	uint32_t count = 42;

	ck_assert_int_eq(read_map(&reader, &count), 0);
	ck_assert_uint_eq(count, containers[_i].count);
	ck_assert_ptr_eq(reader.at, reader.end);
	bytes_free(&bytes);
}
END_TEST

static const struct string {
	const char *text;
	size_t head, size;
} strings[] = {
	{ "a0", 1, 0 },
	{ "bf 61*31", 1, 31 },
	{ "d9 00", 2, 0 },
	{ "d9 ff 61*255", 2, 255 },
	{ "da ff ff 61*65535", 3, 65535 },
	{ "db 00 01 00 00 61*65536", 5, 65536 },
	{ "c4 00", 2, 0 },
	{ "c4 ff 61*255", 2, 255 },
	{ "c5 ff ff 61*65535", 3, 65535 },
	{ "c6 00 01 00 00 61*65536", 5, 65536 },
};

START_TEST(a_string_or_binary_points_to_its_bytes)
{
	struct bytes bytes = bytes_of(strings[_i].text);
	struct reader reader = reader_of(&bytes);
	struct span span = { NULL, 42 };

	ck_assert_int_eq(read_string(&reader, &span), 0);
	ck_assert_ptr_eq(span.data, bytes.data + strings[_i].head);
	ck_assert_uint_eq(span.size, strings[_i].size);
	ck_assert_ptr_eq(reader.at, reader.end);
	bytes_free(&bytes);
}
END_TEST

START_TEST(a_string_longer_than_what_is_there_is_left)
{
	struct bytes bytes = bytes_of("db ff*4 61*8");
	struct reader reader = reader_of(&bytes);
	struct span span = { NULL, 42 };

	ck_assert_int_eq(read_string(&reader, &span), -EPROTOTYPE);
	ck_assert_uint_eq(span.size, 42);
	ck_assert_ptr_eq(reader.at, bytes.data);
	bytes_free(&bytes);
}
END_TEST

START_TEST(any_value_is_read_as_it_stands)
{
	struct bytes bytes = bytes_of("92 81 c0 a1 61 c4 01 c1 c0");
	struct reader reader = reader_of(&bytes);
	struct span span = { NULL, 42 };

	ck_assert_int_eq(read_any(&reader, &span), 0);
	ck_assert_ptr_eq(span.data, bytes.data);
	ck_assert_uint_eq(span.size, 8);
	ck_assert_ptr_eq(reader.at, bytes.data + 8);
	bytes_free(&bytes);
}
END_TEST

START_TEST(what_is_no_value_is_left)
{
	struct bytes bytes = bytes_of("92 c0 c1");
	struct reader reader = reader_of(&bytes);
	struct span span = { NULL, 42 };

	ck_assert_int_eq(read_any(&reader, &span), -EBADMSG);
	ck_assert_uint_eq(span.size, 42);
	ck_assert_ptr_eq(reader.at, bytes.data);
	bytes_free(&bytes);
}
END_TEST

START_TEST(a_span_is_a_string_of_the_same_bytes)
{
	struct span ping = { (const uint8_t *)"pingpong", 4 };
	struct span nothing = { NULL, 0 };

	ck_assert(span_is(ping, "ping"));
	ck_assert(!span_is(ping, "pin"));
	ck_assert(!span_is(ping, "pingp"));
	ck_assert(!span_is(ping, "pong"));
	ck_assert(!span_is(nothing, "ping"));
	ck_assert(span_is(nothing, ""));
}
END_TEST

static void
add_kinds(Suite *suite)
{
	TCase *tcase = tcase_create("kinds");

	suite_add_tcase(suite, tcase);
	tcase_add_loop_test(tcase, every_kind_has_its_name, 0, SAMPLES);
	tcase_add_test(tcase, the_end_is_nothing);
	tcase_add_loop_test(
	    tcase, a_reader_takes_its_kind_and_stays_before_others, 0, TASTES);
	tcase_add_loop_test(tcase, a_reader_stays_at_the_end, 0, TASTES);
	tcase_add_loop_test(tcase, a_reader_stays_before_what_is_cut, 0,
			    TASTES);
}

static void
add_contents(Suite *suite)
{
	TCase *tcase = tcase_create("contents");
	int count = sizeof containers / sizeof containers[0];

	suite_add_tcase(suite, tcase);
	tcase_add_test(tcase, a_boolean_is_false_or_true);
	tcase_add_loop_test(
	    tcase, an_array_tells_its_count_and_goes_on_at_its_items, 0, count);
	tcase_add_loop_test(
	    tcase, a_map_tells_its_count_and_goes_on_at_its_keys, 0, count);
	tcase_add_loop_test(tcase, a_string_or_binary_points_to_its_bytes, 0,
			    sizeof strings / sizeof strings[0]);
	tcase_add_test(tcase, a_string_longer_than_what_is_there_is_left);
	tcase_add_test(tcase, any_value_is_read_as_it_stands);
	tcase_add_test(tcase, what_is_no_value_is_left);
	tcase_add_test(tcase, a_span_is_a_string_of_the_same_bytes);
}

int
main(void)
{
	Suite *suite = suite_create("proto");

	add_kinds(suite);
	add_contents(suite);
	return suite_run(suite);
}
