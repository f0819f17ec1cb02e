/* SPDX-License-Identifier: MIT */
/*
 * codes.h - what is on the wire -> enum chand_code.
 */
#ifndef CLIENT_LIB_CODES_H
#define CLIENT_LIB_CODES_H

#include "client/chand.h"

/* The code of that name on the wire; CHAND_OTHER: none that we know. */
enum chand_code code_find(const void *name, size_t size);

#endif
