/* SPDX-License-Identifier: MIT */
#include "rpc/service.h"

void
client_join(struct client *client, struct service *service)
{
	list_append(&service->clients, &client->link);
	service->client_count++;
}

void
client_leave(struct client *client, struct service *service)
{
	list_remove(&client->link);
	service->client_count--;
}

const char *
client_state(const struct client *client)
{
	if (client->task == task_self())
		return "running";
	if (task_is_runnable(client->task))
		return "runnable";
	if (task_is_blocked(client->task))
		return "blocked";
	return client->in_call ? "paused" : "idle";
}
