/* SPDX-License-Identifier: MIT */
/*
 * atomic_method.c - atomic: several calls with no other task in between.
 *
 * The calls run one after the other, and nothing parks. If one fails, what
 * the others did is undone; their results are ready before it is decided.
 */
#include "chan/atomic.h"
#include "proto/error.h"
#include "rpc/arguments.h"
#include "rpc/authorize.h"
#include "rpc/channel_info.h"
#include "rpc/dispatch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* One value on its way; it stays where it is until the end. */
struct passage {
	struct passage *next;
	struct blob *value;
};

struct transaction {
	struct atomic atomic;
	struct call call; /* the one that runs now */
	struct result result;
	struct passage *passages;
	struct chan *used[LIMIT_ITEMS];
	unsigned used_count;
};

static struct passage *
add_passage(struct transaction *t)
{
	struct passage *passage = calloc(1, sizeof *passage);

	if (passage == NULL)
		return NULL;
	passage->next = t->passages;
	t->passages = passage;
	return passage;
}

/* ---- what one call does ---- */

static int
send_blob(struct transaction *t, struct chan *chan, struct blob *value,
	  bool is_error)
{
	struct passage *passage = add_passage(t);

	if (value == NULL || passage == NULL) {
		blob_unref(value);
		return -ENOMEM;
	}
	passage->value = value;
	return atomic_send(&t->atomic, chan, &passage->value, is_error);
}

static struct blob *
copy(struct span span)
{
	return blob_copy(span.data, span.size);
}

static int
run_send(struct transaction *t, struct chan *chan)
{
	result_nil(&t->result);
	return send_blob(t, chan, copy(call_string(&t->call, 1)), false);
}

static int
run_send_exception(struct transaction *t, struct chan *chan)
{
	result_nil(&t->result);
	return send_blob(t, chan, call_make_error(&t->call, 1), true);
}

static int
run_send_sequence(struct transaction *t, struct chan *chan)
{
	struct reader items = t->call.parameters[1].array.items;
	uint32_t count = t->call.parameters[1].array.count;
	struct span value;
	int r = 0;

	for (uint32_t i = 0; i < count && r == 0; i++) {
		r = read_any(&items, &value);
		if (r == 0)
			r = send_blob(t, chan, copy(value), false);
	}
	result_unsigned(&t->result, count);
	return r;
}

static int
run_receive(struct transaction *t, struct chan *chan)
{
	struct passage *passage = add_passage(t);
	bool iterates = t->call.method->run == do_next;
	int r;

	if (call_has(&t->call, OPTION_ack) || call_has(&t->call, OPTION_done))
		return call_fail(&t->call, -EINVAL,
				 "%s: ack and done are not for atomic",
				 t->call.method->name);
	if (passage == NULL)
		return -ENOMEM;
	r = atomic_receive(&t->atomic, chan, &passage->value, iterates);
	if (r == -EREMOTEIO) {
		call_raise(&t->call, passage->value);
		passage->value = NULL;
	}
	if (r == 0)
		result_raw(&t->result, passage->value);
	return r;
}

static int
run_broadcast(struct transaction *t, struct chan *chan)
{
	struct passage *passage = add_passage(t);
	size_t count;
	int r;

	if (passage == NULL)
		return -ENOMEM;
	passage->value = copy(call_string(&t->call, 1));
	if (passage->value == NULL)
		return -ENOMEM;
	r = atomic_broadcast(&t->atomic, chan, passage->value, &count);
	result_unsigned(&t->result, count);
	return r;
}

static int
run_open(struct transaction *t, struct chan *chan)
{
	int r = channel_check_settings(&t->call);

	if (r == 0)
		r = atomic_keep(&t->atomic, chan);
	if (r == 0)
		channel_set(&t->call, chan);
	channel_put_info(&t->result, chan, true);
	return r;
}

static int
run_close(struct transaction *t, struct chan *chan)
{
	int r;

	if (call_flag(&t->call, OPTION_wake)) {
		r = atomic_close_and_wake(&t->atomic, chan);
	} else {
		r = atomic_keep(&t->atomic, chan);
		if (r == 0)
			chan_close(chan);
	}
	channel_put_info(&t->result, chan, true);
	return r;
}

static int
run_info(struct transaction *t, struct chan *chan)
{
	channel_put_info(&t->result, chan, true);
	return 0;
}

/* What can be done so; each begins with a channel. */
static const struct {
	int (*method)(struct call *call);
	int (*run)(struct transaction *t, struct chan *chan);
} table[] = {
	{ do_send, run_send },
	{ do_recv, run_receive },
	{ do_next, run_receive },
	{ do_send_exception, run_send_exception },
	{ do_send_sequence, run_send_sequence },
	{ do_broadcast, run_broadcast },
	{ do_channel_open, run_open },
	{ do_channel_close, run_close },
	{ do_channel_info, run_info },
};

/* ---- one call after the other ---- */

static int
use(struct transaction *t, struct chan **chan)
{
	struct span name = call_string(&t->call, 0);
	int r;

	if (t->call.method->run == do_channel_info &&
	    hub_find(t->call.service->hub, (const char *)name.data,
		     name.size) == NULL)
		return channel_fail_missing(&t->call);
	r = call_use(&t->call, name, chan);
	if (r == 0)
		t->used[t->used_count++] = *chan;
	return r;
}

static int
run_one(struct transaction *t)
{
	size_t rows = sizeof table / sizeof table[0], i = 0;
	struct chan *chan = NULL;
	int r;

	while (i < rows && table[i].method != t->call.method->run)
		i++;
	if (i == rows)
		return call_fail(&t->call, -EINVAL, "%s is not for atomic",
				 t->call.method->name);
	r = use(t, &chan);
	return r == 0 ? table[i].run(t, chan) : r;
}

static int
read_one(struct transaction *t, struct reader *items)
{
	struct call *call = &t->call;
	struct reader params;
	struct span method, all;
	uint32_t pair, count;
	int r;

	if (read_array(items, &pair) < 0 || pair != 2 ||
	    read_string(items, &method) < 0)
		return call_fail(call, -EINVAL, "it must be [method, params]");
	params = *items;
	if (read_any(items, &all) < 0 || read_array(&params, &count) < 0)
		return call_fail(call, -EINVAL, "its params must be an array");
	r = dispatch_find(call, method);
	if (r < 0)
		return r;
	all = (struct span){ params.at, (size_t)(items->at - params.at) };
	r = arguments_read(call, all, count);
	return r == 0 ? authorize(call) : r;
}

/* What is wrong with which of them. */
static int
blame(struct call *call, struct call *inner, unsigned i, int r)
{
	struct blob *error = inner->error;

	inner->error = NULL;
	if (error != NULL)
		return call_raise(call, error);
	return call_fail(
	    call, r, "call %u of the atomic: %.120s; nothing was done", i,
	    inner->reason[0] != '\0' ? inner->reason : error_find(r)->text);
}

static int
run_all(struct transaction *t, struct call *call)
{
	struct reader items = call->parameters[0].array.items;
	uint32_t count = call->parameters[0].array.count;
	int r = 0;

	if (count < 1 || count > LIMIT_ITEMS)
		return call_fail(call, -EINVAL,
				 "atomic: calls must be %s, not %u of them",
				 parameter_row(PARAMETER_calls)->text, count);
	result_array(&t->result, count);
	for (uint32_t i = 0; i < count; i++) {
		t->call.reason[0] = '\0';
		r = read_one(t, &items);
		if (r == 0)
			r = run_one(t);
		if (r < 0)
			return blame(call, &t->call, i, r);
	}
	return result_is_good(&t->result) ? 0 : result_fail(&t->result, call);
}

static void
finish(struct transaction *t, struct call *call, bool commits)
{
	struct passage *passage;

	if (commits)
		atomic_commit(&t->atomic);
	else
		atomic_undo(&t->atomic);
	while ((passage = t->passages) != NULL) {
		t->passages = passage->next;
		blob_unref(passage->value);
		free(passage);
	}
	while (t->used_count > 0)
		hub_release(call->service->hub, t->used[--t->used_count]);
}

int
do_atomic(struct call *call)
{
	struct transaction *t;
	int r = call_check_alive(call);

	if (r < 0)
		return r;
	t = calloc(1, sizeof *t);
	if (t == NULL)
		return -ENOMEM;
	atomic_init(&t->atomic);
	t->call.service = call->service;
	t->call.worker = call->worker;
	t->call.client = call->client;
	result_init(&t->result, call->service->max_message);
	r = run_all(t, call);
	finish(t, call, r == 0);
	if (r == 0)
		r = result_reply(&t->result, call);
	else
		result_drop(&t->result);
	free(t);
	return r;
}
