/* SPDX-License-Identifier: MIT */
#include "replay_operations.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct blob *
text_blob(const char *text)
{
	return blob_copy(text, strlen(text));
}

PARKS static int
finish_send(int r, struct blob *blob)
{
	if (r < 0)
		blob_free(blob);
	return r;
}

/* A received value is its JSON; a received exception its name. */
static int
finish_receive(struct operation *op, int r, struct blob *blob)
{
	char *text;

	if (r < 0 && r != -EREMOTEIO)
		return r;
	text = strndup((char *)blob_data(blob), blob_size(blob));
	if (r == 0)
		op->result = json_loads(text, JSON_DECODE_ANY, NULL);
	else
		snprintf(op->error, sizeof op->error, "%s", text);
	free(text);
	blob_free(blob);
	return r;
}

PARKS static int
op_send(struct operation *op)
{
	struct blob *blob = text_blob(op->words[2]);

	return finish_send(chan_send(op->chan, blob, NO_DEADLINE), blob);
}

PARKS static int
op_send_exception(struct operation *op)
{
	struct blob *blob = text_blob(op->words[2]);

	return finish_send(chan_send_exception(op->chan, blob, NO_DEADLINE),
			   blob);
}

PARKS static int
op_recv(struct operation *op)
{
	struct blob *blob;
	int r = chan_receive(op->chan, &blob, NO_DEADLINE);

	return finish_receive(op, r, blob);
}

PARKS static int
op_next(struct operation *op)
{
	struct blob *blob;
	int r = chan_next(op->chan, &blob, NO_DEADLINE);

	return finish_receive(op, r, blob);
}

PARKS static int
op_schedule(struct operation *op)
{
	(void)op;
	return task_yield(NULL);
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
	struct task *head = chan_queue(op->chan, NULL);

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

static const struct verb verbs[] = {
	{ "send", op_send },
	{ "send_exc", op_send_exception },
	{ "send_throw", op_send_exception },
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
};

const struct verb *
verb_find(const char *name)
{
	for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
		if (strcmp(verbs[i].name, name) == 0)
			return &verbs[i];
	return NULL;
}
