/* SPDX-License-Identifier: MIT */
/*
 * chand: MessagePack-RPC. PLAIN is send and recv; ACK is recv with ack, each
 * request confirming the value before; CALL the same with a reply.
 *
 * It shares nothing with proto/, so that what it verifies is not what it uses.
 */
#include <string.h>

#include "dialect.h"

static void
add_string(struct line *line, const char *text)
{
	size_t length = strlen(text);

	buffer_byte(&line->out, 0xa0 | (unsigned)length);
	buffer_add(&line->out, text, length);
}

static void
add_binary(struct line *line, const void *data, size_t size)
{
	unsigned wide = size < 256 ? 0 : size < 65536 ? 1 : 2;

	buffer_byte(&line->out, 0xc4 + wide);
	buffer_number(&line->out, size, 1u << wide);
	buffer_add(&line->out, data, size);
}

/* A msgid always takes five bytes. */
static void
add_request(struct line *line, const char *method, unsigned parameters)
{
	buffer_number(&line->out, 0x9400ce, 3);
	buffer_number(&line->out, line->counter++, 4);
	add_string(line, method);
	buffer_byte(&line->out, 0x90 | parameters);
}

/* Calls that wait for one another can only be under way at once so. */
static void
chand_greet(struct line *line)
{
	if (line->mode == PLAIN || line->depth == 1) {
		add_request(line, "ping", 0);
		return;
	}
	add_request(line, "hello", 1);
	buffer_byte(&line->out, 0x81);
	add_string(line, "concurrent");
	buffer_byte(&line->out, 0xc3);
}

static void
chand_put(struct line *line, const void *data, size_t size)
{
	add_request(line, "send", 2);
	add_string(line, line->channel);
	add_binary(line, data, size);
}

static void
ask(struct line *line, const void *reply, size_t size)
{
	bool is_held = line->held_size > 0;

	add_request(line, "recv", 2);
	add_string(line, line->channel);
	buffer_byte(&line->out, 0x81u + is_held + (reply != NULL));
	add_string(line, "ack");
	buffer_byte(&line->out, 0xc3);
	if (is_held) {
		add_string(line, "done");
		buffer_add(&line->out, line->held, line->held_size);
	}
	if (reply != NULL) {
		add_string(line, "reply");
		add_binary(line, reply, size);
	}
	line->held_size = 0;
}

static void
chand_take(struct line *line)
{
	if (line->mode != PLAIN) {
		ask(line, NULL, 0);
		return;
	}
	add_request(line, "recv", 1);
	add_string(line, line->channel);
}

static void
chand_answer(struct line *line, const char *replies, const void *data,
	     size_t size)
{
	(void)replies;
	ask(line, data, size);
}

static uint64_t
number(const uint8_t *at, size_t size)
{
	uint64_t value = 0;

	while (size-- > 0)
		value = value << 8 | *at++;
	return value;
}

/* The head of a value, what follows it in bytes, and in further values. */
struct head {
	size_t size, bytes;
	uint64_t values;
};

static struct head
wide_head(const uint8_t *at, size_t size)
{
	static const uint8_t plain[] = {
		[0x0a] = 4, [0x0b] = 8, [0x0c] = 1, [0x0d] = 2,
		[0x0e] = 4, [0x0f] = 8, [0x10] = 1, [0x11] = 2,
		[0x12] = 4, [0x13] = 8, [0x1f] = 0
	};
	bool is_binary = *at >= 0xc4 && *at <= 0xc6;
	unsigned width;

	if (!is_binary && *at < 0xd9) /* nil, booleans, numbers */
		return (struct head){ 1, plain[*at - 0xc0], 0 };
	width = is_binary    ? 1u << (*at - 0xc4)
		: *at < 0xdc ? 1u << (*at - 0xd9)
			     : 2u << (*at & 1);
	if (size < 1 + width)
		return (struct head){ 1 + width, 0, 0 };
	if (*at < 0xdc)
		return (struct head){ 1 + width, number(at + 1, width), 0 };
	return (struct head){ 1 + width, 0,
			      number(at + 1, width) * (*at < 0xde ? 1 : 2) };
}

static struct head
head_of(const uint8_t *at, size_t size)
{
	if (*at < 0x80 || *at >= 0xe0)
		return (struct head){ 1, 0, 0 };
	if (*at < 0x90)
		return (struct head){ 1, 0, 2 * (*at & 15) };
	if (*at < 0xa0)
		return (struct head){ 1, 0, *at & 15 };
	if (*at < 0xc0)
		return (struct head){ 1, *at & 31, 0 };
	return wide_head(at, size);
}

/* The length of the value at `at`, or 0 where it is not whole. */
static size_t
whole(const uint8_t *at, size_t size)
{
	uint64_t values = 1;
	size_t used = 0;
	struct head head;

	for (; values > 0; values--) {
		if (used >= size)
			return 0;
		head = head_of(at + used, size - used);
		if (head.size + head.bytes > size - used)
			return 0;
		used += head.size + head.bytes;
		values += head.values;
	}
	return used;
}

static enum heard
binary(const uint8_t *at, size_t size, struct event *event)
{
	if (*at < 0xc4 || *at > 0xc6)
		return WRONG;
	event->size = head_of(at, size).bytes;
	event->data = at + size - event->size;
	return VALUE;
}

/* [value, delivery, attempt], and the attempt is the first. */
static enum heard
delivery(struct line *line, const uint8_t *at, size_t size, struct event *event)
{
	size_t value = whole(at + 1, size - 1);
	size_t held = size - 2 - value;

	if (*at != 0x93 || held > HELD_MOST || at[size - 1] != 1)
		return WRONG;
	memcpy(line->held, at + 1 + value, held);
	line->held_size = held;
	return binary(at + 1, value, event);
}

static enum heard
result(struct line *line, const uint8_t *at, size_t size, struct event *event)
{
	if (!line->is_ready)
		return READY;
	event->count = 1;
	if (line->role == SENDER)
		return *at == 0xc0 ? ANSWERED : WRONG;
	if (line->mode == PLAIN || line->role == CALLER)
		return binary(at, size, event);
	return delivery(line, at, size, event);
}

/* [1, msgid, nil, result] */
static enum heard
chand_hear(struct line *line, const uint8_t *data, size_t size,
	   struct event *event)
{
	size_t id, used;

	if (size >= 2 && (data[0] != 0x94 || data[1] != 1))
		return WRONG;
	id = size < 3 ? 0 : whole(data + 2, size - 2);
	if (id == 0 || size < 4 + id)
		return MORE;
	if (data[2 + id] != 0xc0)
		return WRONG; /* an error */
	used = whole(data + 3 + id, size - 3 - id);
	if (used == 0)
		return MORE;
	event->used = 3 + id + used;
	return result(line, data + 3 + id, used, event);
}

const struct dialect chand_dialect = {
	.name = "chand",
	.answers_puts = true,
	.can_call = true,
	.can_ack = true,
	.greet = chand_greet,
	.put = chand_put,
	.take = chand_take,
	.answer = chand_answer,
	.hear = chand_hear,
};
