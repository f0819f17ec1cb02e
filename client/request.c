/* SPDX-License-Identifier: MIT */
#include "client/request.h"

#include "client/call.h"
#include "proto/utf8.h"

#include <errno.h>
#include <string.h>

/*
 * What follows returns 0, or something else when out of memory: msgpack-c's
 * way, so that calls can be joined with `|`.
 */
static int
pack_string(msgpack_packer *packer, const char *string, size_t size)
{
	return msgpack_pack_str(packer, size) |
	       msgpack_pack_str_body(packer, string, size);
}

static int
pack_value(msgpack_packer *packer, const char *value, size_t size)
{
	if (utf8_is_valid(value, size))
		return pack_string(packer, value, size);
	return msgpack_pack_bin(packer, size) |
	       msgpack_pack_bin_body(packer, value, size);
}

static int
pack_options(msgpack_packer *packer, double timeout)
{
	return msgpack_pack_map(packer, 1) |
	       pack_string(packer, "timeout", strlen("timeout")) |
	       msgpack_pack_double(packer, timeout);
}

static int
pack_head(msgpack_packer *packer, const char *method, size_t params)
{
	return msgpack_pack_array(packer, 4) |
	       msgpack_pack_int(packer, FRAME_REQUEST) |
	       msgpack_pack_uint32(packer, CALL_MSGID) |
	       pack_string(packer, method, strlen(method)) |
	       msgpack_pack_array(packer, params);
}

int
request_pack(msgpack_sbuffer *buffer, const struct command *command,
	     const char *value, size_t size)
{
	const struct verb *verb = command->verb;
	const char *first = command->args[0];
	bool has_options = verb->waits && command->timeout >= 0;
	size_t params =
	    (size_t)(first != NULL) + verb->gives_value + has_options;
	msgpack_packer packer;
	int r;

	msgpack_packer_init(&packer, buffer, msgpack_sbuffer_write);
	r = pack_head(&packer, verb->method, params);
	if (first != NULL)
		r |= pack_string(&packer, first, strlen(first));
	if (verb->gives_value)
		r |= pack_value(&packer, value, size);
	if (has_options)
		r |= pack_options(&packer, command->timeout);
	return r == 0 ? 0 : -ENOMEM;
}
