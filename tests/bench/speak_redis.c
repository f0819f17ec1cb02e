/* SPDX-License-Identifier: MIT */
/*
 * Redis: lists. PLAIN is RPUSH and BLPOP; ACK the reliable queue, BLMOVE into
 * a list of the receiver's own and LREM when it is done; CALL two BLPOPs.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dialect.h"

static void
add_bulk(struct line *line, const void *data, size_t size)
{
	buffer_print(&line->out, "$%zu\r\n", size);
	buffer_add(&line->out, data, size);
	buffer_add(&line->out, "\r\n", 2);
}

static void
add_text(struct line *line, const char *text)
{
	add_bulk(line, text, strlen(text));
}

static void
redis_greet(struct line *line)
{
	buffer_print(&line->out, "*1\r\n$4\r\nPING\r\n");
}

static void
push(struct line *line, const char *list, const void *data, size_t size)
{
	buffer_print(&line->out, "*3\r\n$5\r\nRPUSH\r\n");
	add_text(line, list);
	add_bulk(line, data, size);
}

static void
pop(struct line *line, const char *list)
{
	buffer_print(&line->out, "*3\r\n$5\r\nBLPOP\r\n");
	add_text(line, list);
	add_text(line, "0");
}

static void
redis_put(struct line *line, const void *data, size_t size)
{
	push(line, line->channel, data, size);
	if (line->role == CALLER)
		pop(line, line->replies);
}

static const char *
own_list(const struct line *line)
{
	static char name[CHANNEL_MOST + 8];

	snprintf(name, sizeof name, "%s:own", line->channel);
	return name;
}

/* LREM wants the value itself, which is the last that came: see hear_bulk. */
static void
redis_take(struct line *line)
{
	if (line->mode != ACK) {
		pop(line, line->channel);
		return;
	}
	buffer_print(&line->out, "*6\r\n$6\r\nBLMOVE\r\n");
	add_text(line, line->channel);
	add_text(line, own_list(line));
	add_text(line, "LEFT");
	add_text(line, "RIGHT");
	add_text(line, "0");
}

static void
redis_answer(struct line *line, const char *replies, const void *data,
	     size_t size)
{
	push(line, replies, data, size);
	pop(line, line->channel);
}

/* A bulk string: its length with all around it, or 0. */
static size_t
hear_bulk(const uint8_t *data, size_t size, struct event *event)
{
	size_t head = dialect_text(data, size);

	if (head == 0)
		return 0;
	event->size = strtoul((const char *)data + 1, NULL, 10);
	event->data = data + head;
	return head + event->size + 2 <= size ? head + event->size + 2 : 0;
}

/* [list, value] */
static enum heard
hear_pop(const uint8_t *data, size_t size, struct event *event)
{
	size_t list = size < 5 ? 0 : hear_bulk(data + 4, size - 4, event);
	size_t value = 0;

	if (list > 0)
		value = hear_bulk(data + 4 + list, size - 4 - list, event);
	event->used = 4 + list + value;
	return value > 0 ? VALUE : MORE;
}

static enum heard
hear_move(struct line *line, const uint8_t *data, size_t size,
	  struct event *event)
{
	event->used = hear_bulk(data, size, event);
	if (event->used == 0)
		return MORE;
	buffer_print(&line->out, "*4\r\n$4\r\nLREM\r\n");
	add_text(line, own_list(line));
	add_text(line, "1");
	add_bulk(line, event->data, event->size);
	return VALUE;
}

static enum heard
hear_count(struct line *line, const uint8_t *data, struct event *event)
{
	event->count = 1;
	if (line->role == SENDER)
		return ANSWERED;
	if (line->mode == ACK)
		return data[1] == '1' ? SETTLED : WRONG;
	return NOTHING;
}

static enum heard
redis_hear(struct line *line, const uint8_t *data, size_t size,
	   struct event *event)
{
	if (*data == '*')
		return hear_pop(data, size, event);
	if (*data == '$')
		return hear_move(line, data, size, event);
	event->used = dialect_text(data, size);
	if (event->used == 0)
		return MORE;
	if (*data == '+')
		return READY;
	return *data == ':' ? hear_count(line, data, event) : WRONG;
}

const struct dialect redis_dialect = {
	.name = "redis",
	.answers_puts = true,
	.settles = true,
	.can_call = true,
	.can_ack = true,
	.greet = redis_greet,
	.put = redis_put,
	.take = redis_take,
	.answer = redis_answer,
	.hear = redis_hear,
};
