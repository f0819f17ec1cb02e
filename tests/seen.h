/* SPDX-License-Identifier: MIT */
/*
 * seen.h - what came out of looking at a frame, to be compared.
 *
 * Positions count from the frame's first byte, so that it may lie elsewhere
 * each time.
 */
#ifndef TESTS_SEEN_H
#define TESTS_SEEN_H

#include <errno.h>

#include "proto/frame.h"
#include "tests/bytes.h"

struct part {
	size_t at, size;
};

struct seen {
	int r;
	size_t offset; /* of a whole frame, or where it is no msgpack */
	bool has_msgid;
	uint32_t msgid;
	enum frame_kind kind; /* of a whole frame, as what follows */
	uint32_t param_count;
	struct part method, params, error, result;
};

static inline struct part
part_of(struct span span, const uint8_t *data)
{
	if (span.data == NULL)
		return (struct part){ 0, span.size };
	return (struct part){ (size_t)(span.data - data), span.size };
}

static inline struct seen
seen_whole(const struct frame *frame, const uint8_t *data)
{
	return (struct seen){
		.r = 1,
		.has_msgid = frame->has_msgid,
		.msgid = frame->msgid,
		.kind = frame->kind,
		.param_count = frame->param_count,
		.method = part_of(frame->method, data),
		.params = part_of(frame->params, data),
		.error = part_of(frame->error, data),
		.result = part_of(frame->result, data),
	};
}

/* Looks at the first `size` bytes, in a block of their own. */
static inline struct seen
seen_after(struct frame_scan *fs, const uint8_t *data, size_t size)
{
	struct bytes copy = bytes_copy(data, size);
	struct frame frame;
	struct seen seen = { .r = frame_more(fs, copy.data, size, &frame) };

	if (seen.r == 1)
		seen = seen_whole(&frame, copy.data);
	if (seen.r < 0)
		seen.has_msgid = frame.has_msgid;
	if (seen.has_msgid)
		seen.msgid = frame.msgid;
	if (seen.r != 0 && seen.r != -EPROTO)
		seen.offset = fs->scan.offset;
	bytes_free(&copy);
	return seen;
}

static inline struct seen
seen_at_once(const uint8_t *data, size_t size, size_t limit)
{
	struct frame_scan fs;

	frame_scan_init(&fs, limit);
	return seen_after(&fs, data, size);
}

static inline struct seen
seen_in_two(const uint8_t *data, size_t size, size_t first, size_t limit)
{
	struct frame_scan fs;
	struct seen seen;

	frame_scan_init(&fs, limit);
	seen = seen_after(&fs, data, first);
	return seen.r == 0 ? seen_after(&fs, data, size) : seen;
}

static inline struct seen
seen_bytewise(const uint8_t *data, size_t size, size_t limit)
{
	struct frame_scan fs;
	struct seen seen = { 0 };

	frame_scan_init(&fs, limit);
	for (size_t n = 0; n <= size && seen.r == 0; n++)
		seen = seen_after(&fs, data, n);
	return seen;
}

static inline bool
part_equals(struct part a, struct part b)
{
	return a.at == b.at && a.size == b.size;
}

static inline bool
seen_equals(const struct seen *a, const struct seen *b)
{
	return a->r == b->r && a->offset == b->offset &&
	       a->has_msgid == b->has_msgid && a->msgid == b->msgid &&
	       a->kind == b->kind && a->param_count == b->param_count &&
	       part_equals(a->method, b->method) &&
	       part_equals(a->params, b->params) &&
	       part_equals(a->error, b->error) &&
	       part_equals(a->result, b->result);
}

#endif
