/* SPDX-License-Identifier: MIT */
/*
 * bytes.h - bytes as people write them: "94 00 01 a4 'ping' 91 c0*2".
 *
 * Each lies in a heap block of exactly its size, so that a sanitizer sees the
 * first byte that is read beyond it.
 */
#ifndef TESTS_BYTES_H
#define TESTS_BYTES_H

#include <ctype.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct bytes {
	uint8_t *data;
	size_t size;
};

static inline struct bytes
bytes_copy(const uint8_t *data, size_t size)
{
	struct bytes bytes = { malloc(size), size };

	if (bytes.data == NULL && size > 0)
		abort();
	if (size > 0)
		memcpy(bytes.data, data, size);
	return bytes;
}

static inline void
bytes_free(struct bytes *bytes)
{
	free(bytes->data);
	*bytes = (struct bytes){ NULL, 0 };
}

static inline void
bytes_add(struct bytes *bytes, uint8_t byte, size_t times)
{
	if (times == 0)
		return;
	bytes->data = realloc(bytes->data, bytes->size + times);
	if (bytes->data == NULL)
		abort();
	memset(bytes->data + bytes->size, byte, times);
	bytes->size += times;
}

/* One "xx" or "xx*times"; returns what stands behind it. */
static inline const char *
bytes_add_hex(struct bytes *bytes, const char *text)
{
	char pair[3] = { text[0], text[1], '\0' };
	char *end;
	unsigned long byte = strtoul(pair, &end, 16);
	unsigned long times = 1;

	if (end != pair + 2)
		abort();
	text += 2;
	if (*text == '*')
		times = strtoul(text + 1, &end, 10);
	bytes_add(bytes, (uint8_t)byte, times);
	return *text == '*' ? end : text;
}

/* Hex pairs, "c0*16" for sixteen of them, 'text', blanks in between. */
static inline struct bytes
bytes_of(const char *text)
{
	struct bytes bytes = bytes_copy(NULL, 0);

	while (*text != '\0') {
		if (isspace((unsigned char)*text)) {
			text++;
		} else if (*text == '\'') {
			while (*++text != '\'')
				bytes_add(&bytes, (uint8_t)*text, 1);
			text++;
		} else {
			text = bytes_add_hex(&bytes, text);
		}
	}
	return bytes;
}

#endif
