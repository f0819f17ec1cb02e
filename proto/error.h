/* SPDX-License-Identifier: MIT */
/*
 * error.h - errno <-> wire error, from errors.def.
 */
#ifndef PROTO_ERROR_H
#define PROTO_ERROR_H

#include <stddef.h>

struct error {
	const char *code; /* "TIMEOUT" */
	int number;	  /* ETIMEDOUT */
	int exit;	  /* 124: chanctl's exit status */
	const char *text;
};

/*
 * The error that a negative errno value stands for on the wire. A value that
 * has no name there, -ENOMEM apart (LIMIT), is a fault of ours: INTERNAL.
 */
const struct error *error_find(int negative_errno);

/*
 * The error that "CODE: text" or a bare "CODE" begins with, or NULL.
 * `size` bytes, no NUL needed.
 */
const struct error *error_parse(const char *message, size_t size);

#endif
