/* SPDX-License-Identifier: MIT */
/*
 * command.h - argv -> what is to be done.
 */
#ifndef CLIENT_COMMAND_COMMAND_H
#define CLIENT_COMMAND_COMMAND_H

#include "client/command/flags.h"
#include "client/command/verbs.h"

enum command_task {
	COMMAND_CALL,
	COMMAND_HELP,
	COMMAND_METHODS, /* help on the protocol's methods */
	COMMAND_VERSION,
	COMMAND_PROMPT, /* nothing is said but options of all verbs */
};

struct command {
	enum command_task task;
	const struct verb *verb; /* call: never NULL; help: on it, or on all */
	const char *args[VERB_ARGS_MAX]; /* NULL where none is given */
	int count;			 /* of them */
	char *const *program;		 /* what stands behind --, or NULL */
	struct options options;
	char fault[240]; /* what is wrong and what to do, after -EINVAL */
};

/*
 * Understand a command line. It is not copied, nor reordered.
 *
 * 0, or -EINVAL with `command->fault`, which quotes what was given as it was;
 * with COMMAND_PROMPT if nothing is wrong but that there is no verb.
 */
int command_parse(int argc, char **argv, struct command *command);

#endif
