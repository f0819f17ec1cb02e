/* SPDX-License-Identifier: MIT */
/*
 * frame.h - bytes <-> MessagePack-RPC messages.
 *
 *   request       [0, msgid, method, params]
 *   response      [1, msgid, error, result]
 *   notification  [2, method, params]
 *
 * Shapes are those of the MessagePack-RPC specification; a method may also be
 * a binary. Bytes are judged as they come: what cannot become a message is
 * refused at its first wrong byte, and nothing is decoded before its limits
 * were checked. Nothing is copied: a frame points into the caller's bytes.
 */
#ifndef PROTO_FRAME_H
#define PROTO_FRAME_H

#include "proto/scan.h"
#include "proto/value.h"

enum frame_kind { FRAME_REQUEST, FRAME_RESPONSE, FRAME_NOTIFICATION };

struct frame {
	enum frame_kind kind;
	bool has_msgid; /* known; of a malformed frame: before it went wrong */
	uint32_t msgid; /* request, response */
	struct span method; /* request, notification */
	struct span params; /* the same: the array's items, without its head */
	uint32_t param_count;
	struct span error; /* response: an encoded value */
	struct span result;
};

/* The state between two looks at a frame that is still coming. */
struct frame_scan {
	struct scan scan;
	bool begins_well; /* its shape was seen and is right */
};

void frame_scan_init(struct frame_scan *fs, size_t max_message);

/*
 * Look at what has come of a frame.
 *
 *   data, size  the frame from its first byte on, as far as it is here
 *
 * 1 when it is whole: `*frame` is filled in, it is `fs->scan.offset` bytes
 * long, and `fs` must be initialised again for the next.
 * 0 when more is needed: more than `size` bytes, and `fs->scan.offset` at the
 * least; `*frame` says nothing yet, but for `has_msgid`, `msgid` and `kind`
 * when it was the first look.
 * What scan_more() returns, or -EPROTO where it is msgpack but none of the
 * three shapes: the stream cannot be used any more. `frame->has_msgid` then
 * says whether a msgid came before the trouble, and `kind` whose it is.
 * In what pieces the data came makes no difference.
 */
int frame_more(struct frame_scan *fs, const void *data, size_t size,
	       struct frame *frame);

/* What is wrong with a frame, for people; from a negative frame_more(). */
const char *frame_fault(int negative_errno);

enum { FRAME_HEAD_MAX = 8 };

/*
 * The head of a response, or of the one that carries a result: an error or
 * nil and the result must follow. Up to FRAME_HEAD_MAX bytes; returns the
 * byte behind it.
 */
uint8_t *put_response(uint8_t *at, uint32_t msgid);
uint8_t *put_success(uint8_t *at, uint32_t msgid);

/*
 * The head of a request: `param_count` values must follow. Needs
 * FRAME_HEAD_MAX + PUT_MAX + the method's bytes.
 */
uint8_t *put_request(uint8_t *at, uint32_t msgid, const char *method,
		     uint32_t param_count);

#endif
