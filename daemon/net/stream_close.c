/* SPDX-License-Identifier: MIT */
/*
 * stream_close.c - the end of a stream: its last answers are still read.
 */
#include "net/stream_parts.h"
#include "task/sched.h"

#include <errno.h>
#include <stdlib.h>

static void
stream_free(struct stream *stream)
{
	intake_fini(&stream->intake);
	list_remove(&stream->flush.link);
	watch_clear(&stream->watch);
	wire_strip(&stream->wire,
		   !stream->is_gone && stream->output.bytes == 0);
	stream->wire.sys->close(stream->wire.fd);
	outbox_fini(&stream->output);
	free(stream);
}

/*
 * Closing a socket with unread input resets the connection, and the peer may
 * then never see our last answers. So tell it that these were the last, and
 * read on until it has closed, too.
 */
PARKS static void
discard_input(struct stream *stream)
{
	int r = 0;

	wire_strip(&stream->wire, true);
	stream->wire.sys->shut(stream->wire.fd);
	stream_watch_for(stream, WATCH_READ);
	while (r == 0 && !stream->at_end && sched_time() < stream->deadline) {
		stream->waits_to_read = true;
		r = task_park(NULL, stream->deadline);
		intake_fini(&stream->intake);
		if (r == 0)
			r = stream_read_some(stream, 1);
		if (r == 1 || r == -EAGAIN)
			r = 0;
	}
}

/* What nobody has read stands before the end: but only so much of it. */
int
stream_fault(struct stream *stream)
{
	const struct layer *layer = stream->wire.layer;
	int most = 16, r = 1;

	if (layer == NULL)
		return 0;
	while (stream->is_hung_up && !layer->has_ended && r == 1 &&
	       most-- > 0) {
		intake_fini(&stream->intake);
		r = stream_read_some(stream, 1);
	}
	r = layer->failure;
	return r == -ECONNABORTED || r == -EBADMSG ? r : 0;
}

void
stream_refuse(struct stream *stream)
{
	stream->is_amid = !stream->is_hung_up;
}

static bool
has_unread_input(const struct stream *stream)
{
	return !stream->at_end &&
	       (stream->is_amid || wire_has_unread(&stream->wire));
}

PARKS static void
linger(void *context)
{
	struct stream *stream = context;

	if (stream_drain(stream, 0, stream->deadline - sched_time()) == 0 &&
	    has_unread_input(stream))
		discard_input(stream);
	stream_free(stream);
}

void
stream_close(struct stream *stream, int64_t linger_time)
{
	struct task *task;

	int r = stream_write_output(stream);

	if ((r < 0 && r != -EAGAIN) || linger_time == 0 ||
	    (r == 0 && !has_unread_input(stream))) {
		stream_free(stream);
		return;
	}
	/* Nothing that it sends matters any more, nor what came of it. */
	stream->is_hung_up = true;
	intake_fini(&stream->intake);
	watch_clear(&stream->watch);
	stream->deadline = sched_time() + linger_time;
	task = task_spawn(linger, stream);
	if (task == NULL)
		stream_free(stream);
	else
		stream->owner = task;
}
