/* SPDX-License-Identifier: MIT */
#include "client/call.h"

#include "client/clock.h"
#include "client/signals.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* How long a daemon may take over what it should do at once. */
#define GRACE (5 * CLOCK_SECOND)

enum { FIRST_ROOM = 4096 };

struct call {
	int fd;
	const uint8_t *request;
	size_t size;
	bool sending; /* there is more to write, and somebody reads it */
	int64_t patience;
	int64_t deadline; /* when silence has lasted too long */
	struct signals signals;
	struct frame_scan scan;
	struct reply *reply;
};

static void
call_init(struct call *call, int64_t patience, struct reply *reply)
{
	memset(reply, 0, sizeof *reply);
	call->sending = true;
	call->patience = patience;
	call->deadline = clock_after(patience);
	call->reply = reply;
	frame_scan_init(&call->scan, LIMIT_MESSAGE_MAX);
}

/* Nothing more will be written: what still comes, if any, comes soon. */
static void
stop_sending(struct call *call)
{
	call->sending = false;
	if (call->patience > GRACE)
		call->patience = GRACE;
	call->deadline = clock_after(call->patience);
}

static void
withdraw(struct call *call)
{
	call->reply->signal = call->signals.first;
	stop_sending(call);
	shutdown(call->fd, SHUT_WR);
}

/*
 * A daemon that does not want to read on has perhaps said why: a failure to
 * write does not end the call, the end of what can be read does.
 */
static void
write_more(struct call *call)
{
	struct reply *reply = call->reply;
	ssize_t n = send(call->fd, call->request + reply->sent,
			 call->size - reply->sent, MSG_NOSIGNAL);

	if (n < 0 && errno != EAGAIN && errno != EINTR)
		stop_sending(call);
	if (n <= 0)
		return;
	reply->sent += (size_t)n;
	if (reply->sent == call->size)
		call->sending = false;
	call->deadline = clock_after(call->patience);
}

/* Memory follows the bytes that came, never those that were announced. */
static int
make_room(struct reply *reply)
{
	size_t room = reply->room > 0 ? 2 * reply->room : FIRST_ROOM;
	uint8_t *bytes;

	if (reply->size < reply->room)
		return 0;
	bytes = realloc(reply->bytes, room);
	if (bytes == NULL)
		return -ENOMEM;
	reply->bytes = bytes;
	reply->room = room;
	return 0;
}

/* 1 when that was all, 0 when more is needed, or a negative errno. */
static int
judge(struct call *call)
{
	struct reply *reply = call->reply;
	int r =
	    frame_more(&call->scan, reply->bytes, reply->size, &reply->frame);

	if (r != 1)
		return r;
	if (reply->frame.kind != FRAME_RESPONSE ||
	    reply->frame.msgid != CALL_MSGID)
		return -ENOMSG;
	return 1;
}

static int
read_more(struct call *call)
{
	struct reply *reply = call->reply;
	int r = make_room(reply);
	ssize_t n;

	if (r < 0)
		return r;
	n = read(call->fd, reply->bytes + reply->size,
		 reply->room - reply->size);
	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	if (n == 0)
		return -ECONNRESET;
	reply->size += (size_t)n;
	call->deadline = clock_after(call->patience);
	return judge(call);
}

/* One wait and what it brought: 1 the reply, 0 go on, or a negative errno. */
static int
step(struct call *call)
{
	struct pollfd waits[] = {
		{ call->fd, POLLIN, 0 },
		{ call->signals.fd, POLLIN, 0 },
	};
	int r;

	if (call->sending)
		waits[0].events |= POLLOUT;
	r = poll(waits, 2, clock_left_ms(call->deadline));
	if (r < 0)
		return errno == EINTR ? 0 : -errno;
	if (r == 0)
		return -ETIMEDOUT;
	if (waits[1].revents != 0) {
		signals_read(&call->signals);
		if (call->signals.first != call->reply->signal)
			withdraw(call);
	}
	if (call->reply->signal != 0 && call->reply->sent == 0)
		return -ECANCELED;
	if (call->sending && (waits[0].revents & POLLOUT) != 0)
		write_more(call);
	if ((waits[0].revents & (POLLIN | POLLHUP | POLLERR)) != 0)
		return read_more(call);
	return 0;
}

int
call_run(int fd, const void *request, size_t size, int64_t patience,
	 struct reply *reply)
{
	struct call call = { .fd = fd, .request = request, .size = size };
	int r;

	call_init(&call, patience, reply);
	r = signals_take(&call.signals);
	if (r < 0)
		return r;
	do {
		r = step(&call);
	} while (r == 0);
	signals_give_back(&call.signals);
	if (r == 1)
		return 0;
	if (call_was_gibberish(r) || r == -ENOMEM)
		return r;
	return reply->signal != 0 && reply->sent < size ? -ECANCELED : r;
}

void
reply_fini(struct reply *reply)
{
	free(reply->bytes);
	*reply = (struct reply){ 0 };
}

bool
call_was_gibberish(int negative_errno)
{
	switch (negative_errno) {
	case -EPROTO:
	case -ENOMSG:
	case -EBADMSG:
	case -ELOOP:
	case -ERANGE:
	case -EMSGSIZE:
		return true;
	default:
		return false;
	}
}
