/* SPDX-License-Identifier: MIT */
/*
 * buffer.h - bytes that are added at one end and used up at the other.
 *
 * Out of memory ends the program: this is a load generator.
 */
#ifndef BENCH_BUFFER_H
#define BENCH_BUFFER_H

#include <stddef.h>
#include <stdint.h>

struct buffer {
	uint8_t *data;
	size_t from, to, room; /* what is there: data[from .. to) */
};

/* Make room for `size` bytes more, and return where they go. */
uint8_t *buffer_space(struct buffer *b, size_t size);

void buffer_add(struct buffer *b, const void *data, size_t size);
void buffer_byte(struct buffer *b, unsigned byte);
/* `size` bytes of `number`, the most significant first. */
void buffer_number(struct buffer *b, uint64_t number, unsigned size);
void buffer_print(struct buffer *b, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* `size` bytes from the front have been used up. */
void buffer_use(struct buffer *b, size_t size);

static inline size_t
buffer_size(const struct buffer *b)
{
	return b->to - b->from;
}

#endif
