/* SPDX-License-Identifier: MIT */
#include "session.h"

#include "base/log.h"
#include "net/stream.h"
#include "proto/frame.h"
#include "rpc/dispatch.h"
#include "rpc/job.h"
#include "rpc/watch.h"
#include "task/sched.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct session {
	struct service *service;
	const struct session_limits *limits;
	struct stream *stream;
	struct client client;
	struct frame_scan *scan; /* of a frame that has come in part, or NULL */
	unsigned in_a_row;	 /* requests since others had a turn */
	char peer[];
};

static struct blob *
take_value(void *context, struct span value)
{
	struct session *s = context;

	return stream_take(s->stream, value.data, value.size);
}

static void
send_later(void *context)
{
	const struct session *s = context;

	stream_send(s->stream);
}

/* It runs in this task: what stands behind it waits. */
PARKS WHOLE static int
run_call(struct session *s, const struct frame *frame)
{
	struct call call; /* large: what is not set here, dispatch() sets */

	call.service = s->service;
	call.worker = &s->client.worker;
	call.client = &s->client;
	call.out = s->client.out;
	call.take = take_value;
	call.take_context = s;
	return dispatch(&call, frame);
}

/* It runs in a task of its own, and is answered when it is done. */
static int
begin_call(struct session *s, const struct frame *frame)
{
	char reason[CALL_REASON] = "";
	int r = job_begin(s->service, &s->client, frame, reason);

	s->client.worker.requests++;
	if (r == 0 || frame->kind != FRAME_REQUEST)
		return 0;
	return call_refuse(s->client.out, frame->msgid, r, reason,
			   s->client.errors_are_arrays);
}

/* Others first, when this connection has had its share of the turn. */
PARKS static int
give_way(struct session *s)
{
	int r =
	    stream_drain(s->stream, s->limits->max_output, s->limits->linger);

	if (r == 0 && ++s->in_a_row >= s->limits->turn_requests) {
		s->in_a_row = 0;
		task_yield(NULL);
	}
	return r;
}

/* The frame's bytes are consumed: they are gone at the first park. */
PARKS static int
run_frame(struct session *s, const struct frame *frame, size_t size)
{
	int r;

	stream_consume(s->stream, size);
	s->client.is_leaving = stream_is_hung_up(s->stream);
	s->client.is_gone = stream_is_gone(s->stream);
	s->client.worker.in_call = true;
	r = s->client.is_concurrent ? begin_call(s, frame) : run_call(s, frame);
	stream_send(s->stream);
	if (r == 0)
		r = give_way(s);
	s->client.worker.in_call = false;
	return r;
}

/* The bytes make no sense, and neither would anything behind them. */
static int
refuse(struct session *s, const struct frame *frame, int fault)
{
	int error = fault == -EMSGSIZE ? -EMSGSIZE : -EINVAL;
	char reason[CALL_REASON];

	if (fault == -EMSGSIZE)
		snprintf(reason, sizeof reason,
			 "longer than the largest message, %zu bytes",
			 s->limits->max_message);
	else
		snprintf(reason, sizeof reason, "malformed: %s",
			 frame_fault(fault));
	s->service->malformed++;
	if (log_gate_pass(&s->service->malformed_gate, sched_time()))
		log_line(LOG_WARNING,
			 "a connection sent what is no request, and is closed "
			 "conn=%" PRIu64 " peer=\"%s\" reason=\"%s\"",
			 s->client.worker.id, s->client.peer, reason);
	if (frame->has_msgid && frame->kind == FRAME_REQUEST &&
	    call_refuse(s->client.out, frame->msgid, error, reason,
			s->client.errors_are_arrays) < 0)
		return -ENOMEM;
	return -EPROTO;
}

/*
 * As many more bytes as there are, `wanted` in all. Where there are always
 * more, nobody parks for them: each reading then counts as a request does.
 */
PARKS static int
read_more(struct session *s, size_t wanted)
{
	uint64_t switches = sched_switches();
	int r = stream_fill(s->stream, wanted);

	if (r <= 0)
		return r == 0 ? -ENODATA : r;
	if (sched_switches() == switches)
		return give_way(s);
	s->in_a_row = 0;
	return 0;
}

/*
 * frame_more() of what has come, `*scanned` bytes so far. Its state is kept
 * only while a part of a frame is here: most connections wait without one.
 */
static int
scan_frame(struct session *s, struct frame *frame, size_t *scanned)
{
	struct frame_scan fresh, *scan = s->scan != NULL ? s->scan : &fresh;
	size_t size;
	const uint8_t *data = stream_data(s->stream, &size);
	int r = 0;

	frame_scan_init(&fresh, s->limits->max_message);
	if (size > 0)
		r = frame_more(scan, data, size, frame);
	*scanned = scan->scan.offset;
	if (r == 0 && size > 0 && s->scan == NULL) {
		s->scan = malloc(sizeof *s->scan);
		if (s->scan == NULL)
			return -ENOMEM;
		*s->scan = fresh;
	} else if (r != 0) {
		free(s->scan);
		s->scan = NULL;
	}
	return r;
}

/* One message, or a part of it. 0 to go on. */
PARKS static int
step(struct session *s)
{
	struct frame frame; /* large: what reads it sets it */
	size_t scanned;
	int r = scan_frame(s, &frame, &scanned);

	if (r == 0)
		return read_more(s, scanned + 1);
	if (r == 1 && frame.kind != FRAME_RESPONSE)
		return run_frame(s, &frame, scanned);
	return r == -ENOMEM ? r : refuse(s, &frame, r == 1 ? -EPROTO : r);
}

/* Within TLS an end that the peer has not said may be somebody else's doing. */
static void
report_break(struct session *s)
{
	int r = stream_fault(s->stream);

	if (r == 0)
		return;
	s->service->tls_broken++;
	if (log_gate_pass(&s->service->broken_gate, sched_time()))
		log_line(LOG_WARNING,
			 "a TLS connection was broken conn=%" PRIu64
			 " peer=\"%s\" reason=\"%s\"",
			 s->client.worker.id, s->client.peer,
			 r == -ECONNABORTED ? "it ended without a close_notify"
					    : "what came is not the peer's");
}

PARKS static void
session_run(void *context)
{
	struct session *s = context;
	uint64_t id = task_id(task_self());
	int r;

	log_line(LOG_DEBUG, "connected conn=%" PRIu64 " peer=\"%s\"", id,
		 s->client.peer);
	do
		r = step(s);
	while (r == 0);
	report_break(s);
	job_end_all(&s->client);
	/* Behind these: one of them may have begun to watch. */
	watch_end(s->service, &s->client);
	client_leave(&s->client, s->service);
	log_line(LOG_DEBUG,
		 "disconnected conn=%" PRIu64 " peer=\"%s\" requests=%" PRIu64
		 " reason=\"%s\"",
		 id, s->client.peer, s->client.worker.requests,
		 r == -ENODATA ? "end of file" : strerror(-r));
	stream_close(s->stream, s->limits->linger);
	free(s->scan);
	free(s);
}

int
session_start(struct loop *loop, struct service *service,
	      const struct session_limits *limits, int fd, struct layer *layer,
	      const char *peer)
{
	struct session *s = calloc(1, sizeof *s + strlen(peer) + 1);
	struct stream *stream = stream_new(loop, fd, layer);
	struct task *task = NULL;

	if (stream == NULL)
		loop_close(loop, fd, layer);
	if (s != NULL && stream != NULL)
		task = task_spawn(session_run, s);
	if (task == NULL) {
		if (stream != NULL)
			stream_close(stream, 0);
		free(s);
		return -ENOMEM;
	}
	stream_set_owner(stream, task);
	s->service = service;
	s->limits = limits;
	s->stream = stream;
	s->client.out = stream_outbox(stream);
	s->client.send = send_later;
	s->client.context = s;
	s->client.peer = strcpy(s->peer, peer);
	client_join(&s->client, service, task);
	return 0;
}
