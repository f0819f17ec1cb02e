/* SPDX-License-Identifier: MIT */
#include "proto/utf8.h"

#include <string.h>

/* How long a character is by its first byte, and its least value then. */
static size_t
length_of(uint8_t first, int32_t *least)
{
	static const struct {
		uint8_t mask, pattern;
		int32_t least;
	} rows[] = {
		{ 0x80, 0x00, 0 },
		{ 0xe0, 0xc0, 0x80 },
		{ 0xf0, 0xe0, 0x800 },
		{ 0xf8, 0xf0, 0x10000 },
	};

	for (size_t i = 0; i < 4; i++)
		if ((first & rows[i].mask) == rows[i].pattern) {
			*least = rows[i].least;
			return i + 1;
		}
	return 0;
}

int32_t
utf8_decode(const char *at, size_t room, size_t *size)
{
	const uint8_t *bytes = (const uint8_t *)at;
	int32_t character, least;
	size_t length = length_of(bytes[0], &least);

	if (length == 0 || length > room)
		return -1;
	character = length == 1 ? bytes[0] : bytes[0] & (0x7f >> length);
	for (size_t i = 1; i < length; i++) {
		if ((bytes[i] & 0xc0) != 0x80)
			return -1;
		character = character << 6 | (bytes[i] & 0x3f);
	}
	if (character < least || character > 0x10ffff ||
	    (character >= 0xd800 && character < 0xe000))
		return -1;
	*size = length;
	return character;
}

bool
utf8_is_valid(const char *text, size_t size)
{
	size_t length = 0;

	for (size_t i = 0; i < size; i += length)
		if (utf8_decode(text + i, size - i, &length) < 0)
			return false;
	return true;
}

/* Do these 8 bytes hold ASCII alone, without controls? */
static bool
is_plain(uint64_t word)
{
	const uint64_t ones = UINT64_MAX / 0xff, tops = ones << 7;
	uint64_t below_space = (word - ones * 0x20) & ~word;
	uint64_t xored = word ^ ones * 0x7f;
	uint64_t is_delete = (xored - ones) & ~xored;

	return ((word | below_space | is_delete) & tops) == 0;
}

/* Most names are: how much of this one, in steps of 8 bytes. */
static size_t
plain_part(const char *text, size_t size)
{
	uint64_t word;
	size_t i = 0;

	for (; i + 8 <= size; i += 8) {
		memcpy(&word, text + i, 8);
		if (!is_plain(word))
			return i;
	}
	while (i < size && text[i] >= 0x20 && text[i] < 0x7f)
		i++;
	return i;
}

bool
utf8_is_clean(const char *text, size_t size)
{
	size_t length = 0;
	int32_t character;

	for (size_t i = plain_part(text, size); i < size; i += length) {
		character = utf8_decode(text + i, size - i, &length);
		if (character < 0 || utf8_is_control(character))
			return false;
	}
	return true;
}
