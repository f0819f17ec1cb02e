/* SPDX-License-Identifier: MIT */
/*
 * params.h - the parameters of a call that the library has no function for.
 *
 * What runs out of memory is remembered, and makes params_start() return NULL.
 */
#ifndef CLIENT_BASE_PARAMS_H
#define CLIENT_BASE_PARAMS_H

#include "client/chand.h"

#include <msgpack.h>
#include <stdbool.h>
#include <stdint.h>

struct params {
	msgpack_sbuffer buffer;
	msgpack_packer packer;
	int failed;
};

/* Begin with an array of so many. */
void params_init(struct params *params, size_t count);

void params_array(struct params *params, size_t count);
void params_map(struct params *params, size_t count);
void params_string(struct params *params, const char *string);
void params_integer(struct params *params, int64_t number);
void params_boolean(struct params *params, bool truth);
void params_value(struct params *params, struct chand_value value);

/* {"timeout": ...}, or an empty map for CHAND_FOREVER. */
void params_timeout(struct params *params, int64_t milliseconds);

/* Begin the call, and end the params. NULL: out of memory. */
struct chand_call *params_start(struct params *params, struct chand *client,
				const char *method);

#endif
