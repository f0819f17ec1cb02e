/* SPDX-License-Identifier: MIT */
/*
 * verbs.h - what chanctl can be told to do.
 *
 * One table: parser, help, manual and completions read it. A verb's function
 * is in the file of its group, behind client/verb_....h.
 */
#ifndef CLIENT_COMMAND_VERBS_H
#define CLIENT_COMMAND_VERBS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tool;

/* The most channels that a verb takes. */
enum { VERB_ARGS_MAX = 64 };

enum verb_command { VERB_NO_COMMAND, VERB_MAY_COMMAND, VERB_NEEDS_COMMAND };

struct verb {
	const char *name;
	const char *arguments;	   /* as the help shows them */
	int least;		   /* how many must be given; at most: */
	int most;		   /* VERB_ARGS_MAX */
	enum verb_command command; /* -- CMD [ARG]... behind them */
	uint64_t flags;		   /* besides those that all take */
	const char *help;	   /* a line */
	const char *details;	   /* some more of them */
	const char *examples;	   /* lines that a shell takes; "" for none */
	bool writes;		   /* is of no use without standard output */
	const char *lost; /* what is unknown when the connection is lost */
	int (*run)(struct tool *tool); /* NULL: needs no daemon */
};

/* The verb of that name, or NULL. */
const struct verb *verb_find(const char *name);

/* The table's rows in order, from 0; NULL behind the last. */
const struct verb *verb_at(size_t index);

#endif
