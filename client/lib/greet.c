/* SPDX-License-Identifier: MIT */
#include "client/lib/client.h"
#include "client/lib/pack.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void
pack_option(struct pack *pack, const char *key, const char *value)
{
	if (value == NULL)
		return;
	pack_text(pack, key, key);
	pack_value(pack, chand_string(value));
}

void
greet_forget(struct chand *client)
{
	struct chand_call *hello = &client->hello;

	free(hello->request);
	free(hello->answer);
	*hello = (struct chand_call){ .text = "" };
	client->sent = 0;
}

enum chand_code
greet_prepare(struct chand *client)
{
	uint32_t pairs = 1u + (client->name != NULL) + (client->token != NULL) +
			 client->wants_concurrent;
	struct pack pack;

	greet_forget(client);
	pack_begin(&pack, 0, "hello", 1);
	pack_map(&pack, pairs);
	pack_option(&pack, "errors", "array");
	pack_option(&pack, "name", client->name);
	pack_option(&pack, "token", client->token);
	if (client->wants_concurrent) {
		pack_text(&pack, "", "concurrent");
		pack_boolean(&pack, true);
	}
	if (pack.fault != CHAND_OK)
		free(pack.data);
	else
		client->hello.request = pack.data;
	client->hello.size = pack.size;
	client->is_concurrent = client->wants_concurrent;
	return pack.fault;
}

/* The value of a key in the map that comes next, which is read to its end. */
static int
find_key(struct reader *reader, const char *wanted, struct span *value)
{
	uint32_t pairs;
	struct span key, found;
	int r = -ENOENT;

	if (read_map(reader, &pairs) < 0)
		return -EPROTO;
	while (pairs-- > 0) {
		if (read_string(reader, &key) < 0 ||
		    read_any(reader, &found) < 0)
			return -EPROTO;
		if (span_is(key, wanted)) {
			*value = found;
			r = 0;
		}
	}
	return r;
}

/* How large a message may be, if it says so. -EPROTO: it is no chand. */
static int
read_limit(struct span result, size_t *largest)
{
	struct reader reader = { result.data, result.data + result.size };
	struct span limits, message;
	uint64_t bytes;

	if (find_key(&reader, "limits", &limits) < 0)
		return -EPROTO;
	reader = (struct reader){ limits.data, limits.data + limits.size };
	if (find_key(&reader, "message", &message) < 0)
		return -EPROTO;
	reader = (struct reader){ message.data, message.data + message.size };
	if (read_unsigned(&reader, &bytes) < 0)
		return -EPROTO;
	*largest =
	    bytes < LIMIT_MESSAGE_MAX ? (size_t)bytes : LIMIT_MESSAGE_MAX;
	return 0;
}

static void
open_for_calls(struct chand *client)
{
	struct chand_call *call, *next;

	client->state = CLIENT_OPEN;
	client->state_until = NEVER;
	client->failures = 0;
	for (call = TAILQ_FIRST(&client->waiting); call != NULL; call = next) {
		next = TAILQ_NEXT(call, entry);
		call_check_size(call);
	}
}

void
greet_done(struct chand *client, const struct frame *frame)
{
	struct chand_call *hello = &client->hello;
	int r = answer_take(hello, frame);

	if (r == -ENOMEM) {
		conn_lose(client, CHAND_NOMEMORY, "out of memory");
	} else if (r < 0 || (hello->code == CHAND_OK &&
			     read_limit(frame->result, &client->largest) < 0)) {
		conn_lose(client, CHAND_GIBBERISH,
			  "not a chand at %s: its answer is of another shape",
			  client->where);
	} else if (hello->code != CHAND_OK) {
		conn_lose(client, hello->code, "%s", hello->text);
	} else {
		greet_forget(client);
		open_for_calls(client);
	}
}
