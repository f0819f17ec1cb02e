/* SPDX-License-Identifier: MIT */
/*
 * unpack.h - what the library hands out, as msgpack-c has it.
 */
#ifndef CLIENT_VALUE_UNPACK_H
#define CLIENT_VALUE_UNPACK_H

#include "client/chand.h"

#include <msgpack.h>

/*
 * The value as msgpack-c has it, for as long as `value` and `unpacked` live.
 * 0 or -ENOMEM; msgpack_unpacked_destroy() in any case.
 */
int unpack_value(struct chand_value value, msgpack_unpacked *unpacked,
		 msgpack_object *object);

#endif
