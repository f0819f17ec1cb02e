/* SPDX-License-Identifier: MIT */
#include "client/base/params.h"

#include <string.h>

void
params_init(struct params *params, size_t count)
{
	params->failed = 0;
	msgpack_sbuffer_init(&params->buffer);
	msgpack_packer_init(&params->packer, &params->buffer,
			    msgpack_sbuffer_write);
	params_array(params, count);
}

void
params_array(struct params *params, size_t count)
{
	params->failed |= msgpack_pack_array(&params->packer, count);
}

void
params_map(struct params *params, size_t count)
{
	params->failed |= msgpack_pack_map(&params->packer, count);
}

void
params_string(struct params *params, const char *string)
{
	params_value(params, chand_string(string));
}

void
params_integer(struct params *params, int64_t number)
{
	params->failed |= msgpack_pack_int64(&params->packer, number);
}

void
params_boolean(struct params *params, bool truth)
{
	params->failed |= truth ? msgpack_pack_true(&params->packer)
				: msgpack_pack_false(&params->packer);
}

void
params_value(struct params *params, struct chand_value value)
{
	msgpack_packer *packer = &params->packer;

	switch (value.kind) {
	case CHAND_NIL:
		params->failed |= msgpack_pack_nil(packer);
		break;
	case CHAND_STRING:
		params->failed |=
		    msgpack_pack_str(packer, value.size) |
		    msgpack_pack_str_body(packer, value.data, value.size);
		break;
	case CHAND_BINARY:
		params->failed |=
		    msgpack_pack_bin(packer, value.size) |
		    msgpack_pack_bin_body(packer, value.data, value.size);
		break;
	case CHAND_ENCODED:
		params->failed |= msgpack_sbuffer_write(&params->buffer,
							value.data, value.size);
		break;
	}
}

void
params_timeout(struct params *params, int64_t milliseconds)
{
	params_map(params, milliseconds != CHAND_FOREVER);
	if (milliseconds == CHAND_FOREVER)
		return;
	params_string(params, "timeout");
	params->failed |=
	    msgpack_pack_double(&params->packer, (double)milliseconds / 1e3);
}

struct chand_call *
params_start(struct params *params, struct chand *client, const char *method)
{
	struct chand_call *call = NULL;

	if (params->failed == 0)
		call = chand_start(
		    client, method,
		    chand_encoded(params->buffer.data, params->buffer.size));
	msgpack_sbuffer_destroy(&params->buffer);
	return call;
}
