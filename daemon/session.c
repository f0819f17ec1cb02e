/* SPDX-License-Identifier: MIT */
#include "session.h"

#include "base/budget.h"
#include "base/log.h"
#include "login.h"
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
	struct login *login;	 /* while a hello is waited for, or NULL */
	unsigned in_a_row;	 /* requests since others had a turn */
	struct departure departure;
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

static bool
names_channel(const struct call *call)
{
	return call->given > 0 &&
	       call->method->parameters[0] == PARAMETER_channel;
}

void
session_log_call(const struct call *call)
{
	struct span channel = { NULL, 0 };

	if (names_channel(call))
		channel = call_string(call, 0);
	if (channel.data == NULL)
		log_event(EVENT_called, LOG_NUMBER("conn", call->worker->id),
			  LOG_TEXT("peer", call->client->peer),
			  LOG_TEXT("method", call->method->name));
	else
		log_event(EVENT_called, LOG_NUMBER("conn", call->worker->id),
			  LOG_TEXT("peer", call->client->peer),
			  LOG_TEXT("method", call->method->name),
			  LOG_BYTES("channel", (const char *)channel.data,
				    channel.size));
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
	int r;

	s->service->stalled += s->client.out->bytes > s->limits->max_output;
	r = stream_drain(s->stream, s->limits->max_output, s->limits->linger);

	if (r == 0 && ++s->in_a_row >= s->limits->turn_requests) {
		s->in_a_row = 0;
		task_yield(NULL);
	}
	return r;
}

/* ---- requests ---- */

static size_t
largest_message(const struct session *s)
{
	size_t most = s->limits->max_message;

	return s->client.identity.is_nobody && most > HELLO_MOST ? HELLO_MOST
								 : most;
}

/* One request was heard: it was the hello, or there is no other. */
static int
judge_login(struct session *s)
{
	int r = login_judge(s->login);

	if (r == 0)
		s->login = login_free(s->login);
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
	return r == 0 && s->login != NULL ? judge_login(s) : r;
}

/* A request that nothing can follow is told why, if it said its msgid. */
static int
answer_last(struct session *s, const struct frame *frame, int error,
	    const char *reason)
{
	if (!frame->has_msgid || frame->kind != FRAME_REQUEST)
		return 0;
	stream_refuse(s->stream);
	return call_refuse(s->client.out, frame->msgid, error, reason,
			   s->client.errors_are_arrays);
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
			 largest_message(s));
	else
		snprintf(reason, sizeof reason, "malformed: %s",
			 frame_fault(fault));
	s->service->malformed++;
	s->service->refused[REFUSED_messages] += fault == -EMSGSIZE;
	log_event(EVENT_malformed, LOG_NUMBER("conn", s->client.worker.id),
		  LOG_TEXT("peer", s->client.peer), LOG_TEXT("reason", reason));
	return answer_last(s, frame, error, reason) < 0 ? -ENOMEM : -EPROTO;
}

/*
 * There is no memory for the rest of a message, or none that peers may use.
 * Whoever has asked learns that, if his msgid is among the bytes that are here;
 * then it is over.
 */
static int
refuse_rest(struct session *s)
{
	enum { BEGINNING = 32 }; /* longer than the longest msgid's end */
	struct frame frame = { .has_msgid = false };
	char reason[CALL_REASON] = "";
	struct frame_scan scan;
	size_t size;
	const uint8_t *data = stream_data(s->stream, &size);

	if (budget.is_short)
		snprintf(reason, sizeof reason, CALL_NO_BUDGET, budget.most);
	frame_scan_init(&scan, largest_message(s));
	if (size > 0)
		frame_more(&scan, data, size < BEGINNING ? size : BEGINNING,
			   &frame);
	if (answer_last(s, &frame, -ENOBUFS, reason) < 0)
		return -ENOMEM;
	return budget.is_short ? -ENOBUFS : -ENOMEM;
}

/*
 * As many more bytes as there are, `wanted` in all. Where there are always
 * more, nobody parks for them: each reading then counts as a request does.
 */
PARKS static int
read_more(struct session *s, size_t wanted)
{
	uint64_t switches = sched_switches();
	int r;

	budget.is_short = false;
	r = stream_fill(s->stream, wanted);
	if (r == -ENOMEM)
		return refuse_rest(s);
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

	frame_scan_init(&fresh, largest_message(s));
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

static const char *
reason_of(const struct session *s, int r)
{
	if (r == -ECANCELED && s->login != NULL)
		return "no hello in time";
	return r == -ENODATA ? "end of file" : strerror(-r);
}

/* Within TLS an end that the peer has not said may be somebody else's doing. */
static void
report_break(struct session *s)
{
	int r = stream_fault(s->stream);

	if (r == 0)
		return;
	s->service->tls_broken++;
	log_event(EVENT_broken, LOG_NUMBER("conn", s->client.worker.id),
		  LOG_TEXT("peer", s->client.peer),
		  LOG_TEXT("reason", r == -ECONNABORTED
					 ? "it ended without a close_notify"
					 : "what came is not the peer's"));
}

PARKS static void
session_run(void *context)
{
	struct session *s = context;
	uint64_t id = task_id(task_self());
	int r = login_begin(s->service, &s->client, s->limits->hello_timeout,
			    &s->login);

	log_event(EVENT_connected, LOG_NUMBER("conn", id),
		  LOG_TEXT("peer", s->client.peer));
	while (r == 0)
		r = step(s);
	report_break(s);
	job_end_all(&s->client);
	/* Behind these: one of them may have begun to watch. */
	watch_end(s->service, &s->client);
	client_leave(&s->client, s->service);
	log_event(EVENT_disconnected, LOG_NUMBER("conn", id),
		  LOG_TEXT("peer", s->client.peer),
		  LOG_NUMBER("requests", s->client.worker.requests),
		  LOG_TEXT("reason", reason_of(s, r)));
	login_free(s->login);
	stream_close(s->stream, s->limits->linger);
	if (s->departure.left != NULL)
		s->departure.left(s->departure.context, s->departure.source);
	free(s->scan);
}

int
session_start(struct loop *loop, struct service *service,
	      const struct session_limits *limits, int fd,
	      const struct arrival *arrival)
{
	struct stream *stream = stream_new(loop, fd, arrival->layer);
	struct task *task = NULL;
	struct session *s;
	void *room;

	if (stream == NULL)
		loop_close(loop, fd, arrival->layer);
	else
		task = task_spawn_with(
		    session_run, sizeof *s + strlen(arrival->peer) + 1, &room);
	if (task == NULL) {
		if (stream != NULL)
			stream_close(stream, 0);
		return -ENOMEM;
	}
	stream_set_owner(stream, task);
	s = room;
	s->service = service;
	s->limits = limits;
	s->stream = stream;
	s->client.out = stream_outbox(stream);
	s->client.send = send_later;
	s->client.context = s;
	s->client.peer = strcpy(s->peer, arrival->peer);
	s->client.identity.credentials = arrival->credentials;
	s->departure = arrival->departure;
	client_join(&s->client, service, task);
	return 0;
}
