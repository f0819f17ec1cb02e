/* SPDX-License-Identifier: MIT */
/*
 * watch.h - the end of channel.watch.
 */
#ifndef RPC_WATCH_H
#define RPC_WATCH_H

#include "rpc/call.h"

/* This client is told of nothing any more. */
void watch_end(struct service *service, struct client *client);

#endif
