/* SPDX-License-Identifier: MIT */
/*
 * report.h - one line on standard error for what went wrong.
 */
#ifndef CLIENT_TOOL_REPORT_H
#define CLIENT_TOOL_REPORT_H

#include "client/command/command.h"

/*
 * "chanctl: send jobs: ..." with nothing in it that a terminal would obey.
 * Nothing at all if the command was told to be quiet.
 */
__attribute__((format(printf, 2, 3))) void report(const struct command *command,
						  const char *format, ...);

/*
 * The same for wrong use, which is said even to the quiet: it is for whoever
 * wrote the command line. Returns the exit status for it.
 */
__attribute__((format(printf, 2, 3))) int
report_use(const struct command *command, const char *format, ...);

/* What was done, if the command was told to be verbose. */
__attribute__((format(printf, 2, 3))) void
report_note(const struct command *command, const char *format, ...);

/* That there was no memory left. Returns the exit status for it. */
int report_memory(const struct command *command);

#endif
