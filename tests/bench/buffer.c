/* SPDX-License-Identifier: MIT */
#include "buffer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
shift(struct buffer *b)
{
	memmove(b->data, b->data + b->from, buffer_size(b));
	b->to -= b->from;
	b->from = 0;
}

uint8_t *
buffer_space(struct buffer *b, size_t size)
{
	if (b->to + size > b->room && b->from > 0)
		shift(b);
	if (b->to + size > b->room) {
		b->room = 2 * b->to + size;
		b->data = realloc(b->data, b->room);
		if (b->data == NULL)
			abort();
	}
	return b->data + b->to;
}

void
buffer_add(struct buffer *b, const void *data, size_t size)
{
	memcpy(buffer_space(b, size), data, size);
	b->to += size;
}

void
buffer_byte(struct buffer *b, unsigned byte)
{
	*buffer_space(b, 1) = (uint8_t)byte;
	b->to++;
}

void
buffer_number(struct buffer *b, uint64_t number, unsigned size)
{
	while (size-- > 0)
		buffer_byte(b, (unsigned)(number >> 8 * size) & 0xff);
}

void
buffer_print(struct buffer *b, const char *format, ...)
{
	char text[256];
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	if (length < 0 || length >= (int)sizeof text)
		abort();
	buffer_add(b, text, (size_t)length);
}

void
buffer_use(struct buffer *b, size_t size)
{
	b->from += size;
	if (b->from == b->to)
		b->from = b->to = 0;
}
