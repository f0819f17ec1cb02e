/* SPDX-License-Identifier: MIT */
#include "rpc/service.h"

#include "rpc/authorize.h"
#include "task/control.h"
#include "task/sched.h"

#include <errno.h>
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
service_let_go(struct service *service)
{
	list_each (link, &service->workers) {
		struct worker *worker = list_entry(link, struct worker, link);

		if (!worker_waits(worker) || chan_is_held(worker->task))
			continue;
		worker->is_in_doubt = chan_is_in_doubt(worker->task);
		task_fail(worker->task, -ECANCELED);
	}
}

void
service_stop(struct service *service)
{
	service->is_stopping = true;
	service->is_draining = false;
	list_each (link, &service->workers) {
		struct worker *worker = list_entry(link, struct worker, link);

		if (worker->task == NULL)
			continue;
		worker->is_in_doubt = chan_is_in_doubt(worker->task);
		task_cancel(worker->task);
	}
}

/*
 * A value that a receiver has, or has had, went out by the right of its time:
 * no answer about it is definite any more.
 */
static void
end_call(struct worker *worker)
{
	if (chan_is_held(worker->task))
		return;
	worker->is_revoked = true;
	task_fail(worker->task,
		  chan_is_in_doubt(worker->task) ? -EINPROGRESS : -EACCES);
}

static bool
waits_without_right(const struct worker *worker)
{
	return worker->call != NULL && task_is_blocked(worker->task) &&
	       !authorize_again(worker->call);
}

void
service_set_access(struct service *service, const struct access *access)
{
	struct worker *worker;

	service->access = access;
	list_each (link, &service->workers) {
		worker = list_entry(link, struct worker, link);
		if (worker == &worker->client->worker)
			identity_find(&worker->client->identity, access);
	}
	list_each (link, &service->workers) {
		worker = list_entry(link, struct worker, link);
		if (waits_without_right(worker))
			end_call(worker);
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
	identity_find(&client->identity, service->access);
	service->client_count++;
	service->accepted++;
}

void
client_leave(struct client *client, struct service *service)
{
	holder_end(&client->holder);
	worker_leave(&client->worker, service);
	service->client_count--;
	identity_fini(&client->identity);
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
