/* SPDX-License-Identifier: MIT */
#include "proto/frame.h"

#include <errno.h>
#include <string.h>

void
frame_scan_init(struct frame_scan *fs, size_t max_message)
{
	scan_init(&fs->scan, max_message);
	fs->begins_well = false;
}

/*
 * What follows reads one part of a frame each. 1 when it is there and right,
 * 0 when the bytes end before it does, -EPROTO when it is something else.
 */
static int
judge(const struct reader *reader, const char *wanted, int read)
{
	const char *kind;

	if (read == 0)
		return 1;
	kind = reader_kind(reader);
	/* The end, or a byte that the scanner has more exact words for. */
	if (strcmp(kind, "nothing") == 0)
		return 0;
	/* The right kind and yet not readable: its end is not here yet. */
	return read != -ERANGE && strcmp(kind, wanted) == 0 ? 0 : -EPROTO;
}

static int
read_shape(struct reader *reader, struct frame *frame)
{
	uint32_t parts;
	uint64_t kind;
	int r = judge(reader, "array", read_array(reader, &parts));

	if (r == 1 && (parts < 3 || parts > 4))
		return -EPROTO;
	if (r == 1)
		r = judge(reader, "integer", read_unsigned(reader, &kind));
	if (r != 1)
		return r;
	if (kind > FRAME_NOTIFICATION ||
	    parts != (kind == FRAME_NOTIFICATION ? 3 : 4))
		return -EPROTO;
	frame->kind = (enum frame_kind)kind;
	return 1;
}

static int
read_msgid(struct reader *reader, struct frame *frame)
{
	uint64_t msgid;
	int r;

	if (frame->kind == FRAME_NOTIFICATION)
		return 1;
	r = judge(reader, "integer", read_unsigned(reader, &msgid));
	if (r != 1)
		return r;
	if (msgid > UINT32_MAX)
		return -EPROTO;
	frame->msgid = (uint32_t)msgid;
	frame->has_msgid = true;
	return 1;
}

static int
read_method(struct reader *reader, struct frame *frame)
{
	bool is_binary = strcmp(reader_kind(reader), "binary") == 0;

	return judge(reader, is_binary ? "binary" : "string",
		     read_string(reader, &frame->method));
}

static int
read_params(struct reader *reader, struct frame *frame)
{
	int r = judge(reader, "array", read_array(reader, &frame->param_count));

	if (r == 1)
		frame->params = (struct span){ reader->at, 0 };
	return r;
}

/* Everything up to the parameters, or to a response's error. */
static int
read_beginning(struct reader *reader, struct frame *frame)
{
	int r = read_shape(reader, frame);

	if (r == 1)
		r = read_msgid(reader, frame);
	if (r != 1 || frame->kind == FRAME_RESPONSE)
		return r;
	r = read_method(reader, frame);
	return r == 1 ? read_params(reader, frame) : r;
}

static void
read_rest(struct reader *reader, struct frame *frame)
{
	if (frame->kind == FRAME_RESPONSE) {
		read_any(reader, &frame->error);
		read_any(reader, &frame->result);
		return;
	}
	frame->params.size = (size_t)(reader->end - frame->params.data);
}

/* ---- the short way ---- */

static const uint8_t *
read_common_msgid(const uint8_t *at, struct frame *frame)
{
	if (at[0] < 0x80) {
		frame->msgid = at[0];
		return at + 1;
	}
	if (at[0] == 0xcc) {
		frame->msgid = at[1];
		return at + 2;
	}
	if (at[0] == 0xcd) {
		frame->msgid = at[1] * 256u + at[2];
		return at + 3;
	}
	frame->msgid = (uint32_t)at[1] << 24 | (uint32_t)at[2] << 16 |
		       (uint32_t)at[3] << 8 | at[4];
	return at[0] == 0xce ? at + 5 : NULL;
}

/*
 * A request as nearly all of them are: small, in the shortest encodings, and
 * whole. What this takes, the long way would take just so; what it does not
 * is left to that, errors included.
 */
static bool
read_common(struct frame_scan *fs, const uint8_t *data, size_t size,
	    struct frame *frame)
{
	const uint8_t *at, *end = data + size;

	if (size < 8 || data[0] != 0x94 || data[1] != FRAME_REQUEST)
		return false;
	at = read_common_msgid(data + 2, frame);
	if (at == NULL)
		return false;
	frame->kind = FRAME_REQUEST;
	frame->has_msgid = true;
	/* One by one: a pair stored so and copied at once stalls. */
	frame->error.data = frame->result.data = NULL;
	frame->error.size = frame->result.size = 0;
	if ((*at & 0xe0) != 0xa0)
		return false;
	frame->method = (struct span){ at + 1, *at & 0x1f };
	at += 1 + frame->method.size;
	if (at >= end || (*at & 0xf0) != 0x90)
		return false;
	frame->param_count = *at & 0x0f;
	frame->params.data = at + 1;
	at = scan_common(at + 1, end, frame->param_count);
	if (at == NULL || (size_t)(at - data) > fs->scan.limit)
		return false;
	frame->params.size = (size_t)(at - frame->params.data);
	fs->scan.offset = (size_t)(at - data);
	fs->scan.pending = 0;
	return true;
}

/* ---- the long way ---- */

int
frame_more(struct frame_scan *fs, const void *data, size_t size,
	   struct frame *frame)
{
	struct reader reader = { data, (const uint8_t *)data + size };
	int shape = 1;
	int r;

	if (fs->scan.offset == 0 && read_common(fs, data, size, frame))
		return 1;
	memset(frame, 0, sizeof *frame);
	r = scan_more(&fs->scan, data, size);
	/* Of what cannot be scanned, the first byte alone may be judged. */
	if (r != 0)
		reader.end = reader.at + fs->scan.offset + (r < 0);
	if (r != 0 || !fs->begins_well)
		shape = read_beginning(&reader, frame);
	if (shape < 0 || r < 0)
		return shape < 0 ? shape : r;
	fs->begins_well = shape == 1;
	if (r == 1)
		read_rest(&reader, frame);
	return r;
}

const char *
frame_fault(int negative_errno)
{
	switch (negative_errno) {
	case -EBADMSG:
		return "byte 0xc1 is no msgpack";
	case -ELOOP:
		return "nested deeper than 32";
	case -ERANGE:
		return "announces more items than a message can hold";
	case -EMSGSIZE:
		return "longer than the largest message";
	default:
		return "not a MessagePack-RPC request, response or "
		       "notification";
	}
}

uint8_t *
put_response(uint8_t *at, uint32_t msgid)
{
	*at++ = 0x94;
	*at++ = FRAME_RESPONSE;
	return put_unsigned(at, msgid);
}

uint8_t *
put_success(uint8_t *at, uint32_t msgid)
{
	return put_nil(put_response(at, msgid));
}

uint8_t *
put_request(uint8_t *at, uint32_t msgid, const char *method,
	    uint32_t param_count)
{
	*at++ = 0x94;
	*at++ = FRAME_REQUEST;
	at = put_unsigned(at, msgid);
	at = put_string(at, method, strlen(method));
	return put_array(at, param_count);
}
