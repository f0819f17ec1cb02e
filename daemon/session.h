/* SPDX-License-Identifier: MIT */
/*
 * session.h - one connection's task: read a message, run it, answer.
 *
 * Where net/ and rpc/ meet.
 */
#ifndef DAEMON_SESSION_H
#define DAEMON_SESSION_H

#include "base/attr.h"
#include "net/layer.h"
#include "net/loop.h"
#include "rpc/service.h"

#include <stdint.h>

struct session_limits {
	size_t max_message;
	size_t max_output;
	unsigned turn_requests;
	int64_t linger; /* nanoseconds */
};

/*
 * Serve `fd`, a connected socket, as a client of `service` called `peer`; both
 * structs outlive it. It takes the socket in any case, and with it `layer`,
 * what lies between (or NULL). 0, or -ENOMEM.
 */
MUST_CHECK int session_start(struct loop *loop, struct service *service,
			     const struct session_limits *limits, int fd,
			     struct layer *layer, const char *peer);

#endif
