/* SPDX-License-Identifier: MIT */
/*
 * output.h - a FILE that knows why it could not write.
 *
 * stdio says that a write failed, some time; a tool whose output may be the
 * only copy of a value must say what failed, and must not end before it knows.
 */
#ifndef CLIENT_BASE_OUTPUT_H
#define CLIENT_BASE_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct output {
	int fd;
	int error; /* negative errno of the first write that failed, or 0 */
};

/* Whether it can be written to at all: open, and not for reading only. */
bool output_is_open(int fd);

/* How wide a terminal's lines are; 0: it is none, or does not say. */
size_t output_width(int fd);

/* A stream that writes to `fd` and leaves it open; NULL: out of memory. */
FILE *output_open(struct output *output, int fd);

/* Write what is left and free it. 0, or what the first failure was. */
int output_close(struct output *output, FILE *file);

#endif
