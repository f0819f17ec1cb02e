/* SPDX-License-Identifier: MIT */
/*
 * task_methods.c - task.*, but for spawn and wait.
 */
#include "rpc/authorize.h"
#include "rpc/result.h"
#include "task/control.h"
#include "task/sched.h"

#include <errno.h>
#include <string.h>

int
do_task_self(struct call *call)
{
	return call_reply_unsigned(call, call->worker->id);
}

/* ---- the list ---- */

static void
put_channel(struct result *result, const struct worker *worker)
{
	const char *name;
	size_t size;

	result_key(result, "channel");
	if (worker->waits_on == NULL || !task_is_blocked(worker->task)) {
		result_nil(result);
		return;
	}
	name = hub_name(worker->waits_on, &size);
	result_string(result, name, size);
}

static void
put_task(struct result *result, const struct worker *worker)
{
	result_map(result, 8);
	result_key(result, "id");
	result_unsigned(result, worker->id);
	result_key(result, "name");
	result_text(result, client_name(worker->client));
	result_key(result, "kind");
	result_text(result, worker == &worker->client->worker ? "connection"
							      : "spawned");
	result_key(result, "state");
	result_text(result, worker_state(worker));
	put_channel(result, worker);
	result_key(result, "age");
	result_seconds(result, sched_time() - worker->since);
	result_key(result, "requests");
	result_unsigned(result, worker->requests);
	result_key(result, "peer");
	result_text(result, worker->client->peer);
}

/* One that has ended is only a result that waits. */
static bool
is_listed(const struct call *call, const struct worker *worker)
{
	const char *name = client_name(worker->client);

	return worker->task != NULL && authorize_sees_task(call, worker) &&
	       result_matches(call, 0, name, strlen(name));
}

int
do_task_list(struct call *call)
{
	struct result result;
	uint32_t count = 0;

	result_init(&result, call->service->max_message);
	list_each (link, &call->service->workers) {
		const struct worker *worker =
		    list_entry(link, struct worker, link);

		if (!result_is_good(&result))
			break;
		if (!is_listed(call, worker))
			continue;
		put_task(&result, worker);
		count++;
	}
	return result_reply_list(&result, call, count);
}

/* ---- what one task does to another ---- */

static int
find(struct call *call, struct worker **worker)
{
	uint64_t id = call->parameters[0].number;

	*worker = worker_find(call->service, id);
	return *worker != NULL
		   ? 0
		   : call_fail(call, -ESRCH, "there is no task %llu",
			       (unsigned long long)id);
}

/* What was thrown at the caller while it let another one run. */
static int
thrown(struct call *call, int r)
{
	return r == -EREMOTEIO ? call_raise(call, task_take_thrown()) : r;
}

/*
 * The victim's call is withdrawn where it waits, or before it begins; what it
 * has done already, it has done.
 */
int
do_task_kill(struct call *call)
{
	struct worker *worker;
	struct task *task;
	int r = find(call, &worker);

	if (r < 0)
		return r;
	task = worker->task;
	if (task == NULL)
		return call_reply_boolean(call, false);
	worker->is_killed = true;
	task_cancel(task);
	if (task == task_self())
		return -ECANCELED;
	if (!call_flag(call, OPTION_pending))
		r = thrown(call, task_run(task));
	return r == 0 ? call_reply_boolean(call, true) : r;
}

int
do_task_throw(struct call *call)
{
	struct worker *worker;
	struct blob *error;
	int r = find(call, &worker);

	if (r < 0)
		return r;
	if (!worker_waits(worker) && worker != call->worker)
		return call_reply_boolean(call, false);
	error = call_make_error(call, 1);
	if (error == NULL)
		return -ENOMEM;
	r = thrown(call, task_throw(worker->task, error,
				    call_flag(call, OPTION_pending)));
	return r == 0 ? call_reply_boolean(call, true) : r;
}

int
do_task_schedule(struct call *call)
{
	int r = thrown(call, task_yield(NULL));

	return r == 0 ? call_reply_nil(call) : r;
}

int
do_task_park(struct call *call)
{
	int64_t deadline = call_deadline(call);
	int r;

	if (deadline == 0)
		return -EAGAIN;
	call->worker->is_parked = true;
	r = thrown(call, task_park(NULL, deadline));
	call->worker->is_parked = false;
	return r == 0 ? call_reply_nil(call) : r;
}

int
do_task_wake(struct call *call)
{
	struct worker *worker;
	bool was_parked;
	int r = find(call, &worker);

	if (r < 0)
		return r;
	was_parked = worker->is_parked && task_is_paused(worker->task);
	if (was_parked)
		task_wake(worker->task, 0);
	return call_reply_boolean(call, was_parked);
}
