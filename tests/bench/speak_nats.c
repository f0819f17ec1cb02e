/* SPDX-License-Identifier: MIT */
/*
 * NATS without JetStream: PLAIN is publish and subscribe, where nothing is
 * answered and nobody asks; CALL a request with a subject for the reply, to
 * workers in a queue group.
 */
#include <stdlib.h>
#include <string.h>

#include "dialect.h"

static void
nats_greet(struct line *line)
{
	buffer_print(&line->out, "CONNECT {\"verbose\":false,"
				 "\"pedantic\":false}\r\n");
	if (line->role == RECEIVER || line->role == WORKER)
		buffer_print(&line->out, "SUB %s all 1\r\n", line->channel);
	if (line->role == CALLER)
		buffer_print(&line->out, "SUB %s 1\r\n", line->replies);
	buffer_print(&line->out, "PING\r\n");
}

static void
publish(struct line *line, const char *replies, const void *data, size_t size)
{
	buffer_print(&line->out, "%s %zu\r\n", replies, size);
	buffer_add(&line->out, data, size);
	buffer_add(&line->out, "\r\n", 2);
}

static void
nats_put(struct line *line, const void *data, size_t size)
{
	buffer_print(&line->out, "PUB %s ", line->channel);
	publish(line, line->role == CALLER ? line->replies : "", data, size);
}

static void
nats_answer(struct line *line, const char *replies, const void *data,
	    size_t size)
{
	buffer_print(&line->out, "PUB ");
	publish(line, replies, data, size);
}

/* MSG subject number [replies] size */
static enum heard
hear_message(const uint8_t *data, size_t size, struct event *event)
{
	const uint8_t *at = data + event->used - 2;

	while (at[-1] != ' ')
		at--;
	event->size = strtoul((const char *)at, NULL, 10);
	event->data = data + event->used;
	event->used += event->size + 2;
	return event->used <= size ? VALUE : MORE;
}

static enum heard
nats_hear(struct line *line, const uint8_t *data, size_t size,
	  struct event *event)
{
	event->used = dialect_text(data, size);
	if (event->used < 4)
		return event->used == 0 ? MORE : WRONG;
	if (memcmp(data, "MSG ", 4) == 0)
		return hear_message(data, size, event);
	if (memcmp(data, "PONG", 4) == 0)
		return READY;
	if (memcmp(data, "PING", 4) == 0)
		buffer_print(&line->out, "PONG\r\n");
	return *data == '-' ? WRONG : NOTHING;
}

const struct dialect nats_dialect = {
	.name = "nats",
	.is_armed = true,
	.can_call = true,
	.greet = nats_greet,
	.put = nats_put,
	.answer = nats_answer,
	.hear = nats_hear,
};
