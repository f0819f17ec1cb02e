/* SPDX-License-Identifier: MIT */
/*
 * The floor, floor.c: a value goes out as it is, one byte asks for it, and
 * four bytes say to its sender how many bytes have been taken.
 */
#include <stdlib.h>
#include <string.h>

#include "dialect.h"
#include "floor.h"

static void
floor_greet(struct line *line)
{
	struct floor_hello hello = {
		.role = line->role == SENDER ? 'S' : 'R',
		.is_ack = line->mode == ACK,
		.lane = line->number,
		.size = line->size,
	};

	buffer_add(&line->out, &hello, sizeof hello);
}

static void
floor_put(struct line *line, const void *data, size_t size)
{
	buffer_add(&line->out, data, size);
}

static void
floor_take(struct line *line)
{
	buffer_byte(&line->out, 'r');
}

static enum heard
hear_taken(struct line *line, const uint8_t *data, struct event *event)
{
	uint32_t bytes;

	memcpy(&bytes, data, sizeof bytes);
	line->counter += bytes;
	event->used = sizeof bytes;
	event->count = (unsigned)(line->counter / line->size);
	line->counter %= line->size;
	return event->count > 0 ? ANSWERED : NOTHING;
}

static enum heard
floor_hear(struct line *line, const uint8_t *data, size_t size,
	   struct event *event)
{
	if (!line->is_ready) {
		event->used = 1;
		return *data == 'k' ? READY : WRONG;
	}
	if (line->role == SENDER)
		return size < sizeof(uint32_t) ? MORE
					       : hear_taken(line, data, event);
	if (size < line->size)
		return MORE;
	event->data = data;
	event->size = event->used = line->size;
	return VALUE;
}

const struct dialect floor_dialect = {
	.name = "floor",
	.answers_puts = true,
	.can_ack = true,
	.greet = floor_greet,
	.put = floor_put,
	.take = floor_take,
	.hear = floor_hear,
};
