/* SPDX-License-Identifier: MIT */
#include "rpc/result.h"

#include "base/glob.h"

#include <errno.h>
#include <string.h>

enum { FIRST = 512 };

static int
append(void *context, const char *data, size_t size)
{
	struct result *result = context;
	size_t used;
	struct blob *larger;

	if (result->error != 0)
		return -1;
	used = blob_size(result->blob);
	if (used + size > result->most) {
		result->error = -ENOBUFS;
		return -1;
	}
	if (blob_room(result->blob) < size) {
		larger = blob_grow(result->blob, 2 * used + size);
		if (larger == NULL) {
			result->error = -ENOMEM;
			return -1;
		}
		result->blob = larger;
	}
	blob_append(result->blob, data, size);
	return 0;
}

void
result_init(struct result *result, size_t most)
{
	result->blob = blob_new(FIRST);
	result->most = most;
	result->error = result->blob != NULL ? 0 : -ENOMEM;
	msgpack_packer_init(&result->packer, result, append);
}

bool
result_is_good(const struct result *result)
{
	return result->error == 0;
}

void
result_map(struct result *result, uint32_t pairs)
{
	msgpack_pack_map(&result->packer, pairs);
}

void
result_array(struct result *result, uint32_t items)
{
	msgpack_pack_array(&result->packer, items);
}

void
result_string(struct result *result, const char *string, size_t size)
{
	msgpack_pack_str(&result->packer, size);
	msgpack_pack_str_body(&result->packer, string, size);
}

void
result_text(struct result *result, const char *text)
{
	result_string(result, text, strlen(text));
}

void
result_key(struct result *result, const char *key)
{
	result_text(result, key);
}

void
result_integer(struct result *result, int64_t value)
{
	msgpack_pack_int64(&result->packer, value);
}

void
result_unsigned(struct result *result, uint64_t value)
{
	msgpack_pack_uint64(&result->packer, value);
}

void
result_boolean(struct result *result, bool value)
{
	if (value)
		msgpack_pack_true(&result->packer);
	else
		msgpack_pack_false(&result->packer);
}

void
result_seconds(struct result *result, int64_t nanoseconds)
{
	msgpack_pack_double(&result->packer, (double)nanoseconds / 1e9);
}

void
result_nil(struct result *result)
{
	msgpack_pack_nil(&result->packer);
}

void
result_counts(struct result *result, const struct count *counts, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		result_key(result, counts[i].name);
		result_unsigned(result, counts[i].value);
	}
}

void
result_raw(struct result *result, struct blob *value)
{
	append(result, (const char *)blob_data(value), blob_size(value));
}

int
result_fail(const struct result *result, struct call *call)
{
	if (result->error != -ENOBUFS)
		return result->error;
	return call_fail(
	    call, -ENOBUFS,
	    "the answer would be larger than a message may be (%zu bytes): "
	    "ask for less",
	    result->most);
}

void
result_drop(struct result *result)
{
	result->blob = blob_unref(result->blob);
}

int
result_reply(struct result *result, struct call *call)
{
	int r;

	if (result->error == 0)
		return call_reply(call, result->blob);
	r = result_fail(result, call);
	result_drop(result);
	return r;
}

/* How many there are is known only now; in front of a blob there is room. */
int
result_reply_list(struct result *result, struct call *call, uint32_t items)
{
	uint8_t head[PUT_MAX];

	if (result->error == 0)
		blob_prepend(result->blob, head,
			     (size_t)(put_array(head, items) - head));
	return result_reply(result, call);
}

bool
result_matches(const struct call *call, unsigned i, const char *name,
	       size_t size)
{
	struct span glob;

	if (call->given <= i)
		return true;
	glob = call_string(call, i);
	return glob_matches((const char *)glob.data, glob.size, name, size);
}
