/* SPDX-License-Identifier: MIT */
/*
 * print.h - what the answers to the verbs look like.
 */
#ifndef CLIENT_SHOW_PRINT_H
#define CLIENT_SHOW_PRINT_H

#include <msgpack.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct answer {
	const msgpack_object *result;
	const char *url;  /* who answered */
	int64_t elapsed;  /* ns between question and answer */
	bool to_terminal; /* a person reads it there */
	size_t width;	  /* of a line there; 0: any */
};

/*
 * Each writes an answer to `to`.
 *
 * 0, -EPROTO that is no answer to this verb, or what render_json() returns.
 * A failure to write may show in `to` alone.
 */

/* Nothing: that it was done is all there is to say. */
int print_nothing(FILE *to, const struct answer *answer);

/*
 * A value: a str or bin as it is, with a newline behind it on a terminal
 * only; nothing for nil; all else as a line of JSON.
 */
int print_value(FILE *to, const struct answer *answer);

/* "URL answered in 0.12 ms", on a terminal only. */
int print_ping(FILE *to, const struct answer *answer);

/* A map as lines of "key: value", in its order. */
int print_info(FILE *to, const struct answer *answer);

/* Channels as a table, a line for each; nothing for none. */
int print_list(FILE *to, const struct answer *answer);

/* Tasks likewise. */
int print_tasks(FILE *to, const struct answer *answer);

/* A whole number. */
int print_number(FILE *to, const struct answer *answer);

/* As a line of JSON; of an array, a line for each of it. */
int print_json(FILE *to, const struct answer *answer);

#endif
