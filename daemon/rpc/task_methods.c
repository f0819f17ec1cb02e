/* SPDX-License-Identifier: MIT */
/*
 * task_methods.c - task.*
 */
#include "rpc/call.h"
#include "rpc/result.h"
#include "task/sched.h"

#include <string.h>

int
do_task_self(struct call *call)
{
	struct result result;

	result_init(&result, call->service->max_message);
	result_unsigned(&result, task_id(task_self()));
	return result_reply(&result, call);
}

static void
put_channel(struct result *result, const struct client *client)
{
	const char *name;
	size_t size;

	result_key(result, "channel");
	if (client->waits_on == NULL || !task_is_blocked(client->task)) {
		result_nil(result);
		return;
	}
	name = hub_name(client->waits_on, &size);
	result_string(result, name, size);
}

static void
put_task(struct result *result, const struct client *client)
{
	result_map(result, 8);
	result_key(result, "id");
	result_unsigned(result, task_id(client->task));
	result_key(result, "name");
	result_text(result, client->name);
	result_key(result, "kind");
	result_text(result, "connection");
	result_key(result, "state");
	result_text(result, client_state(client));
	put_channel(result, client);
	result_key(result, "age");
	result_seconds(result, sched_time() - client->since);
	result_key(result, "requests");
	result_unsigned(result, client->requests);
	result_key(result, "peer");
	result_text(result, client->peer);
}

int
do_task_list(struct call *call)
{
	struct result result;
	uint32_t count = 0;

	result_init(&result, call->service->max_message);
	list_each (link, &call->service->clients) {
		const struct client *client =
		    list_entry(link, struct client, link);

		if (!result_is_good(&result))
			break;
		if (!result_matches(call, 0, client->name,
				    strlen(client->name)))
			continue;
		put_task(&result, client);
		count++;
	}
	return result_reply_list(&result, call, count);
}
