/* SPDX-License-Identifier: MIT */
#include "rpc/dispatch.h"

#include "rpc/arguments.h"
#include "rpc/text.h"

#include <errno.h>

enum { QUOTED = 48 }; /* bytes of a peer's string in our texts */

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
	if (r == -EAGAIN && call->is_hurried)
		r = -ECANCELED;
	/* Whoever waits when the daemon stops is told that, not "killed". */
	return r == -ECANCELED && call->service->is_stopping ? -ESHUTDOWN : r;
}

int
dispatch(struct call *call, const struct frame *frame)
{
	int r;

	call->msgid = frame->msgid;
	call->is_answered = frame->kind == FRAME_REQUEST;
	call->given = 0;
	call->options.given = 0;
	call->reason[0] = '\0';
	call->is_lost = call->is_hurried = false;
	r = perform(call, frame);
	if (call->is_lost)
		return -ENOMEM;
	if (r < 0 && call->is_answered &&
	    call_refuse(call->out, call->msgid, r, call->reason) < 0)
		return -ENOMEM;
	return r == -ECANCELED ? r : 0;
}
