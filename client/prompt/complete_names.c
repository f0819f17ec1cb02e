/* SPDX-License-Identifier: MIT */
#include "client/prompt/complete_names.h"

#include "client/base/params.h"
#include "client/value/field.h"
#include "client/value/unpack.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Somebody sits there with a finger on a key; and reads no more than that. */
enum { PATIENCE = 500, NAMES_MOST = 1000 };

typedef int take_fn(const struct complete_place *place, size_t prefix,
		    const msgpack_object *item);

static int
take_channel(const struct complete_place *place, size_t prefix,
	     const msgpack_object *info)
{
	int64_t balance = field_integer(info, "balance", 0);
	char *name = field_text(info, "name");
	char help[60] = "";
	int r = 0;

	if (name == NULL)
		return -ENOMEM;
	if (balance != 0)
		snprintf(help, sizeof help, "%" PRId64 " %s",
			 balance > 0 ? balance : -balance,
			 balance > 0 ? "to be received" : "receivers");
	if (strlen(name) >= prefix &&
	    strncmp(name + prefix, place->word, strlen(place->word)) == 0)
		r = completion_add(place->completion, name + prefix, help);
	free(name);
	return r;
}

static int
take_task(const struct complete_place *place, size_t prefix,
	  const msgpack_object *info)
{
	char *id = field_text(info, "id");
	char *peer = field_text(info, "peer");
	int r = id != NULL && peer != NULL ? 0 : -ENOMEM;

	(void)prefix;
	if (r == 0 && strncmp(id, place->word, strlen(place->word)) == 0)
		r = completion_add(place->completion, id, peer);
	free(id);
	free(peer);
	return r;
}

static int
take_list(const struct complete_place *place, size_t prefix,
	  struct chand_call *call, take_fn *take)
{
	msgpack_unpacked unpacked;
	msgpack_object list;
	int r = unpack_value(chand_call_value(call), &unpacked, &list);

	if (r == 0 && list.type == MSGPACK_OBJECT_ARRAY)
		for (uint32_t i = 0; r == 0 && i < list.via.array.size &&
				     place->completion->count < NAMES_MOST;
		     i++)
			r = take(place, prefix, &list.via.array.ptr[i]);
	msgpack_unpacked_destroy(&unpacked);
	return r;
}

/* A NULL for `glob`: all. */
static int
ask(const struct complete_place *place, const char *method, const char *glob,
    size_t prefix, take_fn *take)
{
	struct chand *client = chand_new();
	struct params params;
	struct chand_call *call;
	int r = 0;

	if (client == NULL)
		return -ENOMEM;
	params_init(&params, glob != NULL);
	if (glob != NULL)
		params_string(&params, glob);
	chand_set_url(client, place->server);
	chand_set_connect_timeout(client, PATIENCE);
	call = params_start(&params, client, method);
	if (call != NULL)
		chand_call_set_patience(call, PATIENCE);
	if (chand_wait(call) == CHAND_OK)
		r = take_list(place, prefix, call, take);
	chand_call_free(call);
	chand_free(client);
	return r;
}

/* A * or ? in it matches itself, too. */
int
complete_channels(const struct complete_place *place, const char *verb)
{
	size_t prefix = verb != NULL ? strlen(verb) + 1 : 0;
	char *glob;
	int r;

	if (asprintf(&glob, "%s%s%s*", verb != NULL ? verb : "",
		     verb != NULL ? ":" : "", place->word) < 0)
		return -ENOMEM;
	r = ask(place, "channel.list", glob, prefix, take_channel);
	free(glob);
	return r;
}

int
complete_tasks(const struct complete_place *place)
{
	return ask(place, "task.list", NULL, 0, take_task);
}
