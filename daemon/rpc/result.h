/* SPDX-License-Identifier: MIT */
/*
 * result.h - builds the cold replies, infos and lists, with msgpack-c.
 *
 * Failures are remembered and reported once, by the reply.
 */
#ifndef RPC_RESULT_H
#define RPC_RESULT_H

#include "rpc/call.h"

#include <msgpack.h>

struct result {
	struct blob *blob;
	size_t most; /* bytes */
	int error;   /* the first one */
	msgpack_packer packer;
};

struct count {
	const char *name;
	uint64_t value;
};

/* `most`: the largest reply; beyond it the call fails with LIMIT. */
void result_init(struct result *result, size_t most);
bool result_is_good(const struct result *result);

void result_map(struct result *result, uint32_t pairs);
void result_array(struct result *result, uint32_t items);
void result_key(struct result *result, const char *key);
void result_string(struct result *result, const char *string, size_t size);
void result_text(struct result *result, const char *text);
void result_integer(struct result *result, int64_t value);
void result_unsigned(struct result *result, uint64_t value);
void result_boolean(struct result *result, bool value);
void result_seconds(struct result *result, int64_t nanoseconds);
void result_nil(struct result *result);
/* The pairs of a map whose values are all counts. */
void result_counts(struct result *result, const struct count *counts,
		   uint32_t count);
/* One encoded value, as it stands. */
void result_raw(struct result *result, struct blob *value);

/* Why it is not good, with a reason. It remains; drop it. */
int result_fail(const struct result *result, struct call *call);
void result_drop(struct result *result);

/*
 * Reply with what was built; with `items` values in a row, as their array.
 * Gives up the result in any case. 0, -ENOMEM, or -ENOBUFS with a reason.
 */
MUST_CHECK int result_reply(struct result *result, struct call *call);
MUST_CHECK int result_reply_list(struct result *result, struct call *call,
				 uint32_t items);

/* Whether `name` matches the glob in parameter `i`; any does without one. */
bool result_matches(const struct call *call, unsigned i, const char *name,
		    size_t size);

#endif
