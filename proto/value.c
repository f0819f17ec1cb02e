/* SPDX-License-Identifier: MIT */
#include "proto/value.h"

#include "proto/limits.h"
#include "proto/scan.h"

#include <errno.h>
#include <string.h>

static size_t
room(const struct reader *reader)
{
	return (size_t)(reader->end - reader->at);
}

/* The next byte, or one that begins no value. */
static uint8_t
next(const struct reader *reader)
{
	return reader->at < reader->end ? *reader->at : 0xc1;
}

static uint64_t
load(const uint8_t *at, size_t width)
{
	uint64_t value = 0;

	while (width-- > 0)
		value = value << 8 | *at++;
	return value;
}

const char *
reader_kind(const struct reader *reader)
{
	uint8_t byte = next(reader);

	if (byte < 0x80 || byte >= 0xe0 || (byte >= 0xcc && byte <= 0xd3))
		return "integer";
	if (byte < 0x90 || byte >= 0xde)
		return "map";
	if (byte < 0xa0 || byte >= 0xdc)
		return "array";
	if (byte < 0xc0 || byte >= 0xd9)
		return "string";
	if (byte >= 0xd4 || (byte >= 0xc7 && byte <= 0xc9))
		return "extension";
	if (byte >= 0xca)
		return "float";
	if (byte >= 0xc4)
		return "binary";
	return byte == 0xc0 ? "nil" : byte == 0xc1 ? "nothing" : "boolean";
}

int
read_nil(struct reader *reader)
{
	if (next(reader) != 0xc0)
		return -EPROTOTYPE;
	reader->at++;
	return 0;
}

int
read_boolean(struct reader *reader, bool *value)
{
	uint8_t byte = next(reader);

	if (byte != 0xc2 && byte != 0xc3)
		return -EPROTOTYPE;
	*value = byte == 0xc3;
	reader->at++;
	return 0;
}

/*
 * A head whose length is in the byte itself (`fix` under `mask`) or in 1, 2
 * or 4 bytes behind one of up to three wide formats, of which the first has
 * `narrowest` bytes.
 */
struct heads {
	uint8_t fix, mask;
	uint8_t wide, wide_last, narrowest;
};

static int
read_head(struct reader *reader, const struct heads *heads, uint32_t *length)
{
	uint8_t byte = next(reader);
	size_t width;

	if ((byte & ~heads->mask) == heads->fix && byte != 0xc1) {
		*length = byte & heads->mask;
		reader->at++;
		return 0;
	}
	if (byte < heads->wide || byte > heads->wide_last)
		return -EPROTOTYPE;
	width = (size_t)heads->narrowest << (byte - heads->wide);
	if (room(reader) < 1 + width)
		return -EPROTOTYPE;
	*length = (uint32_t)load(reader->at + 1, width);
	reader->at += 1 + width;
	return 0;
}

int
read_array(struct reader *reader, uint32_t *count)
{
	static const struct heads heads = { 0x90, 0x0f, 0xdc, 0xdd, 2 };

	return read_head(reader, &heads, count);
}

int
read_map(struct reader *reader, uint32_t *count)
{
	static const struct heads heads = { 0x80, 0x0f, 0xde, 0xdf, 2 };

	return read_head(reader, &heads, count);
}

int
read_string(struct reader *reader, struct span *string)
{
	static const struct heads text = { 0xa0, 0x1f, 0xd9, 0xdb, 1 };
	static const struct heads binary = { 0xc1, 0, 0xc4, 0xc6, 1 };
	struct reader ahead = *reader;
	uint8_t byte = next(reader);
	uint32_t length;

	if ((byte & 0xe0) == 0xa0) { /* nearly all of them */
		length = byte & 0x1f;
		ahead.at++;
	} else if (read_head(&ahead, &text, &length) < 0 &&
		   read_head(&ahead, &binary, &length) < 0)
		return -EPROTOTYPE;
	if (room(&ahead) < length)
		return -EPROTOTYPE;
	*string = (struct span){ ahead.at, length };
	reader->at = ahead.at + length;
	return 0;
}

/* An integer as its 64 bits; `negative` where these are a signed value < 0. */
static int
read_bits(struct reader *reader, uint64_t *bits, bool *negative)
{
	uint8_t byte = next(reader);
	size_t width;

	if (byte < 0x80 || byte >= 0xe0) {
		*bits = (uint64_t)(int64_t)(int8_t)byte;
		*negative = byte >= 0xe0;
		reader->at++;
		return 0;
	}
	if (byte < 0xcc || byte > 0xd3)
		return -EPROTOTYPE;
	width = (size_t)1 << ((byte - 0xcc) & 3);
	if (room(reader) < 1 + width)
		return -EPROTOTYPE;
	*bits = load(reader->at + 1, width);
	*negative = byte >= 0xd0 && (reader->at[1] & 0x80) != 0;
	if (*negative && width < 8)
		*bits |= ~(uint64_t)0 << (8 * width);
	reader->at += 1 + width;
	return 0;
}

int
read_unsigned(struct reader *reader, uint64_t *value)
{
	struct reader ahead = *reader;
	uint64_t bits;
	bool negative;

	if (read_bits(&ahead, &bits, &negative) < 0)
		return -EPROTOTYPE;
	if (negative)
		return -ERANGE;
	*value = bits;
	*reader = ahead;
	return 0;
}

int
read_integer(struct reader *reader, int64_t *value)
{
	struct reader ahead = *reader;
	uint64_t bits;
	bool negative;

	if (read_bits(&ahead, &bits, &negative) < 0)
		return -EPROTOTYPE;
	if (!negative && bits > INT64_MAX)
		return -ERANGE;
	*value = (int64_t)bits;
	*reader = ahead;
	return 0;
}

static int
read_float(struct reader *reader, double *value)
{
	uint8_t byte = next(reader);
	uint64_t bits;
	uint32_t half;
	float narrow;

	if (byte == 0xca && room(reader) >= 5) {
		half = (uint32_t)load(reader->at + 1, 4);
		memcpy(&narrow, &half, sizeof narrow);
		*value = (double)narrow;
		reader->at += 5;
		return 0;
	}
	if (byte != 0xcb || room(reader) < 9)
		return -EPROTOTYPE;
	bits = load(reader->at + 1, 8);
	memcpy(value, &bits, sizeof *value);
	reader->at += 9;
	return 0;
}

int
read_number(struct reader *reader, double *value)
{
	uint64_t bits;
	bool negative;

	if (read_bits(reader, &bits, &negative) < 0)
		return read_float(reader, value);
	*value = negative ? (double)(int64_t)bits : (double)bits;
	return 0;
}

int
read_any(struct reader *reader, struct span *value)
{
	const uint8_t *end = scan_common(reader->at, reader->end, 1);
	struct scan scan;

	if (end != NULL) {
		*value =
		    (struct span){ reader->at, (size_t)(end - reader->at) };
		reader->at = end;
		return 0;
	}
	scan_init(&scan, LIMIT_MESSAGE_MAX);
	if (scan_more(&scan, reader->at, room(reader)) != 1)
		return -EBADMSG;
	*value = (struct span){ reader->at, scan.offset };
	reader->at += scan.offset;
	return 0;
}

bool
span_is(struct span span, const char *string)
{
	if (span.size != strlen(string))
		return false;
	return span.size == 0 || memcmp(span.data, string, span.size) == 0;
}

/* A format byte, then the low `width` bytes of `value`, highest first. */
static uint8_t *
store(uint8_t *at, uint8_t format, uint64_t value, unsigned width)
{
	*at++ = format;
	while (width-- > 0)
		*at++ = (uint8_t)(value >> (8 * width));
	return at;
}

uint8_t *
put_nil(uint8_t *at)
{
	*at = 0xc0;
	return at + 1;
}

uint8_t *
put_boolean(uint8_t *at, bool value)
{
	*at = value ? 0xc3 : 0xc2;
	return at + 1;
}

uint8_t *
put_unsigned(uint8_t *at, uint64_t value)
{
	if (value < 0x80)
		return store(at, (uint8_t)value, 0, 0);
	if (value <= UINT8_MAX)
		return store(at, 0xcc, value, 1);
	if (value <= UINT16_MAX)
		return store(at, 0xcd, value, 2);
	if (value <= UINT32_MAX)
		return store(at, 0xce, value, 4);
	return store(at, 0xcf, value, 8);
}

uint8_t *
put_integer(uint8_t *at, int64_t value)
{
	if (value >= 0)
		return put_unsigned(at, (uint64_t)value);
	if (value >= -32)
		return store(at, (uint8_t)value, 0, 0);
	if (value >= INT8_MIN)
		return store(at, 0xd0, (uint64_t)value, 1);
	if (value >= INT16_MIN)
		return store(at, 0xd1, (uint64_t)value, 2);
	if (value >= INT32_MIN)
		return store(at, 0xd2, (uint64_t)value, 4);
	return store(at, 0xd3, (uint64_t)value, 8);
}

uint8_t *
put_float(uint8_t *at, double value)
{
	uint64_t bits;

	memcpy(&bits, &value, sizeof bits);
	return store(at, 0xcb, bits, 8);
}

uint8_t *
put_array(uint8_t *at, uint32_t count)
{
	if (count < 16)
		return store(at, (uint8_t)(0x90 | count), 0, 0);
	if (count <= UINT16_MAX)
		return store(at, 0xdc, count, 2);
	return store(at, 0xdd, count, 4);
}

uint8_t *
put_map(uint8_t *at, uint32_t count)
{
	if (count < 16)
		return store(at, (uint8_t)(0x80 | count), 0, 0);
	if (count <= UINT16_MAX)
		return store(at, 0xde, count, 2);
	return store(at, 0xdf, count, 4);
}

uint8_t *
put_string_head(uint8_t *at, uint32_t size)
{
	if (size < 32)
		return store(at, (uint8_t)(0xa0 | size), 0, 0);
	if (size <= UINT8_MAX)
		return store(at, 0xd9, size, 1);
	if (size <= UINT16_MAX)
		return store(at, 0xda, size, 2);
	return store(at, 0xdb, size, 4);
}

uint8_t *
put_binary_head(uint8_t *at, uint32_t size)
{
	if (size <= UINT8_MAX)
		return store(at, 0xc4, size, 1);
	if (size <= UINT16_MAX)
		return store(at, 0xc5, size, 2);
	return store(at, 0xc6, size, 4);
}

uint8_t *
put_string(uint8_t *at, const char *string, size_t size)
{
	at = put_string_head(at, (uint32_t)size);
	if (size > 0) /* an empty span may point nowhere */
		memcpy(at, string, size);
	return at + size;
}
