/* SPDX-License-Identifier: MIT */
#include "net/stream.h"

#include "net/stream_parts.h"
#include "task/sched.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	VECTORS = 64,
	AHEAD = 16 << 10, /* bytes read for an owner who does not wait */
};

static void stream_ready(void *context, int what);
static void layer_ready(void *context, int what);
static void look_at_layer(struct stream *stream);
static void flush_layer(struct flush *flush);
static void flush_output(struct flush *flush);

struct stream *
stream_new(struct loop *loop, int fd, struct layer *layer)
{
	struct stream *stream = calloc(1, sizeof *stream);

	if (stream == NULL)
		return NULL;
	stream->loop = loop;
	stream->wire = (struct wire){ loop_sys(loop), fd, layer };
	stream->has_more = layer != NULL; /* came along with the handshake */
	/*
	 * A layer may be unable to read what is there before it has written,
	 * and the other way round: told of states, the loop would spin.
	 */
	stream->reading = WATCH_READ | WATCH_CLOSED;
	stream->writing = WATCH_WRITE;
	if (layer != NULL) {
		stream->reading |= WATCH_EDGE;
		stream->writing |= WATCH_EDGE;
	}
	stream->flush.run = layer != NULL ? flush_layer : flush_output;
	list_init(&stream->flush.link);
	intake_init(&stream->intake, loop_scratch(loop));
	outbox_init(&stream->output);
	watch_init(&stream->watch, loop, fd,
		   layer != NULL ? layer_ready : stream_ready, stream);
	if (watch_set(&stream->watch, stream->reading) == 0)
		return stream;
	free(stream);
	return NULL;
}

void
stream_set_owner(struct stream *stream, struct task *task)
{
	stream->owner = task;
}

/* ---- what the loop tells ---- */

/* It is of no use any more: nothing is written, and the owner learns it. */
static void
lose(struct stream *stream)
{
	stream->is_hung_up = stream->is_gone = true;
	outbox_fini(&stream->output);
	watch_clear(&stream->watch);
	task_cancel(stream->owner);
}

void
stream_watch_for(struct stream *stream, int interest)
{
	if (watch_set(&stream->watch, interest) < 0)
		lose(stream);
}

static int
write_interest(const struct stream *stream)
{
	bool waits = stream->output.bytes > 0 &&
		     (stream->watch.interest & WATCH_WRITE) != 0;

	return waits || wire_reads_when_written(&stream->wire) ? stream->writing
							       : 0;
}

/* Parked, and neither for bytes nor for room: that can only be in a call. */
static bool
is_in_a_call(const struct stream *stream)
{
	return !stream->waits_to_read && !stream->waits_to_drain &&
	       !task_is_runnable(stream->owner);
}

/*
 * What the owner waits for is withdrawn. Where the peer has only shut down its
 * sending side, an owner that does not wait goes on to answer what it has
 * read. Hanging up stays readable for ever: it is not watched any longer.
 */
static void
hang_up(struct stream *stream)
{
	if (!stream->is_hung_up)
		stream->is_gone = stream->wire.sys->is_gone(stream->wire.fd);
	stream->is_hung_up = true;
	stream_watch_for(stream, write_interest(stream));
	if (stream->is_gone || is_in_a_call(stream))
		task_cancel(stream->owner);
	else
		task_set_leaving(stream->owner);
	if (stream->waits_to_drain)
		task_wake(stream->owner, 0); /* not for ever any more */
}

/*
 * Bytes, or an error, for somebody who is not waiting for them. Only a change
 * is told from now on, else the loop would spin on what nobody reads.
 */
static void
defer_reading(struct stream *stream)
{
	stream->has_more = true;
	if (stream->wire.sys->is_gone(stream->wire.fd))
		hang_up(stream);
	else
		stream_watch_for(stream, WATCH_READ | WATCH_CLOSED |
					     WATCH_EDGE |
					     write_interest(stream));
}

static void
wake_reader(struct stream *stream)
{
	stream->waits_to_read = false;
	task_wake(stream->owner, 0);
}

static void
stream_ready(void *context, int what)
{
	struct stream *stream = context;

	if (what & WATCH_WRITE)
		flush_output(&stream->flush);
	if (what & WATCH_CLOSED)
		hang_up(stream);
	if (stream->waits_to_read && (what & (WATCH_READ | WATCH_CLOSED)))
		wake_reader(stream);
	else if ((what & WATCH_READ) && !stream->is_hung_up)
		defer_reading(stream);
}

/*
 * Within TLS the end stands among the bytes, and is not seen before they are
 * read: so some are, for an owner who is busy or blocked. Who sends more than
 * that is not read any further, as without TLS.
 */
static void
read_ahead(struct stream *stream)
{
	size_t unread;
	int r = 1;

	stream_data(stream, &unread);
	while (r == 1 && unread < AHEAD) {
		r = stream_read_some(stream, unread + 1);
		stream_data(stream, &unread);
	}
	if (r == 1)
		defer_reading(stream);
	else if (r == 0)
		hang_up(stream);
	else if (r == -EAGAIN)
		stream_watch_for(stream,
				 stream->reading | write_interest(stream));
	else
		lose(stream);
}

/* A reader reads by itself. */
static void
take_input(struct stream *stream)
{
	if (stream->waits_to_read)
		task_wake(stream->owner, 0);
	else if (!stream->is_hung_up)
		read_ahead(stream);
}

/*
 * In place of stream_ready() where there is a layer: what it can do now need
 * not be what the descriptor has become ready for.
 */
static void
layer_ready(void *context, int what)
{
	struct stream *stream = context;

	flush_output(&stream->flush);
	if (what & WATCH_CLOSED)
		hang_up(stream);
	take_input(stream);
}

/* ---- input ---- */

const uint8_t *
stream_data(const struct stream *stream, size_t *size)
{
	return intake_data(&stream->intake, size);
}

void
stream_consume(struct stream *stream, size_t size)
{
	intake_consume(&stream->intake, size);
}

struct blob *
stream_take(struct stream *stream, const uint8_t *at, size_t size)
{
	return intake_take(&stream->intake, at, size);
}

/*
 * What a layer holds makes no descriptor ready: who waits for something else
 * meanwhile has it read ahead at the end of the turn. An end that came along
 * with bytes is one already.
 */
static void
look_at_layer(struct stream *stream)
{
	if (!wire_has_more(&stream->wire))
		return;
	stream->has_more = true;
	if (stream->wire.layer->has_ended && !stream->is_hung_up)
		hang_up(stream);
	loop_flush_later(stream->loop, &stream->flush);
}

int
stream_read_some(struct stream *stream, size_t wanted)
{
	ssize_t n = intake_read(&stream->intake, &stream->wire, wanted,
				&stream->has_more);

	if (stream->wire.layer != NULL)
		look_at_layer(stream);
	if (n == -EINTR)
		return -EAGAIN;
	stream->at_end = n == 0;
	return n > 0 ? 1 : (int)n;
}

PARKS static int
wait_to_read(struct stream *stream)
{
	int r;

	stream_watch_for(stream, stream->reading | write_interest(stream));
	stream->waits_to_read = true;
	r = task_park(NULL, NO_DEADLINE);
	stream->waits_to_read = false;
	return r;
}

int
stream_fill(struct stream *stream, size_t wanted)
{
	bool may_wait = !task_is_cancelled(stream->owner);
	int r = -EAGAIN;

	if (!may_wait && !stream->is_hung_up)
		return -ECANCELED;
	/*
	 * After a hang-up all that there will be is there; and whoever has
	 * lost what he had read must not wait for more.
	 */
	if (stream->has_more || stream->is_hung_up || stream->intake.is_lost)
		r = stream_read_some(stream, wanted);
	while (r == -EAGAIN && may_wait) {
		r = wait_to_read(stream);
		may_wait = r == 0;
		if (r == 0 || stream->is_hung_up)
			r = stream_read_some(stream, wanted);
	}
	return r == -EAGAIN ? -ECANCELED : r;
}

/* ---- output ---- */

struct outbox *
stream_outbox(struct stream *stream)
{
	return &stream->output;
}

void
stream_send(struct stream *stream)
{
	if (stream->output.bytes > 0)
		loop_flush_later(stream->loop, &stream->flush);
}

int
stream_write_output(struct stream *stream)
{
	struct iovec vectors[VECTORS];
	ssize_t n;

	/* Behind what was dropped, more would only be garbage. */
	if (stream->is_gone)
		return -EPIPE;
	while (stream->output.bytes > 0) {
		int count = outbox_vectors(&stream->output, vectors, VECTORS);

		n = wire_writev(&stream->wire, vectors, count);
		if (n < 0 && n != -EINTR)
			return (int)n;
		if (n > 0)
			outbox_drop(&stream->output, (size_t)n);
	}
	return 0;
}

static void
wake_drained(struct stream *stream)
{
	if (!stream->waits_to_drain || stream->output.bytes > stream->drain_to)
		return;
	stream->waits_to_drain = false;
	task_wake(stream->owner, 0);
}

/* Only reading may wait for room now. */
static int
without_writing(const struct stream *stream, int interest)
{
	interest &= ~WATCH_WRITE;
	if (stream->wire.layer != NULL)
		interest |= write_interest(stream);
	return interest != WATCH_EDGE ? interest : 0;
}

static void
flush_output(struct flush *flush)
{
	struct stream *stream = list_entry(flush, struct stream, flush);
	int interest = stream->watch.interest;
	int r = stream_write_output(stream);

	if (r == -EAGAIN)
		stream_watch_for(stream, interest | stream->writing);
	else if (r < 0)
		lose(stream);
	else if (interest & WATCH_WRITE)
		stream_watch_for(stream, without_writing(stream, interest));
	wake_drained(stream);
}

/* And see what came meanwhile: writing within TLS may have to read, too. */
static void
flush_layer(struct flush *flush)
{
	struct stream *stream = list_entry(flush, struct stream, flush);

	flush_output(flush);
	if (wire_has_more(&stream->wire))
		take_input(stream);
}

int
stream_drain(struct stream *stream, size_t most, int64_t linger)
{
	int64_t deadline;
	int r;

	if (stream->output.bytes <= most)
		return 0;
	flush_output(&stream->flush);
	while (stream->output.bytes > most) {
		deadline =
		    stream->is_hung_up ? sched_time() + linger : NO_DEADLINE;
		stream->waits_to_drain = true;
		stream->drain_to = most;
		r = task_park(NULL, deadline);
		stream->waits_to_drain = false;
		if (r < 0)
			return r;
	}
	return stream->is_gone ? -EPIPE : 0;
}

const struct tls_identity *
stream_identity(const struct stream *stream)
{
	return stream->wire.layer != NULL ? stream->wire.layer->identity : NULL;
}

bool
stream_is_hung_up(const struct stream *stream)
{
	return stream->is_hung_up;
}

bool
stream_is_gone(const struct stream *stream)
{
	return stream->is_gone;
}
