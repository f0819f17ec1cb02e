/* SPDX-License-Identifier: MIT */
#include "net/stream.h"

#include "net/intake.h"
#include "net/watch.h"
#include "task/sched.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { VECTORS = 64 };

struct stream {
	struct watch watch;
	struct loop *loop;
	struct task *owner;
	int fd;
	bool waits_to_read; /* the owner is parked for one of these two */
	bool waits_to_drain;
	bool has_more; /* read on before waiting */
	bool at_end;   /* read(2) has said so */
	bool is_hung_up;
	bool is_gone;
	size_t drain_to;
	struct intake intake;
	struct outbox output;
	struct flush flush;
	int64_t deadline; /* of lingering */
};

static void stream_ready(void *context, int what);
static void flush_output(struct flush *flush);

struct stream *
stream_new(struct loop *loop, int fd)
{
	struct stream *stream = calloc(1, sizeof *stream);

	if (stream == NULL)
		return NULL;
	stream->loop = loop;
	stream->fd = fd;
	stream->flush.run = flush_output;
	list_init(&stream->flush.link);
	intake_init(&stream->intake, loop_scratch(loop));
	outbox_init(&stream->output);
	watch_init(&stream->watch, loop, fd, stream_ready, stream);
	if (watch_set(&stream->watch, WATCH_READ | WATCH_CLOSED) == 0)
		return stream;
	free(stream);
	return NULL;
}

void
stream_set_owner(struct stream *stream, struct task *task)
{
	stream->owner = task;
}

static void
stream_free(struct stream *stream)
{
	intake_fini(&stream->intake);
	list_remove(&stream->flush.link);
	watch_clear(&stream->watch);
	loop_sys(stream->loop)->close(stream->fd);
	outbox_fini(&stream->output);
	free(stream);
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

static void
watch_for(struct stream *stream, int interest)
{
	if (watch_set(&stream->watch, interest) < 0)
		lose(stream);
}

static int
write_interest(const struct stream *stream)
{
	return stream->output.bytes > 0 ? stream->watch.interest & WATCH_WRITE
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
		stream->is_gone = loop_sys(stream->loop)->is_gone(stream->fd);
	stream->is_hung_up = true;
	watch_for(stream, write_interest(stream));
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
	if (loop_sys(stream->loop)->is_gone(stream->fd))
		hang_up(stream);
	else
		watch_for(stream, WATCH_READ | WATCH_CLOSED | WATCH_EDGE |
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

/* 1, 0 at the end, -EAGAIN nothing there, or why not. */
static int
read_some(struct stream *stream, size_t wanted)
{
	ssize_t n = intake_read(&stream->intake, loop_sys(stream->loop),
				stream->fd, wanted, &stream->has_more);

	if (n == -EINTR)
		return -EAGAIN;
	stream->at_end = n == 0;
	return n > 0 ? 1 : (int)n;
}

PARKS static int
wait_to_read(struct stream *stream)
{
	int r;

	watch_for(stream, WATCH_READ | WATCH_CLOSED | write_interest(stream));
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
		r = read_some(stream, wanted);
	while (r == -EAGAIN && may_wait) {
		r = wait_to_read(stream);
		may_wait = r == 0;
		if (r == 0 || stream->is_hung_up)
			r = read_some(stream, wanted);
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

/* 0, -EAGAIN the peer must read first, or why it never will. */
static int
write_output(struct stream *stream)
{
	struct iovec vectors[VECTORS];
	ssize_t n;

	/* Behind what was dropped, more would only be garbage. */
	if (stream->is_gone)
		return -EPIPE;
	while (stream->output.bytes > 0) {
		int count = outbox_vectors(&stream->output, vectors, VECTORS);

		n = loop_sys(stream->loop)->writev(stream->fd, vectors, count);
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

static void
flush_output(struct flush *flush)
{
	struct stream *stream = list_entry(flush, struct stream, flush);
	int interest = stream->watch.interest;
	int r = write_output(stream);

	if (r == -EAGAIN)
		watch_for(stream, interest | WATCH_WRITE);
	else if (r == 0)
		watch_for(stream, interest & ~WATCH_WRITE);
	else
		lose(stream);
	wake_drained(stream);
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

/* ---- the end ---- */

/*
 * Closing a socket with unread input resets the connection, and the peer may
 * then never see our last answers. So tell it that these were the last, and
 * read on until it has closed, too.
 */
PARKS static void
discard_input(struct stream *stream)
{
	int r = 0;

	loop_sys(stream->loop)->shut(stream->fd);
	watch_for(stream, WATCH_READ);
	while (r == 0 && !stream->at_end && sched_time() < stream->deadline) {
		stream->waits_to_read = true;
		r = task_park(NULL, stream->deadline);
		intake_fini(&stream->intake);
		if (r == 0)
			r = read_some(stream, 1);
		if (r == 1 || r == -EAGAIN)
			r = 0;
	}
}

static bool
has_unread_input(const struct stream *stream)
{
	return !stream->at_end &&
	       loop_sys(stream->loop)->has_unread(stream->fd);
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

	int r = write_output(stream);

	if ((r < 0 && r != -EAGAIN) || linger_time == 0 ||
	    (r == 0 && !has_unread_input(stream))) {
		stream_free(stream);
		return;
	}
	/* Nothing that it sends matters any more. */
	stream->is_hung_up = true;
	watch_clear(&stream->watch);
	stream->deadline = sched_time() + linger_time;
	task = task_spawn(linger, stream);
	if (task == NULL)
		stream_free(stream);
	else
		stream->owner = task;
}
