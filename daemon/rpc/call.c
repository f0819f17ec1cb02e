/* SPDX-License-Identifier: MIT */
#include "rpc/call.h"

#include "proto/error.h"
#include "rpc/arguments.h"
#include "rpc/text.h"
#include "task/sched.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { QUOTED = 48 };

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
call_deadline(const struct call *call)
{
	double seconds = call->options.timeout;

	if ((call->options.given & 1u << OPTION_timeout) == 0 ||
	    seconds >= ENDLESS_S)
		return NO_DEADLINE;
	if (seconds <= 0)
		return 0;
	return sched_time() + 1 + (int64_t)(seconds * 1e9);
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
		blob_free(value);
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

static int
fail_method(struct call *call, struct span name)
{
	char quoted[QUOTED];

	if (name.size > LIMIT_METHOD)
		return call_fail(call, -EINVAL,
				 "method: a name has at most %d bytes, not %zu",
				 LIMIT_METHOD, name.size);
	text_escape(quoted, sizeof quoted, (const char *)name.data, name.size);
	return call_fail(call, -ENOSYS, "there is no method \"%s\"", quoted);
}

PARKS static int
perform(struct call *call, const struct frame *frame)
{
	int r;

	if (call->service->is_stopping)
		return -ESHUTDOWN;
	call->method = frame->method.size <= LIMIT_METHOD
			   ? method_find(&call->service->methods, frame->method)
			   : NULL;
	if (call->method == NULL)
		return fail_method(call, frame->method);
	r = arguments_read(call, frame);
	if (r < 0)
		return r;
	r = call->method->run(call);
	/* Whoever waits when the daemon stops is told that, not "killed". */
	return r == -ECANCELED && call->service->is_stopping ? -ESHUTDOWN : r;
}

int
call_run(struct call *call, const struct frame *frame)
{
	int r;

	call->msgid = frame->msgid;
	call->is_answered = frame->kind == FRAME_REQUEST;
	call->given = 0;
	call->options.given = 0;
	call->reason[0] = '\0';
	call->is_lost = false;
	r = perform(call, frame);
	if (call->is_lost)
		return -ENOMEM;
	if (r < 0 && call->is_answered &&
	    call_refuse(call->out, call->msgid, r, call->reason) < 0)
		return -ENOMEM;
	return r == -ECANCELED ? r : 0;
}
