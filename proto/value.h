/* SPDX-License-Identifier: MIT */
/*
 * value.h - reads and writes single msgpack values, in the caller's memory.
 *
 * The reader walks over bytes that scan.h has found to be whole. It never
 * looks past their end, and on failure stays where it was. Formats follow the
 * MessagePack specification; the writer uses the shortest, but writes a float
 * always as 64 bits and never an integer in its place.
 */
#ifndef PROTO_VALUE_H
#define PROTO_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct reader {
	const uint8_t *at;
	const uint8_t *end;
};

/* A piece of what is being read: not owned, gone when the bytes are. */
struct span {
	const uint8_t *data;
	size_t size;
};

/*
 * What kind of value comes next, as people call it: "nil", "boolean",
 * "integer", "float", "string", "binary", "array", "map", "extension", or
 * "nothing" at the end.
 */
const char *reader_kind(const struct reader *reader);

/* Each: 0, or -EPROTOTYPE another kind of value (or none) comes next. */
int read_nil(struct reader *reader);
int read_boolean(struct reader *reader, bool *value);
int read_array(struct reader *reader, uint32_t *count);
int read_map(struct reader *reader, uint32_t *count);
/* A string or, since many clients know no other, a binary. */
int read_string(struct reader *reader, struct span *string);
/* -ERANGE also: an integer, but not of this sign or size. */
int read_unsigned(struct reader *reader, uint64_t *value);
int read_integer(struct reader *reader, int64_t *value);
/* An integer or a float of either size. */
int read_number(struct reader *reader, double *value);

/* Any one value, as it stands. 0, or -EBADMSG nothing whole comes next. */
int read_any(struct reader *reader, struct span *value);

/* Whether a span holds the bytes of a C string. An empty one is "". */
bool span_is(struct span span, const char *string);

/*
 * Writers put one value at `at` and return the byte behind it. There must be
 * room: PUT_MAX bytes for all but the string's own.
 */
enum { PUT_MAX = 9 };

uint8_t *put_nil(uint8_t *at);
uint8_t *put_boolean(uint8_t *at, bool value);
uint8_t *put_unsigned(uint8_t *at, uint64_t value);
uint8_t *put_integer(uint8_t *at, int64_t value);
uint8_t *put_float(uint8_t *at, double value);
uint8_t *put_array(uint8_t *at, uint32_t count);
uint8_t *put_map(uint8_t *at, uint32_t count);
uint8_t *put_string_head(uint8_t *at, uint32_t size);
uint8_t *put_binary_head(uint8_t *at, uint32_t size);
uint8_t *put_string(uint8_t *at, const char *string, size_t size);

#endif
