/* SPDX-License-Identifier: MIT */
#include "proto/scan.h"

#include <errno.h>
#include <stdbool.h>

/*
 * What follows the first byte of each format from 0xc0 on: how many bytes of
 * length or count, how many fixed bytes, and what the length counts.
 */
enum counts { NOTHING, BYTES, ITEMS, PAIRS, NEVER };

static const struct format {
	uint8_t width; /* bytes that hold the length */
	uint8_t fixed; /* bytes that follow in any case */
	uint8_t counts;
} formats[32] = {
	[0x00] = { 0, 0, NOTHING }, /* nil */
	[0x01] = { 0, 0, NEVER },
	[0x02] = { 0, 0, NOTHING }, /* false */
	[0x03] = { 0, 0, NOTHING }, /* true */
	[0x04] = { 1, 0, BYTES },   /* bin 8, 16, 32 */
	[0x05] = { 2, 0, BYTES },
	[0x06] = { 4, 0, BYTES },
	[0x07] = { 1, 1, BYTES }, /* ext 8, 16, 32 */
	[0x08] = { 2, 1, BYTES },
	[0x09] = { 4, 1, BYTES },
	[0x0a] = { 0, 4, NOTHING }, /* float 32, 64 */
	[0x0b] = { 0, 8, NOTHING },
	[0x0c] = { 0, 1, NOTHING }, /* uint 8, 16, 32, 64 */
	[0x0d] = { 0, 2, NOTHING },
	[0x0e] = { 0, 4, NOTHING },
	[0x0f] = { 0, 8, NOTHING },
	[0x10] = { 0, 1, NOTHING }, /* int 8, 16, 32, 64 */
	[0x11] = { 0, 2, NOTHING },
	[0x12] = { 0, 4, NOTHING },
	[0x13] = { 0, 8, NOTHING },
	[0x14] = { 0, 2, NOTHING }, /* fixext 1, 2, 4, 8, 16 */
	[0x15] = { 0, 3, NOTHING },
	[0x16] = { 0, 5, NOTHING },
	[0x17] = { 0, 9, NOTHING },
	[0x18] = { 0, 17, NOTHING },
	[0x19] = { 1, 0, BYTES }, /* str 8, 16, 32 */
	[0x1a] = { 2, 0, BYTES },
	[0x1b] = { 4, 0, BYTES },
	[0x1c] = { 2, 0, ITEMS }, /* array 16, 32 */
	[0x1d] = { 4, 0, ITEMS },
	[0x1e] = { 2, 0, PAIRS }, /* map 16, 32 */
	[0x1f] = { 4, 0, PAIRS },
};

/*
 * One value's head: how long it is, and what it says is still to come, which
 * may be more than a size_t of 32 bits holds.
 */
struct head {
	uint64_t size;	/* bytes up to its payload or first item */
	uint64_t bytes; /* of payload */
	uint64_t items; /* values inside */
	bool opens;	/* an array or map */
};

void
scan_init(struct scan *scan, size_t limit)
{
	scan->offset = 0;
	scan->limit = limit;
	scan->pending = 1;
	scan->depth = 0;
}

static uint64_t
big_endian(const uint8_t *at, size_t width)
{
	uint64_t value = 0;

	while (width-- > 0)
		value = value << 8 | *at++;
	return value;
}

static void
read_short(uint8_t byte, struct head *head)
{
	*head = (struct head){ .size = 1 };
	if (byte >= 0xe0 || byte < 0x80)
		return; /* an integer in the byte itself */
	head->opens = byte < 0xa0;
	if (byte >= 0xa0)
		head->bytes = byte & 0x1f;
	else if (byte >= 0x90)
		head->items = byte & 0x0f;
	else
		head->items = 2 * (byte & 0x0f);
}

/* 1, or 0 when its length is not all here yet, or -EBADMSG. */
static int
read_head(const uint8_t *at, size_t size, struct head *head)
{
	const struct format *format;
	uint64_t length;

	if (*at < 0xc0 || *at >= 0xe0) {
		read_short(*at, head);
		return 1;
	}
	format = &formats[*at - 0xc0];
	if (format->counts == NEVER)
		return -EBADMSG;
	if (size < 1u + format->width)
		return 0;
	length = big_endian(at + 1, format->width);
	*head = (struct head){
		.size = 1u + format->width,
		.bytes = format->fixed + (format->counts == BYTES ? length : 0),
		.items = format->counts == ITEMS   ? length
			 : format->counts == PAIRS ? 2 * length
						   : 0,
		.opens = format->counts == ITEMS || format->counts == PAIRS,
	};
	return 1;
}

/* The value that just ended may be the last of those around it. */
static void
close_full(struct scan *scan)
{
	while (scan->depth > 0 && --scan->left[scan->depth - 1] == 0)
		scan->depth--;
}

/* Each value still to come has at least one byte: there must be room. */
static int
take(struct scan *scan, const struct head *head)
{
	uint64_t room = scan->limit - scan->offset;
	uint64_t pending = scan->pending - 1 + head->items;

	if (head->size + head->bytes > room)
		return -EMSGSIZE;
	if (pending > room - head->size - head->bytes)
		return head->items > 0 ? -ERANGE : -EMSGSIZE;
	if (head->opens && scan->depth == LIMIT_DEPTH)
		return -ELOOP;
	scan->offset += (size_t)(head->size + head->bytes);
	scan->pending = (size_t)pending;
	if (head->items > 0)
		scan->left[scan->depth++] = (uint32_t)head->items;
	else
		close_full(scan);
	return 0;
}

int
scan_more(struct scan *scan, const void *data, size_t size)
{
	const uint8_t *bytes = data;
	struct head head;
	int r;

	while (scan->pending > 0) {
		if (scan->offset >= size)
			return 0;
		r = read_head(bytes + scan->offset, size - scan->offset, &head);
		if (r == 0)
			return size < scan->limit ? 0 : -EMSGSIZE;
		if (r == 1)
			r = take(scan, &head);
		if (r < 0)
			return r;
	}
	return scan->offset <= size; /* its payload may be missing */
}

/* ---- the short way ---- */

enum { CONTAINERS = 8 }; /* more could be nested too deep */

/* The length of a value without a length of its own, from 0xc0 on; or 0. */
static const uint8_t plain[0x20] = {
	[0x00] = 1, [0x02] = 1, [0x03] = 1, [0x0a] = 5, [0x0b] = 9,
	[0x0c] = 2, [0x0d] = 3, [0x0e] = 5, [0x0f] = 9, [0x10] = 2,
	[0x11] = 3, [0x12] = 5, [0x13] = 9,
};

/*
 * Behind the value at `at`, of which at least one byte is there; `*more` is
 * how many lie inside. NULL: it is none of the most common kinds.
 */
static const uint8_t *
skip(const uint8_t *at, const uint8_t *end, unsigned *more)
{
	uint8_t byte = *at;

	*more = 0;
	if (byte < 0x80 || byte >= 0xe0)
		return at + 1;
	if (byte >= 0xc0) {
		if ((byte == 0xc4 || byte == 0xd9) && end - at > 1)
			return at + 2 + at[1]; /* bin 8, str 8 */
		return plain[byte - 0xc0] > 0 ? at + plain[byte - 0xc0] : NULL;
	}
	if (byte >= 0xa0)
		return at + 1 + (byte & 0x1f);
	*more = byte < 0x90 ? 2u * (byte & 0x0f) : byte & 0x0fu;
	return at + 1;
}

const uint8_t *
scan_common(const uint8_t *at, const uint8_t *end, unsigned count)
{
	unsigned containers = 0, more;

	for (; count > 0; count += more) {
		if (at >= end)
			return NULL;
		containers += (*at & 0xe0) == 0x80;
		at = skip(at, end, &more);
		if (at == NULL || containers > CONTAINERS)
			return NULL;
		count--;
	}
	return at <= end ? at : NULL;
}
