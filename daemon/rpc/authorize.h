/* SPDX-License-Identifier: MIT */
/*
 * authorize.h - may this client do that? The one way to that question.
 *
 * It is asked when a call's arguments are known and nothing has been touched,
 * so that a denial leaves no trace. What a method needs is a column of
 * proto/methods.def.
 */
#ifndef RPC_AUTHORIZE_H
#define RPC_AUTHORIZE_H

#include "rpc/call.h"

/* May it call that method, with these arguments? 0, or -EACCES, a reason. */
MUST_CHECK int authorize_slowly(struct call *call);

MUST_CHECK static inline int
authorize(struct call *call)
{
	return call->client->identity.is_restricted ? authorize_slowly(call)
						    : 0;
}

/*
 * A client that may do nothing yet is heard only when it says hello with a
 * token. 0, or -EACCES with a reason.
 */
MUST_CHECK int authorize_hello(struct call *call);

/* Has it that right on the channel of that name? 0, or -EACCES, a reason. */
MUST_CHECK int authorize_channel(struct call *call, enum right right,
				 struct span name);

/* Has a call that waits on channels still the rights that it needed? */
bool authorize_again(const struct call *call);

/* Does the list of channels, or of tasks, show it that one? */
bool authorize_sees(const struct call *call, const char *channel, size_t size);
bool authorize_sees_task(const struct call *call, const struct worker *worker);

#endif
