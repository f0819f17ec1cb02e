/* SPDX-License-Identifier: MIT */
/*
 * frame.c - any bytes, as a frame.
 *
 * A finding is: a split of the bytes that gives another result; a value whose
 * length the scanner, the measure and msgpack-c do not agree on; a frame
 * whose parts lie outside of it or are not what msgpack-c reads there.
 */
#include "proto/frame.h"

#include <msgpack.h>

#include "target.h"
#include "tests/measure.h"
#include "tests/seen.h"

/* Short inputs are split everywhere, others here and there. */
enum { SPLITS = 64, DRIBBLED = 512 };

static void
try_splits(const uint8_t *data, size_t size, size_t limit)
{
	struct seen wanted = seen_at_once(data, size, limit);
	struct seen seen;

	for (size_t at = 0; at < size; at += 1 + size / SPLITS) {
		seen = seen_in_two(data, size, at, limit);
		must(seen_equals(&seen, &wanted), "a split changes the result");
	}
	if (size > DRIBBLED)
		return;
	seen = seen_bytewise(data, size, limit);
	must(seen_equals(&seen, &wanted), "single bytes change the result");
}

static msgpack_object
unpack(msgpack_unpacked *unpacked, const uint8_t *data, size_t size)
{
	size_t offset = 0;

	msgpack_unpacked_init(unpacked);
	must(msgpack_unpack_next(unpacked, (const char *)data, size, &offset) ==
		 MSGPACK_UNPACK_SUCCESS,
	     "msgpack-c refuses what the scanner accepts");
	must(offset == size, "msgpack-c reads another length");
	return unpacked->data;
}

static bool
is_number(const msgpack_object *object, uint64_t most)
{
	return object->type == MSGPACK_OBJECT_POSITIVE_INTEGER &&
	       object->via.u64 <= most;
}

static bool
is_call(const msgpack_object *method)
{
	return (method[0].type == MSGPACK_OBJECT_STR ||
		method[0].type == MSGPACK_OBJECT_BIN) &&
	       method[1].type == MSGPACK_OBJECT_ARRAY;
}

/* The three shapes once more, in the words of msgpack-c. */
static bool
is_message(const msgpack_object *object)
{
	const msgpack_object *part = object->via.array.ptr;

	if (object->type != MSGPACK_OBJECT_ARRAY)
		return false;
	if (object->via.array.size == 3)
		return is_number(part, 2) && part->via.u64 == 2 &&
		       is_call(part + 1);
	if (object->via.array.size != 4 || !is_number(part, 1) ||
	    !is_number(part + 1, UINT32_MAX))
		return false;
	return part->via.u64 == FRAME_RESPONSE || is_call(part + 2);
}

static void
is_within(struct span span, const uint8_t *data, size_t size)
{
	must(span.data >= data && span.size <= size &&
		 (size_t)(span.data - data) <= size - span.size,
	     "a part lies outside of its frame");
}

static void
check_call(const struct frame *frame, const msgpack_object *method,
	   const uint8_t *data, size_t size)
{
	struct reader reader = { frame->params.data,
				 frame->params.data + frame->params.size };
	struct span item;

	is_within(frame->method, data, size);
	is_within(frame->params, data, size);
	must(frame->method.size == method[0].via.bin.size,
	     "another method's length");
	must(frame->method.size == 0 ||
		 memcmp(frame->method.data, method[0].via.bin.ptr,
			frame->method.size) == 0,
	     "another method");
	must(frame->param_count == method[1].via.array.size,
	     "another count of parameters");
	for (uint32_t i = 0; i < frame->param_count; i++)
		must(read_any(&reader, &item) == 0, "a parameter is missing");
	must(reader.at == reader.end && reader.end == data + size,
	     "the parameters do not end with the frame");
}

static void
check_response(const struct frame *frame, const uint8_t *data, size_t size)
{
	is_within(frame->error, data, size);
	is_within(frame->result, data, size);
	must(frame->error.data + frame->error.size == frame->result.data &&
		 frame->result.data + frame->result.size == data + size,
	     "error and result do not end the frame");
}

/* The bytes are one whole value; is the frame what is in it? */
static void
check_frame(const uint8_t *data, size_t size)
{
	msgpack_unpacked unpacked;
	msgpack_object object = unpack(&unpacked, data, size);
	const msgpack_object *part = object.via.array.ptr;
	struct frame_scan fs;
	struct frame frame;
	int r;

	frame_scan_init(&fs, LIMIT_MESSAGE);
	r = frame_more(&fs, data, size, &frame);
	must(r == (is_message(&object) ? 1 : -EPROTO),
	     "what is a message and what is not");
	if (r == 1) {
		must(frame.kind == part[0].via.u64, "another kind");
		must(frame.has_msgid == (frame.kind != FRAME_NOTIFICATION),
		     "a msgid where none is, or none where one is");
		must(!frame.has_msgid || frame.msgid == part[1].via.u64,
		     "another msgid");
		if (frame.kind == FRAME_RESPONSE)
			check_response(&frame, data, size);
		else
			check_call(&frame, part + 1 + frame.has_msgid, data,
				   size);
	}
	msgpack_unpacked_destroy(&unpacked);
}

static void
check_length(const uint8_t *data, size_t size, size_t limit)
{
	struct measure whole = { data, data + size, LIMIT_DEPTH };
	uint64_t length = measure(whole);
	struct scan scan;
	int r;

	scan_init(&scan, limit);
	r = scan_more(&scan, data, size);
	must((r == 1) == (length > 0 && length <= limit),
	     "the scanner and the measure do not agree");
	must(r != 1 || scan.offset == length, "another length");
	must(r != 0 || size < limit, "more is wanted beyond the limit");
	if (r == 1)
		check_frame(data, scan.offset);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const size_t limits[] = { LIMIT_MESSAGE, 4096, 24 };

	for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
		check_length(data, size, limits[i]);
		try_splits(data, size, limits[i]);
	}
	return 0;
}
