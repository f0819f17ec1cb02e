/* SPDX-License-Identifier: MIT */
/*
 * channel_info.h - what of channel.* the atomic call does, too.
 */
#ifndef RPC_CHANNEL_INFO_H
#define RPC_CHANNEL_INFO_H

#include "rpc/result.h"

/* The map that says what a channel looks like now. */
void channel_put_info(struct result *result, const struct chan *chan,
		      bool with_queue);

/* channel.info of one that does not exist: -ENOENT with a reason. */
int channel_fail_missing(struct call *call);

/* Are channel.open's options within the limits? 0, or -ENOBUFS. */
MUST_CHECK int channel_check_settings(struct call *call);

/* Set them. Whom a capacity has room for is not let in yet. */
void channel_set(const struct call *call, struct chan *chan);

#endif
