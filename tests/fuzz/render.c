/* SPDX-License-Identifier: MIT */
/*
 * render.c - any msgpack value, as JSON and as a line of text.
 *
 * A finding is: JSON that jansson does not read, or that says something else
 * than the value; a line that a terminal would obey.
 */
#include "client/value/render.h"
#include "proto/scan.h"
#include "proto/utf8.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

#include "target.h"

/* Read back as doubles: an integer is there that jansson's do not hold. */
static bool are_doubles;

static void check_same(const json_t *json, const msgpack_object *value);

static void
check_integer(const json_t *json, const msgpack_object *value)
{
	if (!are_doubles)
		must(json_is_integer(json) &&
			 json_integer_value(json) == value->via.i64,
		     "another integer");
	else if (value->type == MSGPACK_OBJECT_POSITIVE_INTEGER)
		must(json_real_value(json) == (double)value->via.u64,
		     "another unsigned integer");
	else
		must(json_real_value(json) == (double)value->via.i64,
		     "another negative integer");
}

static void
check_float(const json_t *json, const msgpack_object *value)
{
	double number = value->via.f64;

	if (!isfinite(number))
		must(json_is_string(json), "what is no number is no string");
	else if (value->type == MSGPACK_OBJECT_FLOAT32)
		must((float)json_real_value(json) == (float)number,
		     "another float");
	else
		must(json_real_value(json) == number, "another double");
}

static void
check_string(const json_t *json, const msgpack_object *value)
{
	const msgpack_object_str *str = &value->via.str;

	must(json_is_string(json), "a string is none");
	if (value->type == MSGPACK_OBJECT_STR && str->size > 0 &&
	    utf8_is_valid(str->ptr, str->size))
		must(json_string_length(json) == str->size &&
			 memcmp(json_string_value(json), str->ptr, str->size) ==
			     0,
		     "another string");
	else if (value->type == MSGPACK_OBJECT_BIN || str->size > 0)
		must(json_string_length(json) == (str->size + 2) / 3 * 4,
		     "another length in base64");
}

static void
check_array(const json_t *json, const msgpack_object_array *array)
{
	must(json_is_array(json) && json_array_size(json) == array->size,
	     "an array of another length");
	for (uint32_t i = 0; i < array->size; i++)
		check_same(json_array_get(json, i), &array->ptr[i]);
}

/* Equal keys come from values that are equal, or look so. */
static void
check_map(const json_t *json, const msgpack_object_map *map)
{
	must(json_is_object(json) && json_object_size(json) <= map->size,
	     "a map of another size");
	must((json_object_size(json) == 0) == (map->size == 0),
	     "a map that has become empty");
}

static void
check_same(const json_t *json, const msgpack_object *value)
{
	switch (value->type) {
	case MSGPACK_OBJECT_NIL:
		must(json_is_null(json), "nil is not null");
		break;
	case MSGPACK_OBJECT_BOOLEAN:
		must(value->via.boolean ? json_is_true(json)
					: json_is_false(json),
		     "another truth");
		break;
	case MSGPACK_OBJECT_POSITIVE_INTEGER:
	case MSGPACK_OBJECT_NEGATIVE_INTEGER:
		check_integer(json, value);
		break;
	case MSGPACK_OBJECT_FLOAT32:
	case MSGPACK_OBJECT_FLOAT64:
		check_float(json, value);
		break;
	case MSGPACK_OBJECT_STR:
	case MSGPACK_OBJECT_BIN:
		check_string(json, value);
		break;
	case MSGPACK_OBJECT_ARRAY:
		check_array(json, &value->via.array);
		break;
	case MSGPACK_OBJECT_MAP:
		check_map(json, &value->via.map);
		break;
	case MSGPACK_OBJECT_EXT:
		must(json_number_value(json_object_get(json, "ext")) ==
			 value->via.ext.type,
		     "another type of extension");
		break;
	}
}

/* NULL: it is JSON, but jansson knows no key with a NUL in it. */
static json_t *
read_back(const char *text, size_t size)
{
	size_t flags = JSON_DECODE_ANY | JSON_ALLOW_NUL;
	json_error_t error;
	json_t *json = json_loadb(text, size, flags, &error);

	are_doubles = json == NULL;
	if (are_doubles)
		json = json_loadb(text, size, flags | JSON_DECODE_INT_AS_REAL,
				  &error);
	must(json != NULL ||
		 json_error_code(&error) == json_error_null_byte_in_key,
	     "what was written is no JSON");
	return json;
}

static void
check_json(const msgpack_object *value)
{
	char *text = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);
	json_t *json;

	must(to != NULL && render_json(to, value) == 0 && fclose(to) == 0,
	     "it cannot be written");
	must(utf8_is_valid(text, size) && memchr(text, '\n', size) == NULL,
	     "JSON that is no line of UTF-8");
	json = read_back(text, size);
	if (json != NULL)
		check_same(json, value);
	json_decref(json);
	free(text);
}

static void
check_text(const msgpack_object *value)
{
	char *text = render_text(value);

	must(text != NULL, "no text");
	must(utf8_is_clean(text, strlen(text)),
	     "a text that a terminal would obey");
	free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	msgpack_unpacked unpacked;
	struct scan scan;
	size_t offset = 0;

	scan_init(&scan, LIMIT_MESSAGE);
	if (scan_more(&scan, data, size) != 1)
		return 0;
	msgpack_unpacked_init(&unpacked);
	must(msgpack_unpack_next(&unpacked, (const char *)data, scan.offset,
				 &offset) == MSGPACK_UNPACK_SUCCESS,
	     "msgpack-c refuses what the scanner accepts");
	check_json(&unpacked.data);
	check_text(&unpacked.data);
	msgpack_unpacked_destroy(&unpacked);
	return 0;
}
