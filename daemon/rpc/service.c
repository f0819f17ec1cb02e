/* SPDX-License-Identifier: MIT */
#include "rpc/service.h"

#include "task/sched.h"

#include <stdlib.h>

int
service_init(struct service *service, const uint64_t seed[2])
{
	method_index_init(&service->methods);
	list_init(&service->workers);
	list_init(&service->watchers);
	return map_init(&service->tasks, seed);
}

void
service_fini(struct service *service)
{
	map_fini(&service->tasks);
}

bool
service_is_full(const struct service *service, size_t coming)
{
	return sched_tasks() - service->job_count + coming >=
	       service->max_connections;
}

void
service_stop(struct service *service)
{
	service->is_stopping = true;
	list_each (link, &service->workers) {
		struct worker *worker = list_entry(link, struct worker, link);

		if (worker->task == NULL)
			continue;
		worker->is_in_doubt = chan_is_in_doubt(worker->task);
		task_cancel(worker->task);
	}
}

void
worker_join(struct worker *worker, struct service *service,
	    struct client *client, struct task *task)
{
	worker->client = client;
	worker->task = task;
	worker->id = task_id(task);
	worker->since = sched_time();
	worker->node.key = (const char *)&worker->id;
	worker->node.key_size = sizeof worker->id;
	map_insert(&service->tasks, &worker->node);
	list_append(&service->workers, &worker->link);
}

void
worker_leave(struct worker *worker, struct service *service)
{
	map_remove(&service->tasks, &worker->node);
	list_remove(&worker->link);
}

void
client_join(struct client *client, struct service *service, struct task *task)
{
	worker_join(&client->worker, service, client, task);
	list_init(&client->jobs);
	holder_init(&client->holder);
	service->client_count++;
	service->accepted++;
}

void
client_leave(struct client *client, struct service *service)
{
	holder_end(&client->holder);
	worker_leave(&client->worker, service);
	service->client_count--;
	free(client->name);
	client->name = NULL;
}

const char *
client_name(const struct client *client)
{
	return client->name != NULL ? client->name : "";
}

struct worker *
worker_find(const struct service *service, uint64_t id)
{
	struct map_node *node =
	    map_find(&service->tasks, (const char *)&id, sizeof id);

	return node != NULL ? list_entry(node, struct worker, node) : NULL;
}

bool
worker_waits(const struct worker *worker)
{
	return task_is_blocked(worker->task) ||
	       (worker->is_parked && task_is_paused(worker->task));
}

const char *
worker_state(const struct worker *worker)
{
	if (worker->task == task_self())
		return "running";
	if (task_is_runnable(worker->task))
		return "runnable";
	if (task_is_blocked(worker->task))
		return chan_is_held(worker->task) ? "held" : "blocked";
	return worker->in_call ? "paused" : "idle";
}
