/* SPDX-License-Identifier: MIT */
#include "rpc/authorize.h"

#include "chan/select.h"
#include "proto/escape.h"

#include <errno.h>

enum { QUOTED = 64 }; /* bytes of a channel's name in our texts */

static bool
has_right(const struct call *call, enum right right, const char *name,
	  size_t size)
{
	return (identity_rights(&call->client->identity, call->service->access,
				name, size) &
		(unsigned)right) != 0;
}

static const char *
verb_of(enum right right)
{
	switch (right) {
	case RIGHT_SEND:
		return "send to";
	case RIGHT_RECEIVE:
		return "receive from";
	case RIGHT_MANAGE:
		return "manage";
	default:
		return "watch";
	}
}

static const char *
name_of(const struct call *call)
{
	return identity_name(&call->client->identity, call->service->access);
}

int
authorize_channel(struct call *call, enum right right, struct span name)
{
	char quoted[QUOTED];

	if (has_right(call, right, (const char *)name.data, name.size))
		return 0;
	escape_text(quoted, sizeof quoted, (const char *)name.data, name.size);
	return call_fail(call, -EACCES, "%s may not %s channel \"%s\"",
			 name_of(call), verb_of(right), quoted);
}

/* There is nothing to protect in a task that does not exist. */
static bool
is_own(const struct call *call, uint64_t id)
{
	const struct worker *worker = worker_find(call->service, id);

	return worker == NULL || worker->client == call->client;
}

static int
authorize_server(struct call *call)
{
	if (call->client->identity.may_manage)
		return 0;
	return call_fail(call, -EACCES, "%s may not manage the daemon",
			 name_of(call));
}

static int
authorize_glob(struct call *call)
{
	if (call->client->identity.may_watch)
		return 0;
	return call_fail(call, -EACCES, "%s may not watch any channel",
			 name_of(call));
}

int
authorize_slowly(struct call *call)
{
	const struct method *method = call->method;

	if (method->right == RIGHT_NONE)
		return 0;
	switch (method->parameters[0]) {
	case PARAMETER_channel:
		return authorize_channel(call, method->right,
					 call_string(call, 0));
	case PARAMETER_id:
		return is_own(call, call->parameters[0].number)
			   ? 0
			   : authorize_server(call);
	case PARAMETER_glob:
		return authorize_glob(call);
	default:
		return authorize_server(call);
	}
}

int
authorize_hello(struct call *call)
{
	if (!call->client->identity.is_nobody || call->method->run == do_hello)
		return 0;
	return call_fail(call, -EACCES, "say hello with a token first");
}

static bool
may_use(const struct call *call, enum right right, const struct chan *chan)
{
	size_t size;
	const char *name = hub_name(chan, &size);

	return has_right(call, right, name, size);
}

bool
authorize_again(const struct call *call)
{
	const struct select_case *c = call->cases;

	if (c == NULL)
		return call->worker->waits_on == NULL ||
		       may_use(call, call->method->right,
			       call->worker->waits_on);
	for (; c < call->cases + call->case_count; c++)
		if (!may_use(call, c->is_send ? RIGHT_SEND : RIGHT_RECEIVE,
			     c->chan))
			return false;
	return true;
}

bool
authorize_sees(const struct call *call, const char *channel, size_t size)
{
	return has_right(call, RIGHT_WATCH, channel, size);
}

bool
authorize_sees_task(const struct call *call, const struct worker *worker)
{
	return !call->client->identity.is_restricted ||
	       call->client->identity.may_manage ||
	       worker->client == call->client;
}
