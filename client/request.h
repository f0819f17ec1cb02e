/* SPDX-License-Identifier: MIT */
/*
 * request.h - a command as the bytes that ask for it.
 */
#ifndef CLIENT_REQUEST_H
#define CLIENT_REQUEST_H

#include "client/command.h"

#include <msgpack.h>
#include <stddef.h>

/*
 * Append the request to `buffer`.
 *
 *   value, size  what a verb that gives a value gives
 *
 * 0 or -ENOMEM.
 */
int request_pack(msgpack_sbuffer *buffer, const struct command *command,
		 const char *value, size_t size);

#endif
