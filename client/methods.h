/* SPDX-License-Identifier: MIT */
/*
 * methods.h - the protocol's methods, for people.
 */
#ifndef CLIENT_METHODS_H
#define CLIENT_METHODS_H

#include <stdio.h>

/* Write all of them, with their parameters and options. */
void methods_help(FILE *to);

#endif
