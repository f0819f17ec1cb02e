/* SPDX-License-Identifier: MIT */
/*
 * prompt.h - chanctl alone on a terminal: a line after the other, each of them
 * what could stand behind chanctl in a shell.
 */
#ifndef CLIENT_PROMPT_PROMPT_H
#define CLIENT_PROMPT_PROMPT_H

#include <stdbool.h>

/* Whether there is one: a terminal, and libedit. */
bool prompt_is_possible(void);

/*
 * Read lines, and run each, until `exit` or the end of the input.
 *
 *   options  argv without its verb, which each line is run with, too
 *   run      does what one argv says; in a process of its own, so that
 *            whatever ends it, Ctrl-C included, ends that line alone
 *
 * The exit status.
 */
int prompt_run(int count, char **options, int (*run)(int argc, char **argv));

#endif
