/* SPDX-License-Identifier: MIT */
#include "client/text.h"

#include <stdint.h>
#include <stdlib.h>

/* The character that begins with these bytes, or -1. Its size goes out. */
static int32_t
decode(const uint8_t *at, size_t room, size_t *size)
{
	static const int32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t n = at[0] < 0x80	  ? 1
		   : at[0] < 0xc0 ? 0
		   : at[0] < 0xe0 ? 2
		   : at[0] < 0xf0 ? 3
		   : at[0] < 0xf8 ? 4
				  : 0;
	int32_t character = n < 2 ? at[0] : at[0] & (0x7f >> n);

	if (n == 0 || n > room)
		return -1;
	for (size_t i = 1; i < n; i++) {
		if ((at[i] & 0xc0) != 0x80)
			return -1;
		character = character << 6 | (at[i] & 0x3f);
	}
	if (character < least[n] || character > 0x10ffff ||
	    (character >= 0xd800 && character < 0xe000))
		return -1;
	*size = n;
	return character;
}

bool
text_is_utf8(const char *data, size_t size)
{
	const uint8_t *at = (const uint8_t *)data;
	size_t n = 0;

	for (size_t i = 0; i < size; i += n)
		if (decode(at + i, size - i, &n) < 0)
			return false;
	return true;
}

static void
escape_bytes(FILE *to, const uint8_t *at, size_t size)
{
	if (*at == '\n')
		fputs("\\n", to);
	else if (*at == '\t')
		fputs("\\t", to);
	else
		for (size_t i = 0; i < size; i++)
			fprintf(to, "\\x%02x", at[i]);
}

void
text_escape(FILE *to, const char *data, size_t size)
{
	const uint8_t *at = (const uint8_t *)data;
	size_t n;

	for (size_t i = 0; i < size; i += n) {
		int32_t character;

		n = 1; /* byte for byte through what is no UTF-8 */
		character = decode(at + i, size - i, &n);

		/* 0x80 to 0x9f are commands to a terminal like the first 32. */
		if (character < 0x20 || (character >= 0x7f && character < 0xa0))
			escape_bytes(to, at + i, n);
		else
			fwrite(at + i, 1, n, to);
	}
}

char *
text_escaped(const char *data, size_t size)
{
	char *text = NULL;
	size_t text_size;
	FILE *to = open_memstream(&text, &text_size);

	if (to == NULL)
		return NULL;
	text_escape(to, data, size);
	if (fclose(to) == 0)
		return text;
	free(text);
	return NULL;
}

size_t
text_width(const char *text)
{
	size_t width = 0;

	for (; *text != '\0'; text++)
		width += ((uint8_t)*text & 0xc0) != 0x80;
	return width;
}

void
text_base64(FILE *to, const char *data, size_t size)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789+/";
	const uint8_t *at = (const uint8_t *)data;

	for (size_t i = 0; i < size; i += 3) {
		uint32_t bits = (uint32_t)at[i] << 16;

		if (i + 1 < size)
			bits |= (uint32_t)at[i + 1] << 8;
		if (i + 2 < size)
			bits |= at[i + 2];
		putc(digits[bits >> 18], to);
		putc(digits[bits >> 12 & 63], to);
		putc(i + 1 < size ? digits[bits >> 6 & 63] : '=', to);
		putc(i + 2 < size ? digits[bits & 63] : '=', to);
	}
}
