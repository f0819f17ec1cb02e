/* SPDX-License-Identifier: MIT */
#include "client/lib/client.h"
#include "client/lib/wire.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>

enum {
	PIECES = 16,	     /* calls that are written at once */
	ROOM_LEAST = 16384,  /* of the input, */
	ROOM_KEPT = 1 << 18, /* and what of it stays when it is empty */
	READS_MOST = 64,     /* in one go: the loop has others, too */
};

/* ---- writing ---- */

/* Those that are to be written next; the first may be half so. */
static int
gather(struct chand *client, struct iovec *pieces)
{
	struct chand_call *call;
	int n = 0;

	if (client->state == CLIENT_GREETING && client->hello.request != NULL) {
		pieces[n++] =
		    (struct iovec){ client->hello.request, client->hello.size };
	} else if (client->state == CLIENT_OPEN) {
		TAILQ_FOREACH(call, &client->waiting, entry)
		if (n < PIECES)
			pieces[n++] =
			    (struct iovec){ call->request, call->size };
		else
			break;
	}
	if (n > 0) {
		pieces[0].iov_base =
		    (uint8_t *)pieces[0].iov_base + client->sent;
		pieces[0].iov_len -= client->sent;
	}
	return n;
}

/* Wholly sent: from here on it may happen. */
static void
take_off(struct chand_call *call)
{
	free(call->request);
	call->request = NULL;
	call_move(call, CALL_FLYING);
	if (call->client->is_concurrent)
		conn_turn(call, sys_now());
}

static void
account(struct chand *client, size_t written)
{
	struct chand_call *call;

	client->sent += written;
	if (client->state == CLIENT_GREETING) {
		if (client->sent < client->hello.size)
			return;
		free(client->hello.request);
		client->hello.request = NULL;
		client->sent = 0;
		return;
	}
	while ((call = TAILQ_FIRST(&client->waiting)) != NULL &&
	       client->sent >= call->size) {
		client->sent -= call->size;
		take_off(call);
	}
	/* Where it goes on, the daemon is alive. */
	if (call != NULL)
		call->due = NEVER;
}

/*
 * A daemon that does not want to read on has perhaps said why: a failure to
 * write does not end the connection, the end of what can be read does.
 */
void
io_write(struct chand *client)
{
	struct iovec pieces[PIECES];
	ssize_t n = wire_flush(client);
	int count;

	while (n >= 0 && (count = gather(client, pieces)) > 0) {
		n = wire_send(client, pieces, count);
		if (n == 0)
			return;
		if (n > 0)
			account(client, (size_t)n);
	}
	if (n < 0 && n != -EAGAIN)
		conn_stop_sending(client);
}

/* ---- reading ---- */

static void
lose_gibberish(struct chand *client, const char *why)
{
	conn_lose(client, CHAND_GIBBERISH, "not a chand at %s: %s",
		  client->where, why);
}

static void
take_response(struct chand *client, const struct frame *frame)
{
	struct chand_call *call = call_find(client, frame->msgid);
	int r;

	if (call == NULL) {
		lose_gibberish(client, "its reply is to something else");
		return;
	}
	r = answer_take(call, frame);
	if (r == 0) {
		if (call->state == CALL_WAITING) { /* refused half-way */
			client->sent = 0;
			conn_stop_sending(client);
		}
		call_end(call, call->code, NULL);
		return;
	}
	call->code = CHAND_PENDING;
	if (r == -EPROTO)
		lose_gibberish(client, "its answer is of another shape");
	else
		conn_lose(client, CHAND_UNREACHABLE,
			  "closed the connection to %s: out of memory for an "
			  "answer",
			  client->where);
}

static void
take_frame(struct chand *client, const struct frame *frame)
{
	if (frame->kind == FRAME_NOTIFICATION &&
	    client->state != CLIENT_GREETING)
		event_take(client, frame);
	else if (frame->kind != FRAME_RESPONSE)
		lose_gibberish(client, "it sends no answers");
	else if (client->state != CLIENT_GREETING)
		take_response(client, frame);
	else if (frame->msgid != 0 || client->hello.request != NULL)
		lose_gibberish(client, "its reply is to something else");
	else
		greet_done(client, frame);
}

void
io_forget(struct chand *client)
{
	free(client->input);
	client->input = NULL;
	client->input_size = client->input_room = 0;
	frame_scan_init(&client->scan, LIMIT_MESSAGE_MAX);
}

/* Take what is whole; what is not moves to the front. */
static void
consume(struct chand *client)
{
	struct frame frame;
	size_t begin = 0;
	int r = 1;

	while (begin < client->input_size) {
		r = frame_more(&client->scan, client->input + begin,
			       client->input_size - begin, &frame);
		if (r != 1)
			break;
		begin += client->scan.scan.offset;
		take_frame(client, &frame);
		if (client->fd < 0) /* lost, and the input with it */
			return;
		frame_scan_init(&client->scan, LIMIT_MESSAGE_MAX);
	}
	if (r < 0) {
		lose_gibberish(client, frame_fault(r));
		return;
	}
	client->input_size -= begin;
	memmove(client->input, client->input + begin, client->input_size);
	if (client->input_size == 0 && client->input_room > ROOM_KEPT)
		io_forget(client);
}

/* Memory follows the bytes that came, never those that were announced. */
static bool
make_room(struct chand *client)
{
	size_t room =
	    client->input_room > 0 ? 2 * client->input_room : ROOM_LEAST;
	uint8_t *input;

	if (client->input_size < client->input_room)
		return true;
	input = realloc(client->input, room);
	if (input == NULL)
		return false;
	client->input = input;
	client->input_room = room;
	return true;
}

static void
lose(struct chand *client, const char *why)
{
	conn_lose(client, CHAND_UNREACHABLE, "lost the connection to %s (%s)",
		  client->where, why);
}

/* Whether there may be more. */
static bool
read_once(struct chand *client)
{
	size_t room;
	ssize_t n;

	if (!make_room(client)) {
		lose(client, "out of memory for an answer");
		return false;
	}
	room = client->input_room - client->input_size;
	n = wire_read(client, client->input + client->input_size, room);
	if (n == -EAGAIN)
		return false;
	if (n <= 0) {
		lose(client, wire_reason(client, (int)n));
		return false;
	}
	client->input_size += (size_t)n;
	consume(client);
	return client->fd >= 0 && (size_t)n == room;
}

void
io_read(struct chand *client)
{
	for (int i = 0; i < READS_MOST && client->fd >= 0; i++)
		if (!read_once(client))
			break;
	if (wire_has_more(client))
		conn_alarm_at(client, 0);
}
