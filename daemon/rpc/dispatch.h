/* SPDX-License-Identifier: MIT */
/*
 * dispatch.h - from a message to its method, and to the answer.
 */
#ifndef RPC_DISPATCH_H
#define RPC_DISPATCH_H

#include "rpc/call.h"

/*
 * Run what `frame`, a request or notification, asks for, and append the
 * answer to `out`. The call's fields "from the connection" are set, the others
 * come from here.
 *
 * 0, whether or not the call succeeded; -ECANCELED: it was withdrawn and
 * answered so, and nothing behind it shall run; -ENOMEM: it could not be
 * answered, and nothing behind it can be.
 */
PARKS int dispatch(struct call *call, const struct frame *frame);

/* Find the call's method. 0, or -ENOSYS, -EINVAL with a reason. */
MUST_CHECK int dispatch_find(struct call *call, struct span name);

#endif
