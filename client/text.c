/* SPDX-License-Identifier: MIT */
#include "client/text.h"

#include "proto/utf8.h"

#include <stdint.h>
#include <stdlib.h>

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
		character = utf8_decode(data + i, size - i, &n);
		if (character < 0 || utf8_is_control(character))
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
