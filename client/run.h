/* SPDX-License-Identifier: MIT */
/*
 * run.h - a command from its url to its exit status.
 */
#ifndef CLIENT_RUN_H
#define CLIENT_RUN_H

#include "client/command.h"

/* The statuses that are not written in proto/errors.def. */
enum {
	STATUS_OTHER = 1,
	STATUS_USAGE = 2,
	STATUS_UNKNOWN = 7,	 /* lost between the request and its reply */
	STATUS_UNREACHABLE = 69, /* nothing was sent */
	STATUS_SIGNAL = 128,	 /* and the signal's number */
};

/*
 * Make the call of a command (COMMAND_CALL), write its answer to standard
 * output or what failed to standard error. Returns the exit status.
 */
int run_command(const struct command *command);

#endif
