/* SPDX-License-Identifier: MIT */
/*
 * call.h - one call: its arguments in, its result or error out.
 *
 * A method reads its arguments, calls one operation, and gives one reply. A
 * call's arguments lie in the connection's input: they are gone once the
 * method has parked or taken its value.
 *
 * Knows base/, task/, chan/ and proto/. Must never know sockets.
 */
#ifndef RPC_CALL_H
#define RPC_CALL_H

#include "base/outbox.h"
#include "proto/frame.h"
#include "rpc/service.h"

enum { CALL_REASON = 200 };

struct call_options {
	uint32_t given; /* 1 << OPTION_... */
	double timeout; /* seconds, 0 or more */
	struct span name;
	int64_t preference;
	bool schedule_all;
};

struct call {
	/* From the connection, before dispatch(). */
	struct service *service;
	struct client *client;
	struct outbox *out;
	struct blob *(*take)(void *context, struct span value);
	void *take_context;
	/* From the message. */
	const struct method *method;
	uint32_t msgid;
	bool is_answered; /* a request, not a notification */
	unsigned given;	  /* positional parameters */
	struct span parameters[PARAMETERS_MOST];
	struct call_options options;
	/* To the caller. */
	bool is_lost;		  /* it cannot be answered: out of memory */
	bool is_hurried;	  /* it would wait, but its client is leaving */
	char reason[CALL_REASON]; /* of a failure; "": the error's own text */
};

/* Append an error response: "CODE: reason". 0 or -ENOMEM. */
MUST_CHECK int call_refuse(struct outbox *out, uint32_t msgid, int error,
			   const char *reason);

/* ---- for methods ---- */

/* The reason for a failure, in the method's own words; returns `error`. */
int call_fail(struct call *call, int error, const char *format, ...) FORMAT(3);

/* Parameter `i` as a string: its bytes. It was checked to be one. */
struct span call_string(const struct call *call, unsigned i);

/*
 * When to give up waiting: 0, a time, or NO_DEADLINE. A client that is leaving
 * does not wait: its call, if it fails for that, has been withdrawn.
 */
int64_t call_deadline(struct call *call);

/*
 * Parameter `i`, as it came, in memory of its own; the other parameters are
 * gone. NULL when out of memory.
 */
struct blob *call_take(struct call *call, unsigned i);

/* Reply with nil, or with a blob that holds one encoded value. 0, -ENOMEM. */
MUST_CHECK int call_reply_nil(struct call *call);
MUST_CHECK int call_reply(struct call *call, struct blob *value);

#endif
