/* SPDX-License-Identifier: MIT */
#include "caller.h"

#include "rpc/job.h"
#include "rpc/watch.h"
#include "task/sched.h"

#include <errno.h>

enum { MSGID = 7 };

struct service caller_service;

int64_t caller_ahead;

static int64_t
caller_clock(void)
{
	return sched_time() + caller_ahead;
}

int
caller_open(size_t max_channels)
{
	static const uint64_t seed[2] = { 1, 2 };

	sched_init(&(struct sched_config){ .measures_stacks = true });
	sched_set_time(1000000000);
	caller_ahead = 0;
	caller_service = (struct service){ .max_message = ANSWER_MOST / 2,
					   .clock = caller_clock,
					   .max_connections = 5,
					   .max_channels = max_channels,
					   .max_output = ANSWER_MOST,
					   .max_capacity = 100,
					   .max_held = 5,
					   .max_tasks = 5,
					   .max_watchers = 2,
					   .started = sched_time(),
					   .boot = "000000000000feed" };
	if (service_init(&caller_service, seed) < 0)
		return -ENOMEM;
	caller_service.hub = hub_new(seed, max_channels);
	if (caller_service.hub != NULL)
		return 0;
	service_fini(&caller_service);
	return -ENOMEM;
}

static void
must(bool holds)
{
	if (!holds)
		abort();
}

void
caller_close(void)
{
	size_t bytes, used = sched_stack_used(&bytes);

	must(used <= bytes / 2);
	hub_free(caller_service.hub);
	service_fini(&caller_service);
	sched_fini();
}

static struct blob *
take(void *context, struct span value)
{
	(void)context;
	return blob_copy(value.data, value.size);
}

PARKS static void
run_call(void *argument)
{
	struct ask *a = argument;
	struct call call = { .service = &caller_service,
			     .worker = &a->client.worker,
			     .client = &a->client,
			     .out = &a->out,
			     .take = take };

	a->client.worker.in_call = true;
	a->r = dispatch(&call, a->frame);
	a->client.worker.in_call = false;
	a->is_done = true;
	job_end_all(&a->client);
	watch_end(&caller_service, &a->client);
	client_leave(&a->client, &caller_service);
}

static void
send_nothing(void *context)
{
	(void)context;
}

int
ask_frame(struct ask *a, const struct frame *frame)
{
	struct task *task;

	a->is_done = false;
	a->frame = frame;
	outbox_init(&a->out);
	task = task_spawn(run_call, a);
	if (task == NULL)
		return -ENOMEM;
	a->client.out = &a->out;
	a->client.send = send_nothing;
	a->client.peer = "nowhere";
	client_join(&a->client, &caller_service, task);
	return 0;
}

/* The error's text gets a NUL: a nil follows it, which was looked at. */
static void
judge(struct ask *a)
{
	msgpack_object *parts = a->answer.data.via.array.ptr;
	msgpack_object *error = &parts[2];

	must(parts[0].via.u64 == FRAME_RESPONSE && parts[1].via.u64 == MSGID);
	a->result = &parts[3];
	a->error = NULL;
	if (error->type == MSGPACK_OBJECT_NIL)
		return;
	must(error->type == MSGPACK_OBJECT_STR &&
	     a->result->type == MSGPACK_OBJECT_NIL);
	must(error->via.str.ptr + error->via.str.size ==
	     a->bytes + a->size - 1);
	a->bytes[a->size - 1] = '\0';
	a->error = error->via.str.ptr;
}

void
ask_answer(struct ask *a)
{
	struct iovec vectors[8];
	int count = outbox_vectors(&a->out, vectors, 8);
	size_t used = 0;

	must(a->out.bytes <= ANSWER_MOST);
	a->size = 0;
	a->error = NULL;
	for (int i = 0; i < count; i++) {
		memcpy(a->bytes + a->size, vectors[i].iov_base,
		       vectors[i].iov_len);
		a->size += vectors[i].iov_len;
	}
	if (a->size == 0)
		return;
	msgpack_unpacked_init(&a->answer);
	must(msgpack_unpack_next(&a->answer, a->bytes, a->size, &used) ==
	     MSGPACK_UNPACK_SUCCESS);
	must(used == a->size && a->answer.data.type == MSGPACK_OBJECT_ARRAY &&
	     a->answer.data.via.array.size == 4);
	judge(a);
}

void
ask_fini(struct ask *a)
{
	if (a->size > 0)
		msgpack_unpacked_destroy(&a->answer);
	a->size = 0;
	bytes_free(&a->own_bytes);
	outbox_fini(&a->out);
}

void
ask_go_on(struct ask *a)
{
	sched_run();
	if (a->is_done)
		ask_answer(a);
}

static void
make_frame(struct ask *a, const char *head, const char *method,
	   const char *params)
{
	struct bytes all = bytes_of(head), tail = bytes_of(params);
	size_t size = strlen(method);
	struct frame_scan scan;

	bytes_add(&all, 0xda, 1);
	bytes_add(&all, (uint8_t)(size >> 8), 1);
	bytes_add(&all, (uint8_t)size, 1);
	for (size_t i = 0; i < size; i++)
		bytes_add(&all, (uint8_t)method[i], 1);
	for (size_t i = 0; i < tail.size; i++)
		bytes_add(&all, tail.data[i], 1);
	frame_scan_init(&scan, LIMIT_MESSAGE);
	must(frame_more(&scan, all.data, all.size, &a->own) == 1);
	must(scan.scan.offset == all.size);
	bytes_free(&tail);
	a->own_bytes = all;
}

static void
begin(struct ask *a, const char *head, const char *method, const char *params)
{
	make_frame(a, head, method, params);
	a->size = 0;
	must(ask_frame(a, &a->own) == 0);
}

void
ask_begin(struct ask *a, const char *method, const char *params)
{
	begin(a, "94 00 07", method, params);
}

void
ask(struct ask *a, const char *method, const char *params)
{
	ask_begin(a, method, params);
	ask_go_on(a);
}

void
ask_nothing(struct ask *a, const char *method, const char *params)
{
	begin(a, "93 02", method, params);
	ask_go_on(a);
}

bool
is_text(const msgpack_object *object, const char *text)
{
	size_t size = strlen(text);

	return object->type == MSGPACK_OBJECT_STR &&
	       object->via.str.size == size &&
	       memcmp(object->via.str.ptr, text, size) == 0;
}

const msgpack_object *
field(const msgpack_object *map, const char *name)
{
	must(map->type == MSGPACK_OBJECT_MAP);
	for (uint32_t i = 0; i < map->via.map.size; i++)
		if (is_text(&map->via.map.ptr[i].key, name))
			return &map->via.map.ptr[i].val;
	abort();
}
