/* SPDX-License-Identifier: MIT */
/*
 * jsonpack.h - a value in JSON as msgpack: the way back from render.h.
 *
 * Strings become strings, numbers without point and exponent integers, from
 * -2^63 to 2^64 - 1, other numbers floats of 64 bits.
 */
#ifndef CLIENT_VALUE_JSONPACK_H
#define CLIENT_VALUE_JSONPACK_H

#include <msgpack.h>
#include <stddef.h>

enum { JSONPACK_FAULT_MOST = 200 };

/*
 * Append the value to `buffer`.
 *
 *   text   is one value; its numbers are overwritten
 *   depth  arrays and objects that may be inside one another
 *   fault  after -EINVAL what is wrong, and where
 *
 * 0, -EINVAL, -ENOMEM.
 */
int jsonpack(msgpack_sbuffer *buffer, char *text, size_t size, int depth,
	     char fault[JSONPACK_FAULT_MOST]);

#endif
