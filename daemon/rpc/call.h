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

#include <errno.h>

enum { CALL_REASON = 200 };

/* What is said when the budget is short, with how much that is. */
#define CALL_NO_BUDGET                                                         \
	"all clients together may use %zu bytes of memory (max_memory)"

union argument {
	struct span
	    span; /* ANY: as it stands; LABEL, NAME, STRING: its bytes */
	struct {
		struct reader items;
		uint32_t count;
	} array;
	uint64_t number;
	int64_t integer;
	double seconds; /* of TIMEOUT infinite for nil */
	bool flag;
};

struct call {
	/* From the connection, before dispatch(). */
	struct service *service;
	struct worker *worker; /* whose task runs this */
	struct client *client;
	struct outbox *out;
	struct blob *(*take)(void *context, struct span value);
	void *take_context;
	/* From the message. */
	const struct method *method;
	uint32_t msgid;
	bool is_answered;	/* a request, not a notification */
	unsigned given;		/* positional parameters */
	uint32_t options_given; /* 1 << OPTION_... */
	union argument parameters[PARAMETERS_MOST];
	union argument options[OPTION_COUNT];
	const struct select_case *cases; /* that it waits with, or NULL */
	unsigned case_count;
	/* To the caller. */
	bool is_lost;		  /* it cannot be answered: out of memory */
	bool is_hurried;	  /* it would wait, but its client is leaving */
	struct blob *error;	  /* of RAISED: [type, message, data] */
	int64_t taken;		  /* of a sequence that failed; else -1 */
	char reason[CALL_REASON]; /* of a failure; "": the error's own text */
};

/*
 * Append an error response, "CODE: reason" or [CODE, reason, data] as the
 * client likes it. 0 or -ENOMEM.
 */
MUST_CHECK int call_refuse(struct outbox *out, uint32_t msgid, int error,
			   const char *reason, bool as_array);

/* The error response to a call that has failed so; takes call->error. */
MUST_CHECK int call_answer_failure(struct call *call, int error);

/* ---- for methods ---- */

/* The reason for a failure, in the method's own words; returns `error`. */
int call_fail(struct call *call, int error, const char *format, ...) FORMAT(3);

/* A limit is reached, which is counted: -ENOBUFS, for call_fail(). */
static inline int
call_over(struct call *call, enum refusal limit)
{
	call->service->refused[limit]++;
	return -ENOBUFS;
}

/* It failed with what the other side sent, which is taken: -EREMOTEIO. */
int call_raise(struct call *call, struct blob *error);

/* Was that option given? And a boolean one, with true? */
static inline bool
call_has(const struct call *call, enum option option)
{
	return (call->options_given & 1u << option) != 0;
}

static inline bool
call_flag(const struct call *call, enum option option)
{
	return call_has(call, option) && call->options[option].flag;
}

/* Can this be a channel's name? */
bool call_is_name(struct span name);

/* Parameter `i` as a string: its bytes. It was checked to be one. */
struct span call_string(const struct call *call, unsigned i);

/*
 * Nobody dead may take a value: 0, or -ECANCELED: this client is seen to be
 * gone.
 */
MUST_CHECK int call_check_alive(struct call *call);

/*
 * When to give up waiting: 0, a time, or NO_DEADLINE. A client that is leaving
 * does not wait: its call, if it fails for that, has been withdrawn.
 */
int64_t call_deadline(struct call *call);

/* Seconds in nanoseconds, at most those that an int64_t can bear. */
int64_t call_nanoseconds(double seconds);

/*
 * Parameter `i`, as it came, in memory of its own; the other parameters are
 * gone. NULL when out of memory.
 */
struct blob *call_take(struct call *call, unsigned i);

/*
 * An error to send: [type, message, data], of parameters `i` and `i` + 1 and
 * the option `data`. NULL when out of memory.
 */
struct blob *call_make_error(const struct call *call, unsigned i);

/*
 * The channel that `name` says, made if need be, until it is released. 0 or
 * -ENOMEM, -ENOBUFS.
 */
MUST_CHECK int call_use(struct call *call, struct span name,
			struct chan **chan);

/* The same for parameter 0, which the call may now wait on. */
MUST_CHECK int call_use_channel(struct call *call, struct chan **chan);
void call_release_channel(struct call *call, struct chan *chan);

/*
 * Reply with nil, or with a blob that holds one encoded value, which is given
 * up in any case; NULL is nil. 0, -ENOMEM.
 */
MUST_CHECK int call_reply_nil(struct call *call);
MUST_CHECK int call_reply(struct call *call, struct blob *value);

/* Reply with the value, between up to CALL_REASON bytes before and behind. */
MUST_CHECK int call_reply_within(struct call *call, struct span before,
				 struct blob *value, struct span behind);

/* Reply with a small value. */
MUST_CHECK int call_reply_unsigned(struct call *call, uint64_t value);
MUST_CHECK int call_reply_boolean(struct call *call, bool value);

#endif
