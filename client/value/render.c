/* SPDX-License-Identifier: MIT */
#include "client/value/render.h"

#include "client/base/text.h"
#include "proto/utf8.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

/* A quote in a key in a key has 3 backslashes before it, then 7, then 15... */
enum { KEYS_IN_KEYS = 4 };

static int render(FILE *to, const msgpack_object *value, int keys);

/* Writes one of jansson's and lets go of it; NULL: it could not be made. */
static int
dump(FILE *to, json_t *json, size_t flags)
{
	int r;

	if (json == NULL)
		return -ENOMEM;
	r = json_dumpf(json, to, JSON_ENCODE_ANY | JSON_COMPACT | flags);
	json_decref(json);
	return r == 0 ? 0 : -EIO;
}

static int
render_bytes(FILE *to, const char *data, size_t size)
{
	putc('"', to);
	text_base64(to, data, size);
	return putc('"', to) == EOF ? -EIO : 0;
}

static int
render_string(FILE *to, const char *data, size_t size)
{
	if (size == 0) /* and msgpack-c has no pointer to it */
		return dump(to, json_string(""), 0);
	if (!utf8_is_valid(data, size))
		return render_bytes(to, data, size);
	return dump(to, json_stringn_nocheck(data, size), 0);
}

/* How many digits give the same float back, be it of 32 or of 64 bits. */
static size_t
digits_of(double number, bool is_single)
{
	int digits = is_single ? 6 : 15;
	int most = is_single ? 9 : 17;
	char text[40];

	for (; digits < most; digits++) {
		snprintf(text, sizeof text, "%.*g", digits, number);
		if (is_single ? strtof(text, NULL) == (float)number
			      : strtod(text, NULL) == number)
			break;
	}
	return (size_t)digits;
}

static int
render_float(FILE *to, const msgpack_object *value)
{
	double number = value->via.f64;
	bool is_single = value->type == MSGPACK_OBJECT_FLOAT32;

	if (isnan(number))
		return render_string(to, "NaN", 3);
	if (isinf(number))
		return number > 0 ? render_string(to, "Infinity", 8)
				  : render_string(to, "-Infinity", 9);
	return dump(to, json_real(number),
		    JSON_REAL_PRECISION(digits_of(number, is_single)));
}

static int
render_unsigned(FILE *to, uint64_t number)
{
	if (number <= INT64_MAX)
		return dump(to, json_integer((json_int_t)number), 0);
	/* More than jansson's integers hold. */
	return fprintf(to, "%" PRIu64, number) < 0 ? -EIO : 0;
}

static int
render_ext(FILE *to, const msgpack_object_ext *ext)
{
	int r;

	fprintf(to, "{\"ext\":%d,\"data\":", ext->type);
	r = render_bytes(to, ext->ptr, ext->size);
	if (r == 0 && putc('}', to) == EOF)
		r = -EIO;
	return r;
}

static int
render_array(FILE *to, const msgpack_object_array *array, int keys)
{
	int r = 0;

	putc('[', to);
	for (uint32_t i = 0; r == 0 && i < array->size; i++) {
		if (i > 0)
			putc(',', to);
		r = render(to, &array->ptr[i], keys);
	}
	if (r == 0 && putc(']', to) == EOF)
		r = -EIO;
	return r;
}

/* JSON text in memory, to free(). */
static int
render_memory(const msgpack_object *value, int keys, char **text, size_t *size)
{
	FILE *to;
	int r;

	*text = NULL;
	to = open_memstream(text, size);
	if (to == NULL)
		return -ENOMEM;
	r = render(to, value, keys);
	if (fclose(to) != 0)
		r = -ENOMEM;
	if (r == 0)
		return 0;
	free(*text);
	return r;
}

/* Encoded anew, which keeps what it says in as many bytes. */
static int
render_encoded(FILE *to, const msgpack_object *value)
{
	msgpack_sbuffer buffer;
	msgpack_packer packer;
	int r;

	msgpack_sbuffer_init(&buffer);
	msgpack_packer_init(&packer, &buffer, msgpack_sbuffer_write);
	r = msgpack_pack_object(&packer, *value) == 0 ? 0 : -ENOMEM;
	if (r == 0)
		r = render_bytes(to, buffer.data, buffer.size);
	msgpack_sbuffer_destroy(&buffer);
	return r;
}

static int
render_key(FILE *to, const msgpack_object *key, int keys)
{
	char *text;
	size_t size;
	int r;

	if (key->type == MSGPACK_OBJECT_STR || key->type == MSGPACK_OBJECT_BIN)
		return render(to, key, keys);
	if (keys == KEYS_IN_KEYS)
		return render_encoded(to, key);
	r = render_memory(key, keys + 1, &text, &size);
	if (r < 0)
		return r;
	r = render_string(to, text, size);
	free(text);
	return r;
}

static int
render_map(FILE *to, const msgpack_object_map *map, int keys)
{
	int r = 0;

	putc('{', to);
	for (uint32_t i = 0; r == 0 && i < map->size; i++) {
		if (i > 0)
			putc(',', to);
		r = render_key(to, &map->ptr[i].key, keys);
		putc(':', to);
		if (r == 0)
			r = render(to, &map->ptr[i].val, keys);
	}
	if (r == 0 && putc('}', to) == EOF)
		r = -EIO;
	return r;
}

/* The depth is bounded: values come out of frames that proto/scan.h saw. */
static int
render(FILE *to, const msgpack_object *value, int keys)
{
	switch (value->type) {
	case MSGPACK_OBJECT_NIL:
		return dump(to, json_null(), 0);
	case MSGPACK_OBJECT_BOOLEAN:
		return dump(to, json_boolean(value->via.boolean), 0);
	case MSGPACK_OBJECT_POSITIVE_INTEGER:
		return render_unsigned(to, value->via.u64);
	case MSGPACK_OBJECT_NEGATIVE_INTEGER:
		return dump(to, json_integer(value->via.i64), 0);
	case MSGPACK_OBJECT_FLOAT32:
	case MSGPACK_OBJECT_FLOAT64:
		return render_float(to, value);
	case MSGPACK_OBJECT_STR:
		return render_string(to, value->via.str.ptr,
				     value->via.str.size);
	case MSGPACK_OBJECT_BIN:
		return render_bytes(to, value->via.bin.ptr,
				    value->via.bin.size);
	case MSGPACK_OBJECT_EXT:
		return render_ext(to, &value->via.ext);
	case MSGPACK_OBJECT_ARRAY:
		return render_array(to, &value->via.array, keys);
	case MSGPACK_OBJECT_MAP:
		return render_map(to, &value->via.map, keys);
	}
	return -EIO; /* msgpack-c makes no other */
}

int
render_json(FILE *to, const msgpack_object *value)
{
	return render(to, value, 0);
}

char *
render_text(const msgpack_object *value)
{
	char *json;
	char *text;
	size_t size;

	if (value->type == MSGPACK_OBJECT_NIL)
		return text_escaped(NULL, 0);
	if (value->type == MSGPACK_OBJECT_STR)
		return text_escaped(value->via.str.ptr, value->via.str.size);
	if (value->type == MSGPACK_OBJECT_BIN)
		return text_escaped(value->via.bin.ptr, value->via.bin.size);
	if (render_memory(value, 0, &json, &size) != 0)
		return NULL;
	text = text_escaped(json, size);
	free(json);
	return text;
}
