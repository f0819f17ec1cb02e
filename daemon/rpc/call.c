/* SPDX-License-Identifier: MIT */
#include "rpc/call.h"

#include "proto/utf8.h"
#include "task/task.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { SMALL = 512 }; /* bytes of a reply that is written in one piece */

/* From here on a timeout is as good as none: thirty years. */
static const double ENDLESS_S = 1e9;

int
call_fail(struct call *call, int error, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(call->reason, sizeof call->reason, format, arguments);
	va_end(arguments);
	return error;
}

int
call_raise(struct call *call, struct blob *error)
{
	blob_unref(call->error);
	call->error = error;
	return -EREMOTEIO;
}

/* ---- arguments ---- */

struct span
call_string(const struct call *call, unsigned i)
{
	return call->parameters[i].span;
}

bool
call_is_name(struct span name)
{
	return name.size > 0 && name.size <= LIMIT_CHANNEL &&
	       utf8_is_clean((const char *)name.data, name.size);
}

int64_t
call_nanoseconds(double seconds)
{
	return (int64_t)((seconds < ENDLESS_S ? seconds : ENDLESS_S) * 1e9);
}

int
call_check_alive(struct call *call)
{
	call->is_hurried = call->client->is_gone;
	return call->is_hurried ? -ECANCELED : 0;
}

int64_t
call_deadline(struct call *call)
{
	double seconds = call_has(call, OPTION_timeout)
			     ? call->options[OPTION_timeout].seconds
			     : ENDLESS_S;

	if (seconds <= 0)
		return 0;
	call->is_hurried = call->client->is_leaving;
	if (call->is_hurried)
		return 0;
	if (seconds >= ENDLESS_S)
		return NO_DEADLINE;
	/* From now on, not from when the round began: that would be early. */
	return call->service->clock() + 1 + call_nanoseconds(seconds);
}

struct blob *
call_take(struct call *call, unsigned i)
{
	return call->take(call->take_context, call->parameters[i].span);
}

static void
append(struct blob *blob, struct span span)
{
	if (span.size > 0) /* then it need not point anywhere */
		blob_append(blob, span.data, span.size);
}

static void
append_string(struct blob *blob, struct span string)
{
	uint8_t head[PUT_MAX];
	const uint8_t *end = put_string_head(head, (uint32_t)string.size);

	blob_append(blob, head, (size_t)(end - head));
	append(blob, string);
}

struct blob *
call_make_error(const struct call *call, unsigned i)
{
	static const uint8_t nil[] = { 0xc0 }, array[] = { 0x93 };
	struct span type = call_string(call, i);
	struct span message = call_string(call, i + 1);
	struct span data = { nil, sizeof nil };
	struct blob *error;

	if (call_has(call, OPTION_data))
		data = call->options[OPTION_data].span;
	error =
	    blob_new(1 + 2 * PUT_MAX + type.size + message.size + data.size);
	if (error == NULL)
		return NULL;
	blob_append(error, array, sizeof array);
	append_string(error, type);
	append_string(error, message);
	append(error, data);
	return error;
}

int
call_use(struct call *call, struct span name, struct chan **chan)
{
	int r = hub_use(call->service->hub, (const char *)name.data, name.size,
			chan);

	if (r != -ENOSPC)
		return r;
	return call_fail(
	    call, call_over(call, REFUSED_channels),
	    "%zu channels exist, no more are allowed (max_channels)",
	    call->service->max_channels);
}

int
call_use_channel(struct call *call, struct chan **chan)
{
	int r = call_use(call, call_string(call, 0), chan);

	call->worker->waits_on = r == 0 ? *chan : NULL;
	return r;
}

void
call_release_channel(struct call *call, struct chan *chan)
{
	call->worker->waits_on = NULL;
	hub_release(call->service->hub, chan);
}

/* ---- replies ---- */

/* What it answers has happened: an error would be a lie. */
static int
lose(struct call *call)
{
	call->is_lost = true;
	return -ENOMEM;
}

/* A reply that fits into a few bytes: `size` of them at `value`. */
static int
reply_small(struct call *call, const uint8_t *value, size_t size)
{
	uint8_t reply[FRAME_HEAD_MAX + PUT_MAX];
	uint8_t *end = put_success(reply, call->msgid);

	if (!call->is_answered)
		return 0;
	memcpy(end, value, size);
	end += size;
	if (outbox_write(call->out, reply, (size_t)(end - reply)) < 0)
		return lose(call);
	return 0;
}

static uint8_t *
put_span(uint8_t *at, struct span span)
{
	if (span.size > 0)
		memcpy(at, span.data, span.size);
	return at + span.size;
}

int
call_reply_nil(struct call *call)
{
	uint8_t value[PUT_MAX];

	return reply_small(call, value, (size_t)(put_nil(value) - value));
}

int
call_reply_unsigned(struct call *call, uint64_t number)
{
	uint8_t value[PUT_MAX];

	return reply_small(call, value,
			   (size_t)(put_unsigned(value, number) - value));
}

int
call_reply_boolean(struct call *call, bool flag)
{
	uint8_t value[PUT_MAX];

	return reply_small(call, value,
			   (size_t)(put_boolean(value, flag) - value));
}

int
call_reply(struct call *call, struct blob *value)
{
	uint8_t head[FRAME_HEAD_MAX];
	uint8_t *end = put_success(head, call->msgid);

	if (value == NULL)
		return call_reply_nil(call);
	if (!call->is_answered) {
		blob_unref(value);
		return 0;
	}
	if (!blob_is_own(value))
		return call_reply_within(call, (struct span){ NULL, 0 }, value,
					 (struct span){ NULL, 0 });
	blob_prepend(value, head, (size_t)(end - head));
	outbox_give(call->out, value);
	return 0;
}

/* In one piece: what is so small is copied anyway. */
static int
write_small(struct call *call, struct span before, struct blob *value,
	    struct span behind)
{
	uint8_t reply[FRAME_HEAD_MAX + SMALL];
	uint8_t *end = put_success(reply, call->msgid);

	end = put_span(end, before);
	end =
	    put_span(end, (struct span){ blob_data(value), blob_size(value) });
	end = put_span(end, behind);
	if (outbox_write(call->out, reply, (size_t)(end - reply)) < 0)
		return lose(call);
	return 0;
}

/* Memory for all of it comes first: half an answer would be worse than none. */
static int
write_large(struct call *call, struct span before, struct blob *value,
	    struct span behind)
{
	struct blob *first = blob_new_exempt(FRAME_HEAD_MAX + before.size);
	struct blob *last = blob_new_exempt(behind.size);
	struct blob *middle = blob_lend(value);
	uint8_t head[FRAME_HEAD_MAX];

	if (first == NULL || last == NULL || middle == NULL) {
		blob_unref(first);
		blob_unref(last);
		blob_unref(middle);
		return lose(call);
	}
	blob_append(first, head,
		    (size_t)(put_success(head, call->msgid) - head));
	append(first, before);
	append(last, behind);
	outbox_give(call->out, first);
	outbox_give(call->out, middle);
	outbox_give(call->out, last);
	return 0;
}

int
call_reply_within(struct call *call, struct span before, struct blob *value,
		  struct span behind)
{
	size_t size = before.size + blob_size(value) + behind.size;
	int r = 0;

	if (call->is_answered && size <= SMALL)
		r = write_small(call, before, value, behind);
	else if (call->is_answered)
		r = write_large(call, before, value, behind);
	blob_unref(value);
	return r;
}
