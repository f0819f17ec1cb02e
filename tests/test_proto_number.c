/* SPDX-License-Identifier: MIT */
#include "proto/value.h"

#include <errno.h>
#include <float.h>
#include <math.h>

#include "tests/bytes.h"
#include "tests/suite.h"

static struct reader
reader_of(const struct bytes *bytes)
{
	return (struct reader){ bytes->data, bytes->data + bytes->size };
}

static const struct integer {
	const char *text;
	int as_unsigned, as_integer; /* results */
	uint64_t value;
	double number;
} integers[] = {
	{ "00", 0, 0, 0, 0 },
	{ "7f", 0, 0, 127, 127 },
	{ "ff", -ERANGE, 0, -1, -1 },
	{ "e0", -ERANGE, 0, -32, -32 },
	{ "cc 00", 0, 0, 0, 0 },
	{ "cc 80", 0, 0, 128, 128 },
	{ "cc ff", 0, 0, UINT8_MAX, UINT8_MAX },
	{ "cd ff ff", 0, 0, UINT16_MAX, UINT16_MAX },
	{ "ce ff*4", 0, 0, UINT32_MAX, UINT32_MAX },
	{ "cf 7f ff*7", 0, 0, INT64_MAX, 0x1p63 },
	{ "cf 80 00*7", 0, -ERANGE, (uint64_t)1 << 63, 0x1p63 },
	{ "cf ff*8", 0, -ERANGE, UINT64_MAX, 0x1p64 },
	{ "d0 7f", 0, 0, INT8_MAX, INT8_MAX },
	{ "d0 80", -ERANGE, 0, INT8_MIN, INT8_MIN },
	{ "d0 ff", -ERANGE, 0, -1, -1 },
	{ "d1 7f ff", 0, 0, INT16_MAX, INT16_MAX },
	{ "d1 80 00", -ERANGE, 0, INT16_MIN, INT16_MIN },
	{ "d2 7f ff*3", 0, 0, INT32_MAX, INT32_MAX },
	{ "d2 80 00*3", -ERANGE, 0, INT32_MIN, INT32_MIN },
	{ "d3 7f ff*7", 0, 0, INT64_MAX, 0x1p63 },
	{ "d3 80 00*7", -ERANGE, 0, INT64_MIN, -0x1p63 },
	{ "d3 ff*8", -ERANGE, 0, -1, -1 },
};

enum { INTEGERS = sizeof integers / sizeof integers[0] };

START_TEST(an_unsigned_integer_is_read_up_to_its_bounds)
{
	const struct integer *integer = &integers[_i];
	struct bytes bytes = bytes_of(integer->text);
	struct reader reader = reader_of(&bytes);
	uint64_t value = 42;
	int r = read_unsigned(&reader, &value);

	ck_assert_int_eq(r, integer->as_unsigned);
	ck_assert_uint_eq(value, r == 0 ? integer->value : 42);
	ck_assert_ptr_eq(reader.at, r == 0 ? reader.end : bytes.data);
	bytes_free(&bytes);
}
END_TEST

START_TEST(a_signed_integer_is_read_up_to_its_bounds)
{
	const struct integer *integer = &integers[_i];
	struct bytes bytes = bytes_of(integer->text);
	struct reader reader = reader_of(&bytes);
	int64_t value = 42;
	int r = read_integer(&reader, &value);

	ck_assert_int_eq(r, integer->as_integer);
	ck_assert_int_eq(value, r == 0 ? (int64_t)integer->value : 42);
	ck_assert_ptr_eq(reader.at, r == 0 ? reader.end : bytes.data);
	bytes_free(&bytes);
}
END_TEST

START_TEST(any_integer_is_a_number)
{
	struct bytes bytes = bytes_of(integers[_i].text);
	struct reader reader = reader_of(&bytes);
	double value = 42;

	ck_assert_int_eq(read_number(&reader, &value), 0);
	ck_assert_double_eq(value, integers[_i].number);
	bytes_free(&bytes);
}
END_TEST

static const struct number {
	const char *text;
	double value;
} floats[] = {
	{ "ca 00*4", 0 },
	{ "ca bf 80 00 00", -1 },
	{ "ca 3e 80 00 00", 0.25 },
	{ "ca 7f 7f ff ff", (double)FLT_MAX },
	{ "ca 00 00 00 01", 0x1p-149 },
	{ "ca 7f 80 00 00", INFINITY },
	{ "cb 00*8", 0 },
	{ "cb bf f0 00*6", -1 },
	{ "cb 3f b9 99*5 9a", 0.1 },
	{ "cb 7f ef ff*6", DBL_MAX },
	{ "cb 00*7 01", 0x1p-1074 },
	{ "cb ff f0 00*6", -INFINITY },
};

START_TEST(a_float_of_either_size_is_a_number)
{
	struct bytes bytes = bytes_of(floats[_i].text);
	struct reader reader = reader_of(&bytes);
	double value = 42;

	ck_assert_int_eq(read_number(&reader, &value), 0);
	ck_assert_double_eq(value, floats[_i].value);
	ck_assert_ptr_eq(reader.at, reader.end);
	bytes_free(&bytes);
}
END_TEST

START_TEST(what_is_not_a_number_stays_so)
{
	struct bytes bytes = bytes_of("cb 7f f8 00*6");
	struct reader reader = reader_of(&bytes);
	double value = 42;

	ck_assert_int_eq(read_number(&reader, &value), 0);
	ck_assert_double_nan(value);
	bytes_free(&bytes);
}
END_TEST

static void
add_numbers(Suite *suite)
{
	TCase *tcase = tcase_create("numbers");

	suite_add_tcase(suite, tcase);
	tcase_add_loop_test(tcase, an_unsigned_integer_is_read_up_to_its_bounds,
			    0, INTEGERS);
	tcase_add_loop_test(tcase, a_signed_integer_is_read_up_to_its_bounds, 0,
			    INTEGERS);
	tcase_add_loop_test(tcase, any_integer_is_a_number, 0, INTEGERS);
	tcase_add_loop_test(tcase, a_float_of_either_size_is_a_number, 0,
			    sizeof floats / sizeof floats[0]);
	tcase_add_test(tcase, what_is_not_a_number_stays_so);
}

int
main(void)
{
	Suite *suite = suite_create("proto");

	add_numbers(suite);
	return suite_run(suite);
}
