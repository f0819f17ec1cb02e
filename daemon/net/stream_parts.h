/* SPDX-License-Identifier: MIT */
/*
 * stream_parts.h - what the files of stream.h share; only for them.
 */
#ifndef NET_STREAM_PARTS_H
#define NET_STREAM_PARTS_H

#include "net/intake.h"
#include "net/stream.h"
#include "net/watch.h"
#include "net/wire.h"

struct stream {
	struct watch watch;
	struct loop *loop;
	struct task *owner;
	struct wire wire;
	int reading, writing; /* what is watched to do so */
	bool waits_to_read;   /* the owner is parked for one of these two */
	bool waits_to_drain;
	bool has_more; /* read on before waiting */
	bool at_end;   /* read(2) has said so */
	bool is_hung_up;
	bool is_gone;
	bool is_amid; /* refused in the middle of what the peer sends */
	size_t drain_to;
	struct intake intake;
	struct outbox output;
	struct flush flush;
	int64_t deadline; /* of lingering */
};

/* Exactly this from now on; where that cannot be, the peer is lost. */
void stream_watch_for(struct stream *stream, int interest);

/* 1, 0 at the end, -EAGAIN nothing there, or why not. */
MUST_CHECK int stream_read_some(struct stream *stream, size_t wanted);

/* 0, -EAGAIN the peer must read first, or why it never will. */
MUST_CHECK int stream_write_output(struct stream *stream);

#endif
