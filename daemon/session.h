/* SPDX-License-Identifier: MIT */
/*
 * session.h - one connection's task: read a message, run it, answer.
 *
 * Where net/ and rpc/ meet.
 */
#ifndef DAEMON_SESSION_H
#define DAEMON_SESSION_H

#include "base/attr.h"
#include "net/loop.h"
#include "rpc/call.h"

#include <stdint.h>

struct source_count;

struct session_limits {
	size_t max_message;
	size_t max_output;
	unsigned turn_requests;
	int64_t linger;	       /* nanoseconds */
	int64_t hello_timeout; /* the same, where a hello is needed */
};

/* Log a call: service->on_call. */
void session_log_call(const struct call *call);

/* Whom to tell when somebody has left. */
struct departure {
	/* Called once at the end of a session that has begun; or NULL. */
	void (*left)(void *context, struct source_count *source);
	void *context;
	struct source_count *source;
};

/* Who has come. */
struct arrival {
	const char *peer;    /* where he is; copied */
	struct layer *layer; /* between him and his socket, or NULL */
	struct credentials credentials;
	struct departure departure;
};

/*
 * Serve `fd`, a connected socket, as a client of `service`, which outlives it,
 * and so do the limits. It takes the socket in any case, and the layer. 0, or
 * -ENOMEM: then nobody will be told.
 *
 * One that may do nothing is heard for one small request, a hello that shows a
 * token, and for so long as `hello_timeout` says.
 */
MUST_CHECK int session_start(struct loop *loop, struct service *service,
			     const struct session_limits *limits, int fd,
			     const struct arrival *arrival);

#endif
