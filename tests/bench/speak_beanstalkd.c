/* SPDX-License-Identifier: MIT */
/*
 * beanstalkd: a channel is a tube; put, reserve, delete. There is no other
 * way to receive, so PLAIN and ACK differ only in what is waited for.
 */
#include <stdlib.h>
#include <string.h>

#include "dialect.h"

/* What is held by a sender is the name of the tube that it uses. */
static void
use(struct line *line)
{
	size_t length = strlen(line->channel);

	if (line->held_size == length &&
	    memcmp(line->held, line->channel, length) == 0)
		return;
	buffer_print(&line->out, "use %s\r\n", line->channel);
	memcpy(line->held, line->channel, length);
	line->held_size = length;
}

static void
beanstalkd_greet(struct line *line)
{
	if (line->role == SENDER)
		use(line);
	else
		buffer_print(&line->out, "watch %s\r\nignore default\r\n",
			     line->channel);
}

static void
beanstalkd_put(struct line *line, const void *data, size_t size)
{
	use(line);
	buffer_print(&line->out, "put 0 0 60 %zu\r\n", size);
	buffer_add(&line->out, data, size);
	buffer_add(&line->out, "\r\n", 2);
}

static void
beanstalkd_take(struct line *line)
{
	if (line->held_size > 0)
		buffer_print(&line->out, "delete %.*s\r\n",
			     (int)line->held_size, (char *)line->held);
	line->held_size = 0;
	buffer_print(&line->out, "reserve\r\n");
}

static bool
begins(const uint8_t *data, size_t size, const char *word)
{
	return size >= strlen(word) && memcmp(data, word, strlen(word)) == 0;
}

/* RESERVED id size */
static enum heard
hear_reserved(struct line *line, const uint8_t *data, size_t size,
	      struct event *event)
{
	const uint8_t *id = data + strlen("RESERVED ");
	const uint8_t *space = memchr(id, ' ', event->used);

	if (space == NULL || space - id > HELD_MOST)
		return WRONG;
	event->size = strtoul((const char *)space + 1, NULL, 10);
	event->data = data + event->used;
	event->used += event->size + 2;
	if (event->used > size)
		return MORE;
	line->held_size = (size_t)(space - id);
	memcpy(line->held, id, line->held_size);
	return VALUE;
}

static enum heard
beanstalkd_hear(struct line *line, const uint8_t *data, size_t size,
		struct event *event)
{
	event->used = dialect_text(data, size);
	event->count = 1;
	if (event->used == 0)
		return MORE;
	if (begins(data, event->used, "RESERVED "))
		return hear_reserved(line, data, size, event);
	if (begins(data, event->used, "INSERTED "))
		return ANSWERED;
	if (begins(data, event->used, "DELETED"))
		return line->mode == ACK ? SETTLED : NOTHING;
	if (begins(data, event->used, "WATCHING 2"))
		return NOTHING;
	if (begins(data, event->used, "WATCHING 1") ||
	    begins(data, event->used, "USING "))
		return line->is_ready ? NOTHING : READY;
	return WRONG;
}

const struct dialect beanstalkd_dialect = {
	.name = "beanstalkd",
	.answers_puts = true,
	.settles = true,
	.takes_one = true,
	.can_ack = true,
	.greet = beanstalkd_greet,
	.put = beanstalkd_put,
	.take = beanstalkd_take,
	.hear = beanstalkd_hear,
};
