/* SPDX-License-Identifier: MIT */
/*
 * receipt.h - what a client calls a delivery: "BOOT-NUMBER-ATTEMPT".
 *
 * Boot is 16 hexadecimal digits, the others are decimal. So what was received
 * before a restart of the daemon, or by another connection, or has been given
 * to somebody else since, is never mistaken for what is held now.
 */
#ifndef RPC_RECEIPT_H
#define RPC_RECEIPT_H

#include "rpc/call.h"

enum { RECEIPT_MOST = 64 };

/* Write it, with a NUL; its length. */
size_t receipt_print(const struct service *service,
		     const struct delivery *delivery, char text[RECEIPT_MOST]);

/*
 * The delivery that `text` says, if this connection holds it. 0, -ESTALE, or
 * -EINVAL: it is no delivery at all, and `name` was to be one.
 */
MUST_CHECK int receipt_find(struct call *call, const char *name,
			    struct span text, struct delivery **delivery);

/* delivery_ack(), and look whether its channel is still wanted. */
MUST_CHECK int receipt_ack(struct call *call, struct delivery *delivery,
			   struct blob *reply);

#endif
