/* SPDX-License-Identifier: MIT */
#include "replay_operations.h"

#include "task/control.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct blob *
text_blob(const char *text)
{
	return blob_copy(text, strlen(text));
}

/* The error that an -EREMOTEIO was about, by its name. */
static int
take_error(struct operation *op, int r, struct blob *error)
{
	if (r != -EREMOTEIO || error == NULL)
		return r;
	snprintf(op->error, sizeof op->error, "%.*s", (int)blob_size(error),
		 (const char *)blob_data(error));
	blob_unref(error);
	return r;
}

/* What a send left of its value. */
static int
finish_send(struct operation *op, int r, struct blob *blob)
{
	if (r == -EREMOTEIO)
		return take_error(op, r, blob);
	blob_unref(blob);
	return r;
}

/* A received value is its JSON. */
static int
finish_receive(struct operation *op, int r, struct blob *blob)
{
	char *text;

	if (r < 0)
		return take_error(op, r, blob);
	text = strndup((char *)blob_data(blob), blob_size(blob));
	op->result = json_loads(text, JSON_DECODE_ANY, NULL);
	free(text);
	blob_unref(blob);
	return 0;
}

/* What was thrown at a task in an operation that moves no value. */
static int
finish_control(struct operation *op, int r)
{
	return r == -EREMOTEIO ? take_error(op, r, task_take_thrown()) : r;
}

PARKS static int
op_send(struct operation *op)
{
	struct blob *blob = text_blob(op->words[2]);
	int r = chan_send(op->chan, &blob, NO_DEADLINE);

	return finish_send(op, r, blob);
}

PARKS static int
op_send_exception(struct operation *op)
{
	struct blob *blob = text_blob(op->words[2]);
	int r = chan_send_exception(op->chan, &blob, NO_DEADLINE);

	return finish_send(op, r, blob);
}

PARKS static int
op_send_sequence(struct operation *op)
{
	struct blob *values[WORDS] = { NULL };
	size_t count = op->count - 2, taken;
	int r;

	for (size_t i = 0; i < count; i++)
		values[i] = text_blob(op->words[2 + i]);
	r = chan_send_sequence(op->chan, values, count, NO_DEADLINE, &taken);
	op->result = r == 0 ? json_integer((json_int_t)taken) : NULL;
	for (size_t i = taken + 1; i < count; i++)
		blob_unref(values[i]);
	return taken < count ? finish_send(op, r, values[taken]) : r;
}

PARKS static int
op_recv(struct operation *op)
{
	struct blob *blob = NULL;
	int r = chan_receive(op->chan, &blob, NO_DEADLINE);

	return finish_receive(op, r, blob);
}

PARKS static int
op_next(struct operation *op)
{
	struct blob *blob = NULL;
	int r = chan_next(op->chan, &blob, NO_DEADLINE);

	return finish_receive(op, r, blob);
}

PARKS static int
op_schedule(struct operation *op)
{
	return finish_control(op, task_yield(NULL));
}

static int
op_pref(struct operation *op)
{
	op->result =
	    json_integer(chan_set_preference(op->chan, atol(op->words[2])));
	return 0;
}

static int
op_schedule_all(struct operation *op)
{
	op->chan->schedule_all = atol(op->words[2]) != 0;
	op->result = json_integer(op->chan->schedule_all);
	return 0;
}

static int
op_balance(struct operation *op)
{
	op->result = json_integer(op->chan->balance);
	return 0;
}

static int
op_runcount(struct operation *op)
{
	op->result = json_integer((json_int_t)task_runcount());
	return 0;
}

static int
op_close(struct operation *op)
{
	chan_close(op->chan);
	return 0;
}

static int
op_open(struct operation *op)
{
	chan_open(op->chan);
	return 0;
}

static int
op_closing(struct operation *op)
{
	op->result = json_boolean(op->chan->is_closing);
	return 0;
}

static int
op_closed(struct operation *op)
{
	op->result = json_boolean(chan_is_closed(op->chan));
	return 0;
}

static int
op_queue(struct operation *op)
{
	const struct list *place = NULL;
	struct task *head = chan_queue(op->chan, &place);

	op->result =
	    head != NULL ? json_string(vector_name_of(head)) : json_null();
	return 0;
}

static int
op_trap(struct operation *op)
{
	task_set_block_trap(atol(op->words[1]) != 0);
	return 0;
}

/* ---- what one tasklet does to another ---- */

PARKS static int
op_spawn(struct operation *op)
{
	vector_spawn(op->other);
	return 0;
}

static int
op_insert(struct operation *op)
{
	return task_insert(op->other->task);
}

static int
op_remove(struct operation *op)
{
	return task_remove(op->other->task);
}

PARKS static int
op_run(struct operation *op)
{
	return finish_control(op, task_run(op->other->task));
}

PARKS static int
op_switch(struct operation *op)
{
	return finish_control(op, task_switch(op->other->task));
}

PARKS static int
op_schedule_remove(struct operation *op)
{
	return finish_control(op, task_park(NULL, NO_DEADLINE));
}

PARKS static int
op_kill(struct operation *op)
{
	return finish_control(op, task_kill(op->other->task, false));
}

PARKS static int
op_kill_pending(struct operation *op)
{
	return finish_control(op, task_kill(op->other->task, true));
}

/* Stackless: kill() is throw(TaskletExit). */
static struct blob *
named_error(const char *name)
{
	return strcmp(name, "TaskletExit") == 0 ? NULL : text_blob(name);
}

PARKS static int
op_throw(struct operation *op)
{
	return finish_control(
	    op, task_throw(op->other->task, named_error(op->words[2]), false));
}

PARKS static int
op_throw_pending(struct operation *op)
{
	return finish_control(
	    op, task_throw(op->other->task, named_error(op->words[2]), true));
}

static int
op_alive(struct operation *op)
{
	op->result = json_boolean(op->other->task != NULL);
	return 0;
}

static int
op_blocked(struct operation *op)
{
	op->result = json_boolean(task_is_blocked(op->other->task));
	return 0;
}

static int
op_paused(struct operation *op)
{
	op->result = json_boolean(task_is_paused(op->other->task));
	return 0;
}

/* Stackless counts a blocked tasklet as scheduled. */
static int
op_scheduled(struct operation *op)
{
	op->result = json_boolean(task_is_scheduled(op->other->task));
	return 0;
}

static const struct verb verbs[] = {
	{ "send", op_send },
	{ "send_exc", op_send_exception },
	{ "send_throw", op_send_exception },
	{ "send_seq", op_send_sequence },
	{ "recv", op_recv },
	{ "next", op_next },
	{ "schedule", op_schedule },
	{ "pref", op_pref },
	{ "schedall", op_schedule_all },
	{ "balance", op_balance },
	{ "runcount", op_runcount },
	{ "close", op_close },
	{ "open", op_open },
	{ "closing", op_closing },
	{ "closed", op_closed },
	{ "queue", op_queue },
	{ "trap", op_trap },
	{ "spawn", op_spawn },
	{ "insert", op_insert },
	{ "remove", op_remove },
	{ "run", op_run },
	{ "switch", op_switch },
	{ "schedrm", op_schedule_remove },
	{ "kill", op_kill },
	{ "killp", op_kill_pending },
	{ "throw", op_throw },
	{ "throwp", op_throw_pending },
	{ "alive", op_alive },
	{ "blocked", op_blocked },
	{ "paused", op_paused },
	{ "scheduled", op_scheduled },
};

const struct verb *
verb_find(const char *name)
{
	for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
		if (strcmp(verbs[i].name, name) == 0)
			return &verbs[i];
	return NULL;
}
