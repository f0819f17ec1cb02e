/* SPDX-License-Identifier: MIT */
/*
 * call.h - one request and its reply, on a connection of their own.
 *
 * A signal withdraws the call: our half of the connection is shut, the daemon
 * takes back what waits and says so, or says that it was too late. Whatever
 * it says is the reply.
 */
#ifndef CLIENT_CALL_H
#define CLIENT_CALL_H

#include "proto/frame.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All of its calls have this one: there is one on each connection. */
enum { CALL_MSGID = 1 };

struct reply {
	uint8_t *bytes;
	size_t size;
	size_t room;
	struct frame frame; /* points into `bytes`; filled in on 0 */
	size_t sent;	    /* bytes of the request that were written */
	int signal;	    /* withdrew the call; or 0 */
};

/*
 * Send a request on the connection `fd` and wait for its reply.
 *
 *   patience  ns of silence after which the daemon counts as lost; INT64_MAX
 *             never
 *   reply     to be given to reply_fini() in any case
 *
 * 0 a whole response to our msgid came.
 * -ECONNRESET, -ETIMEDOUT, or what else the socket said: lost before that.
 * -ECANCELED lost after a signal, with the request not wholly written: no
 * daemon can have run it.
 * -ENOMSG another message than the response to it.
 * What frame_more() returns: bytes that are no message.
 * -ENOMEM no memory for the reply.
 */
int call_run(int fd, const void *request, size_t size, int64_t patience,
	     struct reply *reply);

void reply_fini(struct reply *reply);

/* Whether call_run() failed because no such reply can be read there. */
bool call_was_gibberish(int negative_errno);

#endif
