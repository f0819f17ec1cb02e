/* SPDX-License-Identifier: MIT */
#include "client/base/text.h"

#include "proto/utf8.h"

#include <inttypes.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

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

/* A byte that is no UTF-8, or a character that nobody knows, counts as one. */
static size_t
columns_of(int32_t character)
{
	int columns = character < 0 ? 1 : wcwidth((wchar_t)character);

	return columns < 0 ? 1 : (size_t)columns;
}

size_t
text_fit(const char *text, size_t columns, size_t *taken)
{
	size_t length = strlen(text);
	size_t at = 0;
	size_t n;

	for (*taken = 0; at < length; at += n) {
		size_t more;

		n = 1;
		more = columns_of(utf8_decode(text + at, length - at, &n));
		if (more > columns - *taken)
			break;
		*taken += more;
	}
	return at;
}

size_t
text_width(const char *text)
{
	size_t width;

	text_fit(text, SIZE_MAX, &width);
	return width;
}

char *
text_span(double seconds)
{
	uint64_t s = seconds > 0 ? (uint64_t)fmin(seconds, 1e15) : 0;
	char *text = NULL;
	int r;

	if (seconds < 10)
		r = asprintf(&text, "%.1fs", seconds > 0 ? seconds : 0);
	else if (s < 60)
		r = asprintf(&text, "%" PRIu64 "s", s);
	else if (s < 3600)
		r = asprintf(&text, "%" PRIu64 "m%02us", s / 60,
			     (unsigned)(s % 60));
	else if (s < 86400)
		r = asprintf(&text, "%" PRIu64 "h%02um", s / 3600,
			     (unsigned)(s / 60 % 60));
	else
		r = asprintf(&text, "%" PRIu64 "d%02uh", s / 86400,
			     (unsigned)(s / 3600 % 24));
	return r < 0 ? NULL : text;
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
