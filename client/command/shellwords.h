/* SPDX-License-Identifier: MIT */
/*
 * shellwords.h - a line -> words, quoted as for a shell.
 *
 * '...' takes all as it is; in "..." a backslash does so for the one " or
 * backslash behind it, outside for any. Nothing else means anything: no
 * variable, no *, no comment.
 */
#ifndef CLIENT_COMMAND_SHELLWORDS_H
#define CLIENT_COMMAND_SHELLWORDS_H

#include <stdbool.h>
#include <stddef.h>

struct shellwords {
	char **at; /* and a NULL behind them */
	size_t count;
	size_t last; /* where in the line the last one begins */
};

/*
 * Split a line.
 *
 *   partial  it is still being written: what is open at its end is closed
 *            there, and behind a blank a new, empty word begins
 *
 * 0, -EINVAL a quote is not closed, or -ENOMEM, and no words.
 */
int shellwords_split(const char *line, bool partial, struct shellwords *words);
void shellwords_free(struct shellwords *words);

/* A word as it must be written, to free(); NULL: out of memory. */
char *shellwords_quote(const char *word);

#endif
