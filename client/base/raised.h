/* SPDX-License-Identifier: MIT */
/*
 * raised.h - the exception that a call failed with, to hand it on.
 */
#ifndef CLIENT_BASE_RAISED_H
#define CLIENT_BASE_RAISED_H

#include "client/chand.h"

struct raised {
	const char *type;
	const char *message;
	char *memory; /* where they are, or NULL */
};

/* Of a call with CHAND_RAISED. What cannot be read has a text that says so. */
void raised_read(const struct chand_call *call, struct raised *raised);
void raised_fini(struct raised *raised);

#endif
