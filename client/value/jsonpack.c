/* SPDX-License-Identifier: MIT */
/*
 * jansson's integers end at 2^63 - 1. Those above are found in the text before
 * it is parsed, and a 0 is put in their place: as objects keep their order and
 * no key comes twice, the nth integer of the text is the nth of the tree.
 */
#include "client/value/jsonpack.h"

#include <errno.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct large {
	size_t place; /* among all integers of the text */
	uint64_t number;
};

struct numbers {
	struct large *large;
	size_t count;
	size_t place; /* the next integer's */
	size_t next;  /* the next large one to come, while packing */
};

/* What follows is to be joined with `|`: 0, or something else. */
static int
add_large(struct numbers *numbers, uint64_t number)
{
	struct large *grown =
	    reallocarray(numbers->large, numbers->count + 1, sizeof *grown);

	if (grown == NULL)
		return -ENOMEM;
	numbers->large = grown;
	grown[numbers->count++] = (struct large){ numbers->place, number };
	return 0;
}

/* An integer of 19 digits or more, which may be one for us. */
static int
replace(struct numbers *numbers, char *at, size_t size)
{
	char digits[32] = "";
	uint64_t number;

	if (size < 19 || size > 20 || at[0] < '1')
		return 0;
	memcpy(digits, at, size);
	errno = 0;
	number = strtoull(digits, NULL, 10);
	if (errno != 0 || number <= INT64_MAX)
		return 0;
	memset(at, ' ', size - 1);
	at[size - 1] = '0';
	return add_large(numbers, number);
}

static int
look_at_number(struct numbers *numbers, char *at, size_t size)
{
	bool is_integer = true;
	int r = 0;

	for (size_t i = 0; i < size; i++)
		is_integer = is_integer && at[i] >= '0' && at[i] <= '9';
	if (is_integer)
		r = replace(numbers, at, size);
	if (memchr(at, '.', size) == NULL && memchr(at, 'e', size) == NULL &&
	    memchr(at, 'E', size) == NULL)
		numbers->place++;
	return r;
}

static size_t
string_size(const char *at, size_t size)
{
	size_t i = 1;

	while (i < size && at[i] != '"')
		i += at[i] == '\\' ? 2 : 1;
	return i < size ? i + 1 : size;
}

static size_t
number_size(const char *at, size_t size)
{
	size_t i = 1;

	while (i < size && at[i] != '\0' &&
	       strchr("+-.0123456789eE", at[i]) != NULL)
		i++;
	return i;
}

static int
find_numbers(struct numbers *numbers, char *text, size_t size)
{
	size_t n;
	int r = 0;

	for (size_t i = 0; r == 0 && i < size; i += n) {
		n = 1;
		if (text[i] == '"') {
			n = string_size(text + i, size - i);
		} else if (text[i] == '-' ||
			   (text[i] >= '0' && text[i] <= '9')) {
			n = number_size(text + i, size - i);
			r = look_at_number(numbers, text + i, n);
		}
	}
	return r;
}

/* ---- packing: 0, or something else when out of memory ---- */

static int pack(msgpack_packer *packer, const json_t *json,
		struct numbers *numbers);

static int
pack_string(msgpack_packer *packer, const char *text, size_t size)
{
	return msgpack_pack_str(packer, size) |
	       msgpack_pack_str_body(packer, text, size);
}

static int
pack_integer(msgpack_packer *packer, int64_t number, struct numbers *numbers)
{
	bool is_large = numbers->next < numbers->count &&
			numbers->large[numbers->next].place == numbers->place;

	numbers->place++;
	if (!is_large)
		return msgpack_pack_int64(packer, number);
	return msgpack_pack_uint64(packer,
				   numbers->large[numbers->next++].number);
}

static int
pack_array(msgpack_packer *packer, const json_t *json, struct numbers *numbers)
{
	int r = msgpack_pack_array(packer, json_array_size(json));

	for (size_t i = 0; r == 0 && i < json_array_size(json); i++)
		r = pack(packer, json_array_get(json, i), numbers);
	return r;
}

static int
pack_object(msgpack_packer *packer, json_t *json, struct numbers *numbers)
{
	int r = msgpack_pack_map(packer, json_object_size(json));
	void *at = json_object_iter(json);

	for (; r == 0 && at != NULL; at = json_object_iter_next(json, at)) {
		const char *key = json_object_iter_key(at);

		r = pack_string(packer, key, strlen(key));
		if (r == 0)
			r = pack(packer, json_object_iter_value(at), numbers);
	}
	return r;
}

static int
pack(msgpack_packer *packer, const json_t *json, struct numbers *numbers)
{
	switch (json_typeof(json)) {
	case JSON_NULL:
		return msgpack_pack_nil(packer);
	case JSON_FALSE:
		return msgpack_pack_false(packer);
	case JSON_TRUE:
		return msgpack_pack_true(packer);
	case JSON_REAL:
		return msgpack_pack_double(packer, json_real_value(json));
	case JSON_INTEGER:
		return pack_integer(packer, json_integer_value(json), numbers);
	case JSON_STRING:
		return pack_string(packer, json_string_value(json),
				   json_string_length(json));
	case JSON_ARRAY:
		return pack_array(packer, json, numbers);
	case JSON_OBJECT:
		return pack_object(packer, (json_t *)(uintptr_t)json, numbers);
	}
	return -EINVAL;
}

/* ---- all of it ---- */

static int
depth_of(const char *text, size_t size)
{
	int depth = 0;
	int most = 0;

	for (size_t i = 0; i < size; i++) {
		if (text[i] == '"')
			i += string_size(text + i, size - i) - 1;
		else if (text[i] == '[' || text[i] == '{')
			most = ++depth > most ? depth : most;
		else if (text[i] == ']' || text[i] == '}')
			depth--;
	}
	return most;
}

static int
parse(const char *text, size_t size, json_t **json,
      char fault[JSONPACK_FAULT_MOST])
{
	json_error_t error;

	*json = json_loadb(
	    text, size,
	    JSON_DECODE_ANY | JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);
	if (*json != NULL)
		return 0;
	if (json_error_code(&error) == json_error_out_of_memory)
		return -ENOMEM;
	if (json_error_code(&error) == json_error_invalid_utf8)
		snprintf(fault, JSONPACK_FAULT_MOST, "byte %d: no UTF-8",
			 error.position);
	else if (json_error_code(&error) == json_error_numeric_overflow)
		snprintf(fault, JSONPACK_FAULT_MOST,
			 "byte %d: a number beyond 64 bits", error.position);
	else
		snprintf(fault, JSONPACK_FAULT_MOST, "byte %d: %s",
			 error.position, error.text);
	return -EINVAL;
}

static int
pack_all(msgpack_sbuffer *buffer, const json_t *json, struct numbers *numbers)
{
	msgpack_packer packer;

	numbers->place = 0;
	msgpack_packer_init(&packer, buffer, msgpack_sbuffer_write);
	return pack(&packer, json, numbers) == 0 ? 0 : -ENOMEM;
}

/* Jansson does not see one that stands behind a number. */
static int
refuse_nul(const char *text, size_t size, char fault[JSONPACK_FAULT_MOST])
{
	const char *nul = size > 0 ? memchr(text, '\0', size) : NULL;

	if (nul == NULL)
		return 0;
	snprintf(fault, JSONPACK_FAULT_MOST, "byte %zu: a byte 0",
		 (size_t)(nul - text) + 1);
	return -EINVAL;
}

int
jsonpack(msgpack_sbuffer *buffer, char *text, size_t size, int depth,
	 char fault[JSONPACK_FAULT_MOST])
{
	struct numbers numbers = { 0 };
	json_t *json = NULL;
	int r;

	if (depth_of(text, size) > depth) {
		snprintf(fault, JSONPACK_FAULT_MOST,
			 "more than %d arrays and objects in one another",
			 depth);
		return -EINVAL;
	}
	r = refuse_nul(text, size, fault);
	if (r == 0)
		r = find_numbers(&numbers, text, size);
	if (r == 0)
		r = parse(text, size, &json, fault);
	if (r == 0)
		r = pack_all(buffer, json, &numbers);
	json_decref(json);
	free(numbers.large);
	return r;
}
