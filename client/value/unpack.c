/* SPDX-License-Identifier: MIT */
#include "client/value/unpack.h"

#include <errno.h>
#include <stddef.h>
#include <stdint.h>

int
unpack_value(struct chand_value value, msgpack_unpacked *unpacked,
	     msgpack_object *object)
{
	size_t offset = 0;

	msgpack_unpacked_init(unpacked);
	*object = (msgpack_object){ .type = MSGPACK_OBJECT_NIL };
	if (value.kind == CHAND_STRING || value.kind == CHAND_BINARY) {
		object->type = value.kind == CHAND_STRING ? MSGPACK_OBJECT_STR
							  : MSGPACK_OBJECT_BIN;
		object->via.str.ptr = value.data;
		object->via.str.size = (uint32_t)value.size;
	} else if (value.kind == CHAND_ENCODED) {
		/* The library found it whole: only memory can be lacking. */
		if (msgpack_unpack_next(unpacked, value.data, value.size,
					&offset) != MSGPACK_UNPACK_SUCCESS)
			return -ENOMEM;
		*object = unpacked->data;
	}
	return 0;
}
