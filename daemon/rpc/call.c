/* SPDX-License-Identifier: MIT */
#include "rpc/call.h"

#include "proto/error.h"
#include "task/task.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

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

struct span
call_string(const struct call *call, unsigned i)
{
	return call->parameters[i];
}

int64_t
call_deadline(struct call *call)
{
	bool is_given = (call->options.given & 1u << OPTION_timeout) != 0;
	double seconds = is_given ? call->options.timeout : ENDLESS_S;

	if (seconds <= 0)
		return 0;
	call->is_hurried = call->client->is_leaving;
	if (call->is_hurried)
		return 0;
	if (seconds >= ENDLESS_S)
		return NO_DEADLINE;
	/* From now on, not from when the round began: that would be early. */
	return call->service->clock() + 1 + (int64_t)(seconds * 1e9);
}

struct blob *
call_take(struct call *call, unsigned i)
{
	return call->take(call->take_context, call->parameters[i]);
}

int
call_reply_nil(struct call *call)
{
	uint8_t reply[FRAME_HEAD_MAX + PUT_MAX];
	uint8_t *end = put_nil(put_success(reply, call->msgid));

	if (!call->is_answered)
		return 0;
	/* What it answers has happened: an error would be a lie. */
	call->is_lost =
	    outbox_write(call->out, reply, (size_t)(end - reply)) < 0;
	return call->is_lost ? -ENOMEM : 0;
}

int
call_reply(struct call *call, struct blob *value)
{
	uint8_t head[FRAME_HEAD_MAX];
	uint8_t *end = put_success(head, call->msgid);

	if (!call->is_answered) {
		blob_unref(value);
		return 0;
	}
	blob_prepend(value, head, (size_t)(end - head));
	outbox_give(call->out, value);
	return 0;
}

int
call_refuse(struct outbox *out, uint32_t msgid, int error, const char *reason)
{
	uint8_t reply[FRAME_HEAD_MAX + CALL_REASON + 40];
	char text[CALL_REASON + 20];
	const struct error *row = error_find(error);
	uint8_t *end = put_response(reply, msgid);

	snprintf(text, sizeof text, "%s: %s", row->code,
		 reason[0] != '\0' ? reason : row->text);
	end = put_nil(put_string(end, text, strlen(text)));
	return outbox_write(out, reply, (size_t)(end - reply));
}
