/* SPDX-License-Identifier: MIT */
/*
 * arguments.h - checks a call's parameters against the method's row.
 */
#ifndef RPC_ARGUMENTS_H
#define RPC_ARGUMENTS_H

#include "rpc/call.h"

/*
 * Fill in the call's parameters and options from the `count` values in
 * `params`; its method is known. They point into that. 0, or -EINVAL
 * with a reason that names the argument and what was wrong with it.
 */
MUST_CHECK int arguments_read(struct call *call, struct span params,
			      uint32_t count);

#endif
