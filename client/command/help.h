/* SPDX-License-Identifier: MIT */
/*
 * help.h - the tables of verbs and flags, for people.
 */
#ifndef CLIENT_COMMAND_HELP_H
#define CLIENT_COMMAND_HELP_H

#include "client/command/verbs.h"

#include <stdio.h>

/* Write the help: on one verb, or on everything for NULL. */
void help_write(FILE *to, const struct verb *verb);

#endif
