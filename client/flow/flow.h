/* SPDX-License-Identifier: MIT */
/*
 * flow.h - messages from channels, through a command, into channels.
 *
 * A flow takes one message at a time from its source, to be acknowledged; has
 * a command make another of it, if there is one; gives that to its sinks, if
 * there are any; and settles the first when all have taken it. So a message
 * is always somebody's to lose but never ours: if we die, it is back in its
 * channel, and its sender still waits.
 *
 *   flows          source   command   sinks
 *   serve CH       CH       yes       none: what it wrote is the reply
 *   pipe A B       A        perhaps   B
 *   tee A B C      A        perhaps   B and C
 *   merge A B C    A, B     perhaps   C
 */
#ifndef CLIENT_FLOW_FLOW_H
#define CLIENT_FLOW_FLOW_H

#include "client/tool/child.h"
#include "client/tool/tool.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a command ends with to have its message given back. */
enum { FLOW_GIVE_BACK = 75 };

enum flow_state {
	FLOW_ENDED,
	FLOW_RECEIVING, /* waits for a message */
	FLOW_RUNNING,	/* the command has it */
	FLOW_SENDING,	/* waits until the sinks have taken it */
	FLOW_SETTLING,	/* says what became of it */
	FLOW_RESTING,	/* has given it back, and lets it be for a while */
};

struct flow {
	struct crew *crew;
	const char *source;
	enum flow_state state;
	struct chand_call *received; /* the message, until it is settled */
	struct chand_call *settling;
	struct chand_call **sends; /* one for each sink */
	size_t pending;		   /* of these */
	struct child child;
	char *input; /* the child's */
	struct loop_timer rest;
	bool is_given_back; /* how it is being settled */
};

/* All the flows of a command. */
struct crew {
	struct tool *tool;
	struct flow *flows;
	size_t count;
	size_t working; /* not ended */
	const char *const *sinks;
	size_t sink_count;
	int64_t left; /* so many messages more may be begun; -1: any number */
	int64_t done;
	bool is_stopping;
	int status; /* the first failure's */
};

/*
 * Let flows go on until their sources are closed, so many messages are done,
 * a signal comes, or one of them fails; the exit status.
 *
 *   sources  one flow for each
 *   drains   a signal ends it well, when what was begun is done
 */
int flow_run(struct tool *tool, const char *const *sources, size_t count,
	     const char *const *sinks, size_t sink_count, bool drains);

#endif
