/* SPDX-License-Identifier: MIT */
/*
 * tool.h - what every verb works with: the command, the daemon, the loop,
 * signals, and how failures are said.
 *
 * Verbs return exit statuses. Those with one thing to do at a time call what
 * waits here; those with several at once (flow.h) turn the loop themselves.
 */
#ifndef CLIENT_TOOL_TOOL_H
#define CLIENT_TOOL_TOOL_H

#include "client/base/loop.h"
#include "client/base/signals.h"
#include "client/chand.h"
#include "client/command/command.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The statuses that are not written in proto/errors.def. */
enum {
	STATUS_OTHER = 1,
	STATUS_USAGE = 2,
	STATUS_NOBODY = 5,
	STATUS_UNKNOWN = 7,	 /* lost between a request and its reply */
	STATUS_UNREACHABLE = 69, /* nothing was sent */
	STATUS_TIMEOUT = 124,
	STATUS_SIGNAL = 128, /* and the signal's number */
};

struct tool {
	const struct command *command;
	struct chand *client;
	struct loop loop;
	struct signals signals;
	struct loop_watch signalled;
	int64_t timeout; /* ms, of -t and -n; CHAND_FOREVER */
};

/* Run the verb of a command; the exit status. */
int tool_run(const struct command *command);

/*
 * Wait until a call is done, and return its code; NULL is out of memory. A
 * signal withdraws it: what comes then, comes.
 */
enum chand_code tool_finish(struct tool *tool, struct chand_call *call);

/* The same for one that has nothing to wait for, and that no signal ends. */
enum chand_code tool_settle(struct tool *tool, struct chand_call *call);

/* A daemon that does not answer it within seconds is given up. */
void tool_hurry(struct chand_call *call);

/* The first signal that has come, or 0. */
int tool_signal(const struct tool *tool);

/* Wait for a descriptor. 0, or -EINTR: a signal has come. */
int tool_wait(struct tool *tool, int fd, short events);

/*
 * Write all of it, whatever the descriptor's flags, and let signals end it.
 *
 * 0, -EINTR, or what write() failed with.
 */
int tool_write(struct tool *tool, int fd, const char *data, size_t size);

/*
 * Say why a call failed, if it did; `place` is "", or "line 3: ", or so. The
 * exit status; 0 for CHAND_OK.
 */
int tool_judge(struct tool *tool, const char *place,
	       const struct chand_call *call);

/* The same without a word. */
int tool_status(const struct tool *tool, const struct chand_call *call);

/* The exit status of a code; 0 for CHAND_OK. */
int tool_code_status(enum chand_code code);

/* The status of a signal that ended us, after "withdrawn" was said. */
int tool_withdrawn(struct tool *tool);

/* Settle, judge and free a call. */
int tool_do(struct tool *tool, struct chand_call *call);

#endif
