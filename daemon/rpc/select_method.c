/* SPDX-License-Identifier: MIT */
/*
 * select_method.c - select.
 */
#include "chan/select.h"
#include "rpc/authorize.h"

#include <errno.h>
#include <stdlib.h>

struct selection {
	unsigned count;
	unsigned used; /* channels, of the first cases */
	struct waiter waiters[LIMIT_ITEMS];
	struct select_case cases[LIMIT_ITEMS];
};

static int
fail_case(struct call *call, unsigned i)
{
	return call_fail(call, -EINVAL,
			 "select: case %u must be [\"recv\", channel] or "
			 "[\"send\", channel, value]",
			 i);
}

/* Its name is checked like any channel's. */
static int
read_channel(struct call *call, unsigned i, bool is_send, struct reader *items,
	     struct chan **chan)
{
	struct span name;
	int r;

	if (read_string(items, &name) < 0 || !call_is_name(name))
		return call_fail(call, -EINVAL,
				 "select: the channel of case %u must be %s", i,
				 parameter_row(PARAMETER_channel)->text);
	r = authorize_channel(call, is_send ? RIGHT_SEND : RIGHT_RECEIVE, name);
	return r == 0 ? call_use(call, name, chan) : r;
}

static int
read_value(struct reader *items, struct select_case *c)
{
	struct span value;

	if (read_any(items, &value) < 0)
		return -EINVAL;
	c->value = blob_copy(value.data, value.size);
	return c->value != NULL ? 0 : -ENOMEM;
}

static int
read_case(struct call *call, struct reader *items, struct selection *s)
{
	unsigned i = s->used;
	struct select_case *c = &s->cases[i];
	struct span verb;
	uint32_t count;
	int r;

	if (read_array(items, &count) < 0 || read_string(items, &verb) < 0)
		return fail_case(call, i);
	c->is_send = span_is(verb, "send");
	if ((!c->is_send && !span_is(verb, "recv")) ||
	    count != (c->is_send ? 3 : 2))
		return fail_case(call, i);
	r = read_channel(call, i, c->is_send, items, &c->chan);
	if (r < 0)
		return r;
	s->used++;
	return c->is_send ? read_value(items, c) : 0;
}

static int
read_cases(struct call *call, struct selection *s)
{
	struct reader items = call->parameters[0].array.items;
	uint32_t count = call->parameters[0].array.count;
	int r = 0;

	if (count < 1 || count > LIMIT_ITEMS)
		return call_fail(call, -EINVAL,
				 "select: cases must be %s, not %u of them",
				 parameter_row(PARAMETER_cases)->text, count);
	s->count = count;
	while (s->used < count && r == 0)
		r = read_case(call, &items, s);
	return r;
}

/* It has happened: for the answer there is no budget. */
static struct blob *
nil_blob(void)
{
	static const uint8_t nil[] = { 0xc0 };
	struct blob *blob = blob_new_exempt(sizeof nil);

	if (blob != NULL)
		blob_append(blob, nil, sizeof nil);
	return blob;
}

/* [index, value] */
static int
reply(struct call *call, struct selection *s, unsigned i)
{
	uint8_t head[2 * PUT_MAX];
	const uint8_t *end = put_unsigned(put_array(head, 2), i);
	struct blob *value = s->cases[i].value;

	s->cases[i].value = NULL;
	if (value == NULL)
		value = nil_blob();
	if (value == NULL) {
		call->is_lost = true; /* it has happened */
		return -ENOMEM;
	}
	return call_reply_within(call,
				 (struct span){ head, (size_t)(end - head) },
				 value, (struct span){ NULL, 0 });
}

PARKS static int
run(struct call *call, struct selection *s)
{
	struct blob *error = NULL;
	int r = call_check_alive(call);
	int64_t deadline = call_deadline(call);

	if (r == 0)
		r = read_cases(call, s);
	if (r < 0)
		return r;
	call->cases = s->cases;
	call->case_count = s->count;
	r = chan_select(s->cases, s->waiters, s->count, deadline, &error);
	if (r == -EREMOTEIO)
		return call_raise(call, error);
	return r < 0 ? r : reply(call, s, (unsigned)r);
}

int
do_select(struct call *call)
{
	struct selection *s = calloc(1, sizeof *s);
	int r;

	if (s == NULL)
		return -ENOMEM;
	r = run(call, s);
	for (unsigned i = 0; i < s->used; i++) {
		blob_unref(s->cases[i].value);
		hub_release(call->service->hub, s->cases[i].chan);
	}
	free(s);
	return r;
}
