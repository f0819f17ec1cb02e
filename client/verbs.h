/* SPDX-License-Identifier: MIT */
/*
 * verbs.h - what chanctl can be told to do.
 *
 * One table: the parser, the help and the calls themselves read it.
 */
#ifndef CLIENT_VERBS_H
#define CLIENT_VERBS_H

#include "client/print.h"

#include <stdbool.h>
#include <stddef.h>

enum { VERB_ARGS_MAX = 2 };

struct verb {
	const char *name;
	const char *arguments; /* as the help shows them */
	int least;	       /* how many must be given; at most: */
	int most;	       /* VERB_ARGS_MAX */
	const char *help;      /* a line */
	const char *details;   /* some more of them */
	const char *method;    /* NULL: needs no daemon */
	bool gives_value;      /* its second argument, or standard input */
	bool waits;	       /* takes a timeout */
	bool writes;	       /* is of no use without standard output */
	const char *lost;      /* what is unknown when the connection is lost */
	int (*print)(FILE *to, const struct answer *answer);
};

/* The verb of that name, or NULL. */
const struct verb *verb_find(const char *name);

/* The table's rows in order, from 0; NULL behind the last. */
const struct verb *verb_at(size_t index);

#endif
