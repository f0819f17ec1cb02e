/* SPDX-License-Identifier: MIT */
#include "client/value/jsonpack.h"
#include "client/value/render.h"

#include "suite.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) ((int)(sizeof(array) / sizeof((array)[0])))

enum { DEPTH = 30 };

/* What JSON becomes when it has been msgpack; NULL: the same. */
static const struct round {
	const char *text;
	const char *again;
} rounds[] = {
	{ "null", NULL },
	{ "true", NULL },
	{ "0", NULL },
	{ "-1", NULL },
	{ "9223372036854775807", NULL },
	{ "9223372036854775808", NULL },
	{ "18446744073709551615", NULL },
	{ "-9223372036854775808", NULL },
	{ "[1,18446744073709551615,2,9999999999999999999,-3]", NULL },
	{ "{\"b\":18446744073709551614,\"a\":[0,1.5,18446744073709551613]}",
	  NULL },
	{ "[\"18446744073709551615\",18446744073709551615]", NULL },
	{ "[1.0,1e3,9999999999999999999.0]", "[1.0,1000.0,1e19]" },
	{ "0.1", NULL },
	{ "\"\"", NULL },
	{ "\"a\\u0000b\"", NULL },
	{ "\"\\u00fc\"", "\"ü\"" },
	{ "\"\\\\\\\"123\"", NULL },
	{ "[]", NULL },
	{ "{}", NULL },
	{ "{\"b\":1,\"a\":{\"d\":[],\"c\":null}}", NULL },
	{ " [ 1 , 2 ] ", "[1,2]" },
};

static char *
render_again(const msgpack_sbuffer *buffer)
{
	msgpack_unpacked unpacked;
	char *text = NULL;
	size_t size, offset = 0;
	FILE *to = open_memstream(&text, &size);

	msgpack_unpacked_init(&unpacked);
	ck_assert_int_eq(
	    msgpack_unpack_next(&unpacked, buffer->data, buffer->size, &offset),
	    MSGPACK_UNPACK_SUCCESS);
	ck_assert_uint_eq(offset, buffer->size);
	ck_assert_int_eq(render_json(to, &unpacked.data), 0);
	ck_assert_int_eq(fclose(to), 0);
	msgpack_unpacked_destroy(&unpacked);
	return text;
}

static int
pack(const char *text, msgpack_sbuffer *buffer, char *fault)
{
	char *copy = strdup(text);
	int r;

	msgpack_sbuffer_init(buffer);
	r = jsonpack(buffer, copy, strlen(copy), DEPTH, fault);
	free(copy);
	return r;
}

START_TEST(json_survives_the_way_through_msgpack)
{
	const struct round *round = &rounds[_i];
	char fault[JSONPACK_FAULT_MOST] = "";
	msgpack_sbuffer buffer;
	char *again;

	ck_assert_msg(pack(round->text, &buffer, fault) == 0, "%s: %s",
		      round->text, fault);
	again = render_again(&buffer);
	ck_assert_str_eq(again,
			 round->again != NULL ? round->again : round->text);
	free(again);
	msgpack_sbuffer_destroy(&buffer);
}
END_TEST

static const struct refused {
	const char *text;
	const char *fault; /* a part of it */
} refused[] = {
	{ "", "byte" },
	{ "nul", "byte" },
	{ "[1,", "byte 3" },
	{ "1 2", "byte" },
	{ "{\"a\":1,\"a\":2}", "duplicate" },
	{ "18446744073709551616", "beyond 64 bits" },
	{ "[123456789012345678901234567890]", "beyond 64 bits" },
	{ "-9223372036854775809", "beyond 64 bits" },
	{ "1e999", "beyond 64 bits" },
	{ "\"\xff\"", "UTF-8" },
	{ "\"\xc0\x80\"", "UTF-8" },
	{ "\"\\ud800\"", "invalid Unicode" },
	{ "{\"a\\u0000\":1}", "NUL" },
	{ "01", "byte" },
	{ "[18446744073709551615", "byte" },
	{ "NaN", "byte" },
};

START_TEST(what_is_no_json_is_refused_and_says_where)
{
	char fault[JSONPACK_FAULT_MOST] = "";
	msgpack_sbuffer buffer;

	ck_assert_int_eq(pack(refused[_i].text, &buffer, fault), -EINVAL);
	ck_assert_msg(strstr(fault, refused[_i].fault) != NULL, "%s: %s",
		      refused[_i].text, fault);
	ck_assert_ptr_null(strchr(fault, '\n'));
	msgpack_sbuffer_destroy(&buffer);
}
END_TEST

START_TEST(depth_is_bounded_and_brackets_in_strings_are_none)
{
	char fault[JSONPACK_FAULT_MOST];
	msgpack_sbuffer buffer;
	char text[200];

	for (int depth = DEPTH - 1; depth <= DEPTH + 1; depth++) {
		memset(text, '[', (size_t)depth);
		memcpy(text + depth, "\"[[{\\\"[\"", 8);
		memset(text + depth + 8, ']', (size_t)depth);
		text[2 * depth + 8] = '\0';
		ck_assert_int_eq(pack(text, &buffer, fault),
				 depth <= DEPTH ? 0 : -EINVAL);
		msgpack_sbuffer_destroy(&buffer);
	}
	ck_assert_ptr_nonnull(strstr(fault, "more than 30"));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("client json");
	TCase *packing = suite_case(suite, "packing", NULL, NULL);

	tcase_add_loop_test(packing, json_survives_the_way_through_msgpack, 0,
			    COUNT(rounds));
	tcase_add_loop_test(packing, what_is_no_json_is_refused_and_says_where,
			    0, COUNT(refused));
	tcase_add_test(packing,
		       depth_is_bounded_and_brackets_in_strings_are_none);
	return suite_run(suite);
}
