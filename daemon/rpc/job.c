/* SPDX-License-Identifier: MIT */
/*
 * job.c - calls in tasks of their own; task.spawn and task.wait.
 */
#include "rpc/job.h"

#include "rpc/dispatch.h"
#include "task/control.h"
#include "task/sched.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

struct job {
	struct worker worker;
	struct list link;    /* among its client's */
	struct list joiners; /* who wait for its end */
	struct service *service;
	struct blob *message; /* what the frame points into */
	struct frame frame;
	struct outbox result; /* of one that was spawned: its response */
	unsigned users;	      /* who look at it after it has ended */
	bool is_kept;	      /* until somebody has waited for it */
};

/* Who waits for a job's end. */
struct joiner {
	struct wait wait;
	struct list link;
	struct task *task;
};

static struct job *
job_of(const struct worker *worker)
{
	return list_entry(worker, struct job, worker);
}

/* ---- its end ---- */

static void
release(struct job *job)
{
	struct client *client = job->worker.client;

	if (job->worker.task != NULL || job->users > 0 || job->is_kept)
		return;
	worker_leave(&job->worker, job->service);
	list_remove(&job->link);
	client->job_count--;
	outbox_fini(&job->result);
	blob_unref(job->message);
	free(job);
}

static void
wake_joiners(struct job *job)
{
	struct list *joiners = &job->joiners;
	struct joiner *joiner;

	while (!list_is_empty(joiners)) {
		joiner = list_entry(joiners->next, struct joiner, link);
		list_remove(&joiner->link);
		task_wake(joiner->task, 0);
	}
}

/* ---- its life ---- */

/* A part of the message: shown where it lies if it is large. */
static struct blob *
take_part(void *context, struct span value)
{
	enum { SMALL = 4096 };
	struct job *job = context;
	struct blob *lent;

	if (value.size < SMALL)
		return blob_copy(value.data, value.size);
	lent = blob_lend(job->message);
	if (lent == NULL)
		return NULL;
	lent->begin += (size_t)(value.data - blob_data(job->message));
	lent->end = lent->begin + value.size;
	return lent;
}

PARKS static void
run(void *context)
{
	struct job *job = context;
	struct client *client = job->worker.client;
	struct call call = {
		.service = job->service,
		.worker = &job->worker,
		.client = client,
		.out = job->worker.is_spawned ? &job->result : client->out,
		.take = take_part,
		.take_context = job,
	};
	int r;

	job->worker.in_call = true;
	r = dispatch(&call, &job->frame);
	job->worker.in_call = false;
	if (!job->worker.is_spawned)
		client->send(client->context);
	/* Its client would wait for an answer for ever. */
	if (r == -ENOMEM && !job->worker.is_spawned)
		task_cancel(client->worker.task);
}

static void
end(void *context)
{
	struct job *job = context;

	job->worker.task = NULL;
	job->service->job_count--;
	wake_joiners(job);
	release(job);
}

/* ---- its beginning ---- */

/* The message as it is to lie in memory of its own. */
static int
copy_frame(struct job *job, const struct frame *frame)
{
	struct blob *blob = blob_new(frame->method.size + frame->params.size);

	if (blob == NULL)
		return -ENOMEM;
	job->frame = *frame;
	job->message = blob;
	job->frame.method.data = blob_data(blob);
	blob_append(blob, frame->method.data, frame->method.size);
	job->frame.params.data = blob_data(blob) + blob_size(blob);
	blob_append(blob, frame->params.data, frame->params.size);
	return 0;
}

static struct job *
job_new(struct service *service, struct client *client,
	const struct frame *frame)
{
	struct job *job = calloc(1, sizeof *job);
	struct task *task = NULL;

	if (job != NULL && copy_frame(job, frame) == 0)
		task = task_spawn(run, job);
	if (task == NULL) {
		if (job != NULL)
			blob_unref(job->message);
		free(job);
		return NULL;
	}
	task_on_end(task, end);
	list_init(&job->joiners);
	job->service = service;
	worker_join(&job->worker, service, client, task);
	list_append(&client->jobs, &job->link);
	client->job_count++;
	service->job_count++;
	return job;
}

static int
check_room(struct service *service, const struct client *client,
	   char reason[CALL_REASON])
{
	if (client->job_count < service->max_tasks)
		return 0;
	snprintf(reason, CALL_REASON,
		 "this connection has %zu tasks, no more are allowed "
		 "(max_tasks)",
		 client->job_count);
	service->refused[REFUSED_tasks]++;
	return -ENOBUFS;
}

static struct job *
find(const struct client *client, uint32_t msgid)
{
	struct job *job;

	list_each (link, &client->jobs) {
		job = list_entry(link, struct job, link);
		if (!job->worker.is_spawned &&
		    job->frame.kind == FRAME_REQUEST &&
		    job->frame.msgid == msgid)
			return job;
	}
	return NULL;
}

int
job_begin(struct service *service, struct client *client,
	  const struct frame *frame, char reason[CALL_REASON])
{
	if (frame->kind == FRAME_REQUEST &&
	    find(client, frame->msgid) != NULL) {
		snprintf(reason, CALL_REASON,
			 "msgid: %u is that of a request still in the air",
			 frame->msgid);
		return -EINVAL;
	}
	if (check_room(service, client, reason) < 0)
		return -ENOBUFS;
	return job_new(service, client, frame) != NULL ? 0 : -ENOMEM;
}

size_t
job_joiners(const struct worker *worker)
{
	size_t count = 0;

	if (worker != &worker->client->worker)
		list_each (link, &job_of(worker)->joiners)
			count++;
	return count;
}

struct worker *
job_find(const struct client *client, uint32_t msgid)
{
	struct job *job = find(client, msgid);

	return job != NULL && worker_waits(&job->worker) ? &job->worker : NULL;
}

static void
withdraw(struct job *job)
{
	job->is_kept = false;
	if (job->worker.task != NULL)
		task_cancel(job->worker.task);
	else
		release(job);
}

static void
withdraw_all(struct client *client)
{
	struct list *link = client->jobs.next, *next;

	for (; link != &client->jobs; link = next) {
		next = link->next;
		withdraw(list_entry(link, struct job, link));
	}
}

/* All that they still do is to leave; but one may have spawned another. */
void
job_end_all(struct client *client)
{
	withdraw_all(client);
	while (!list_is_empty(&client->jobs)) {
		task_yield(NULL);
		withdraw_all(client);
	}
}

/* ---- task.spawn, task.wait, cancel ---- */

int
do_task_spawn(struct call *call)
{
	struct reader params = call->parameters[1].array.items;
	struct frame frame = {
		.kind = FRAME_REQUEST,
		.method = call_string(call, 0),
		.params = { params.at, (size_t)(params.end - params.at) },
		.param_count = call->parameters[1].array.count,
	};
	struct job *job;
	int r = dispatch_find(call, frame.method);

	if (r < 0)
		return r;
	if (check_room(call->service, call->client, call->reason) < 0)
		return -ENOBUFS;
	job = job_new(call->service, call->client, &frame);
	if (job == NULL)
		return -ENOMEM;
	job->worker.is_spawned = job->is_kept = true;
	return call_reply_unsigned(call, job->worker.id);
}

static bool
leave(struct wait *wait)
{
	struct joiner *joiner = list_entry(wait, struct joiner, wait);
	bool was_waiting = !list_is_empty(&joiner->link);

	list_remove(&joiner->link);
	return was_waiting;
}

PARKS static int
join(struct call *call, struct job *job)
{
	struct joiner joiner = { .wait.leave = leave, .task = task_self() };
	int64_t deadline = call_deadline(call);
	int r;

	if (job->worker.task == NULL)
		return 0;
	if (deadline == 0)
		return -EAGAIN;
	list_init(&joiner.link);
	list_append(&job->joiners, &joiner.link);
	r = task_park(&joiner.wait, deadline);
	return r == -EREMOTEIO ? call_raise(call, task_take_thrown()) : r;
}

/*
 * Its response was made for msgid 0, which takes one byte: put ours in front
 * of what follows that.
 */
static int
reply_result(struct call *call, struct job *job)
{
	enum { HEAD = 3 };
	uint8_t head[FRAME_HEAD_MAX];
	const uint8_t *end = put_response(head, call->msgid);

	if (!call->is_answered)
		return 0;
	if (outbox_write(call->out, head, (size_t)(end - head)) < 0) {
		call->is_lost = true;
		return -ENOMEM;
	}
	outbox_drop(&job->result, HEAD);
	outbox_move(call->out, &job->result);
	return 0;
}

static int
fail_missing(struct call *call)
{
	return call_fail(call, -ESRCH, "there is no task %llu",
			 (unsigned long long)call->parameters[0].number);
}

PARKS static int
wait_for(struct call *call, struct job *job)
{
	int r;

	job->users++;
	r = join(call, job);
	job->users--;
	if (r == 0 && !job->is_kept)
		r = fail_missing(call); /* somebody else has waited first */
	else if (r == 0 && job->result.bytes == 0)
		r = call_fail(call, -ENOMEM, "its result could not be kept");
	else if (r == 0)
		r = reply_result(call, job);
	if (r == 0)
		job->is_kept = false;
	release(job);
	return r;
}

int
do_task_wait(struct call *call)
{
	struct worker *worker =
	    worker_find(call->service, call->parameters[0].number);

	if (worker == NULL)
		return fail_missing(call);
	if (!worker->is_spawned)
		return call_fail(call, -EINVAL,
				 "task.wait: task %llu was not spawned: it has "
				 "no result",
				 (unsigned long long)worker->id);
	if (worker == call->worker)
		return call_fail(call, -EINVAL,
				 "task.wait: a task cannot wait for itself");
	return wait_for(call, job_of(worker));
}

int
do_cancel(struct call *call)
{
	uint64_t msgid = call->parameters[0].number;
	struct worker *worker = NULL;

	if (msgid <= UINT32_MAX)
		worker = job_find(call->client, (uint32_t)msgid);
	if (worker != NULL)
		task_cancel(worker->task);
	return call_reply_boolean(call, worker != NULL);
}
