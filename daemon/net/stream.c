/* SPDX-License-Identifier: MIT */
#include "net/stream.h"

#include "net/watch.h"
#include "task/sched.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum {
	VECTORS = 64,
	LEAST_INPUT = 512,     /* of a buffer of one's own */
	LARGE = 16 << 10,      /* from here on a buffer is handed on whole */
	MOST_UNSEEN = 1 << 20, /* memory for what was only announced */
};

/*
 * Input lies in the loop's scratch memory while this stream owns that, and
 * otherwise in `kept`, if there is any.
 */
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
	bool lost_input; /* no memory to put it away */
	bool lingers;
	size_t begin, end; /* of the scratch */
	size_t drain_to;
	struct blob *kept;
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

static bool
owns_scratch(const struct stream *stream)
{
	return loop_scratch(stream->loop)->owner == stream;
}

static void
stream_free(struct stream *stream)
{
	if (owns_scratch(stream))
		loop_scratch(stream->loop)->owner = NULL;
	list_remove(&stream->flush.link);
	watch_clear(&stream->watch);
	close(stream->fd);
	outbox_fini(&stream->output);
	blob_free(stream->kept);
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

/*
 * Whatever the owner waits for is withdrawn. Hanging up stays readable for
 * ever, so that it is not watched for any longer.
 */
static void
hang_up(struct stream *stream)
{
	if (stream->is_hung_up)
		return;
	stream->is_hung_up = true;
	stream->is_gone = loop_sys(stream->loop)->is_gone(stream->fd);
	watch_for(stream, write_interest(stream));
	task_cancel(stream->owner);
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
	if (!(what & WATCH_READ))
		return;
	if (stream->waits_to_read)
		wake_reader(stream);
	else if (!stream->is_hung_up)
		defer_reading(stream);
}

/* ---- input ---- */

const uint8_t *
stream_data(const struct stream *stream, size_t *size)
{
	if (owns_scratch(stream)) {
		*size = stream->end - stream->begin;
		return loop_scratch(stream->loop)->bytes + stream->begin;
	}
	*size = stream->kept != NULL ? blob_size(stream->kept) : 0;
	return stream->kept != NULL ? blob_data(stream->kept) : NULL;
}

void
stream_consume(struct stream *stream, size_t size)
{
	if (owns_scratch(stream))
		stream->begin += size;
	else if (size > 0)
		stream->kept->begin += size;
}

/* Somebody else wants the scratch: put away what was not consumed. */
static void
evict(void *owner)
{
	struct stream *stream = owner;
	struct scratch *scratch = loop_scratch(stream->loop);
	size_t size = stream->end - stream->begin;

	scratch->owner = NULL;
	if (size == 0)
		return;
	stream->kept = blob_new(size > LEAST_INPUT ? size : LEAST_INPUT);
	if (stream->kept == NULL)
		stream->lost_input = true;
	else
		blob_append(stream->kept, scratch->bytes + stream->begin, size);
}

static void
take_scratch(struct stream *stream)
{
	struct scratch *scratch = loop_scratch(stream->loop);

	if (scratch->owner != NULL)
		scratch->evict(scratch->owner);
	scratch->owner = stream;
	scratch->evict = evict;
	stream->begin = stream->end = 0;
}

/*
 * Make room in a buffer of our own. What a peer has announced gets memory
 * only in step with what it has really sent.
 */
static int
make_room(struct stream *stream, size_t wanted)
{
	struct blob *kept = stream->kept;
	size_t size = blob_size(kept);
	size_t most = 2 * size + MOST_UNSEEN;

	if (kept->begin > BLOB_HEADROOM && blob_room(kept) < wanted - size) {
		memmove(kept->bytes + BLOB_HEADROOM, blob_data(kept), size);
		kept->begin = BLOB_HEADROOM;
		kept->end = BLOB_HEADROOM + size;
	}
	if (blob_room(kept) > 0 && kept->capacity - kept->begin >= wanted)
		return 0;
	if (wanted < 2 * size)
		wanted = 2 * size;
	kept = blob_grow(kept, wanted < most ? wanted : most);
	if (kept == NULL)
		return -ENOMEM;
	stream->kept = kept;
	return 0;
}

static int
judge_read(struct stream *stream, ssize_t n, size_t room)
{
	if (n == -EINTR)
		return -EAGAIN;
	stream->has_more = n == (ssize_t)room;
	stream->at_end = n == 0;
	return n > 0 ? 1 : (int)n;
}

static int
read_scratch(struct stream *stream)
{
	struct scratch *scratch = loop_scratch(stream->loop);
	size_t room;
	ssize_t n;

	if (!owns_scratch(stream) || stream->begin == stream->end)
		take_scratch(stream);
	room = SCRATCH - stream->end;
	n = loop_sys(stream->loop)
		->read(stream->fd, scratch->bytes + stream->end, room);
	if (n > 0)
		stream->end += (size_t)n;
	return judge_read(stream, n, room);
}

static int
read_kept(struct stream *stream, size_t wanted)
{
	int r = make_room(stream, wanted);
	struct blob *kept = stream->kept;
	size_t room = blob_room(kept);
	ssize_t n;

	if (r < 0)
		return r;
	n = loop_sys(stream->loop)
		->read(stream->fd, kept->bytes + kept->end, room);
	if (n > 0)
		kept->end += (size_t)n;
	return judge_read(stream, n, room);
}

/* 1, 0 at the end, -EAGAIN nothing there, or why not. */
static int
read_some(struct stream *stream, size_t wanted)
{
	size_t unread;

	/* A hint below what is there must not read into no room at all. */
	stream_data(stream, &unread);
	if (wanted <= unread)
		wanted = unread + 1;
	if (owns_scratch(stream) && unread > 0 &&
	    wanted > SCRATCH - stream->begin)
		evict(stream); /* it would not fit: begin a buffer */
	if (stream->lost_input)
		return -ENOMEM;
	if (stream->kept != NULL && blob_size(stream->kept) == 0)
		stream->kept = blob_free(stream->kept);
	return stream->kept != NULL ? read_kept(stream, wanted)
				    : read_scratch(stream);
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

	/* After a hang-up all that there will be is there. */
	if (stream->has_more || stream->is_hung_up)
		r = read_some(stream, wanted);
	while (r == -EAGAIN && may_wait) {
		r = wait_to_read(stream);
		may_wait = r == 0;
		if (r == 0 || stream->is_hung_up)
			r = read_some(stream, wanted);
	}
	return r == -EAGAIN ? -ECANCELED : r;
}

/* The buffer itself, cut to what is wanted; what follows goes elsewhere. */
static struct blob *
hand_on(struct stream *stream, const uint8_t *at, size_t size)
{
	struct blob *blob = stream->kept;
	struct blob *next = NULL;

	if (blob_size(blob) > 0) {
		next = blob_copy(blob_data(blob), blob_size(blob));
		if (next == NULL)
			return NULL;
	}
	stream->kept = next;
	blob->begin = (size_t)(at - blob->bytes);
	blob->end = blob->begin + size;
	return blob;
}

struct blob *
stream_take(struct stream *stream, const uint8_t *at, size_t size)
{
	if (!owns_scratch(stream) && size >= LARGE)
		return hand_on(stream, at, size);
	return blob_copy(at, size);
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
stream_drain(struct stream *stream, size_t most)
{
	int r;

	if (stream->output.bytes <= most)
		return 0;
	flush_output(&stream->flush);
	while (stream->output.bytes > most) {
		stream->waits_to_drain = true;
		stream->drain_to = most;
		r = task_park(NULL,
			      stream->lingers ? stream->deadline : NO_DEADLINE);
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

static void
forget_input(struct stream *stream)
{
	stream->begin = stream->end;
	stream->kept = blob_free(stream->kept);
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

	shutdown(stream->fd, SHUT_WR);
	watch_for(stream, WATCH_READ);
	while (r == 0 && !stream->at_end) {
		stream->waits_to_read = true;
		r = task_park(NULL, stream->deadline);
		forget_input(stream);
		if (r == 0)
			r = read_scratch(stream);
		if (r == 1 || r == -EAGAIN)
			r = 0;
	}
}

static bool
has_unread_input(const struct stream *stream)
{
	int bytes = 0;

	return !stream->at_end && ioctl(stream->fd, FIONREAD, &bytes) == 0 &&
	       bytes > 0;
}

PARKS static void
linger(void *context)
{
	struct stream *stream = context;

	if (stream_drain(stream, 0) == 0 && has_unread_input(stream))
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
	stream->lingers = stream->is_hung_up = true;
	watch_clear(&stream->watch);
	stream->deadline = sched_time() + linger_time;
	task = task_spawn(linger, stream);
	if (task == NULL)
		stream_free(stream);
	else
		stream->owner = task;
}
