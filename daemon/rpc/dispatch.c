/* SPDX-License-Identifier: MIT */
#include "rpc/dispatch.h"

#include "base/budget.h"
#include "proto/escape.h"
#include "rpc/arguments.h"
#include "rpc/authorize.h"

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
	escape_text(quoted, sizeof quoted, (const char *)name.data, name.size);
	return call_fail(call, -ENOSYS, "there is no method \"%s\"", quoted);
}

int
dispatch_find(struct call *call, struct span name)
{
	const struct method *recent = call->client->recent;

	/* Most clients call the same method again and again. */
	if (recent != NULL && method_is(recent, name)) {
		call->method = recent;
		return 0;
	}
	call->method = name.size <= LIMIT_METHOD
			   ? method_find(&call->service->methods, name)
			   : NULL;
	call->client->recent = call->method;
	return call->method != NULL ? 0 : fail_method(call, name);
}

/*
 * Whoever waits when the daemon stops is told that, not "killed"; but not of
 * a value that may have been processed, as that answer is definite.
 */
static int
stopped(struct call *call)
{
	if (!call->worker->is_in_doubt)
		return -ESHUTDOWN;
	if (call->taken >= 0)
		return -EINPROGRESS; /* how many were taken is said */
	return call_fail(call, -EINPROGRESS,
			 "the daemon is stopping, and a receiver has had the "
			 "value");
}

/* A reload took the right away while it waited. */
static int
revoked(struct call *call, int r)
{
	if (r == -EINPROGRESS && call->taken < 0)
		return call_fail(call, r,
				 "the right to send was taken away after a "
				 "receiver had had the value");
	return r;
}

/* Does it end what could not be ended later? */
static bool
settles(const struct call *call)
{
	return call->method->parameters[0] == PARAMETER_delivery ||
	       call_has(call, OPTION_done);
}

/* What was held when the daemon stopped for good has been lost by that. */
static int
refuse_stopping(const struct call *call)
{
	if (!settles(call))
		return -ESHUTDOWN;
	return call->service->is_draining ? 0 : -ESTALE;
}

PARKS static WOVEN int
perform(struct call *call, const struct frame *frame)
{
	int r;

	if (call->worker->is_killed)
		return -ECANCELED;
	r = dispatch_find(call, frame->method);
	if (r == 0)
		r = authorize_hello(call);
	if (r == 0)
		r = arguments_read(call, frame->params, frame->param_count);
	if (r == 0 && call->service->is_stopping)
		r = refuse_stopping(call);
	if (r == 0)
		r = authorize(call);
	if (r < 0)
		return r;
	if (call->service->on_call != NULL)
		call->service->on_call(call);
	r = call->method->run(call);
	if (call->worker->is_revoked)
		return revoked(call, r);
	if (r == -EAGAIN && call->is_hurried)
		r = -ECANCELED;
	return r == -ECANCELED && call->service->is_stopping ? stopped(call)
							     : r;
}

static int
answer_failure(struct call *call, int r)
{
	call->service->failures++;
	call->service->denied += r == -EACCES;
	if (r == -ENOMEM && budget.is_short && call->taken < 0)
		call_fail(call, r, CALL_NO_BUDGET, budget.most);
	if (call->is_answered)
		return call_answer_failure(call, r);
	call->error = blob_unref(call->error);
	return 0;
}

int
dispatch(struct call *call, const struct frame *frame)
{
	int r;

	call->msgid = frame->msgid;
	call->is_answered = frame->kind == FRAME_REQUEST;
	call->given = 0;
	call->options_given = 0;
	call->reason[0] = '\0';
	call->is_lost = call->is_hurried = false;
	call->error = NULL;
	call->taken = -1;
	call->cases = NULL;
	budget.is_short = false;
	call->service->requests++;
	call->worker->requests++;
	call->worker->is_revoked = false;
	call->worker->call = call;
	r = perform(call, frame);
	call->worker->call = NULL;
	if (r < 0 && !call->is_lost && answer_failure(call, r) < 0)
		call->is_lost = true;
	if (call->is_lost)
		return -ENOMEM;
	/* A call that was killed need not be the end of its connection. */
	if (r != -ECANCELED)
		return 0;
	return task_is_cancelled(task_self()) || call->is_hurried ? r : 0;
}
