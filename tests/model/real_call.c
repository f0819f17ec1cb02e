/* SPDX-License-Identifier: MIT */
/*
 * real_call.c - the operations that wait on channels, and atomic ones.
 */
#include "model/real.h"

#include "chan/atomic.h"
#include "chan/select.h"

#include <errno.h>
#include <stdlib.h>

static struct chan *
chan_at(int chan)
{
	return &real.channels[chan];
}

PARKS static void
send_one(const struct operation *op, struct record *told)
{
	struct blob *value = blob_of(op->value);
	int64_t deadline = real_deadline(op);

	if (op->verb == SEND)
		told->result = chan_send(chan_at(op->chan), &value, deadline);
	else
		told->result =
		    chan_send_exception(chan_at(op->chan), &value, deadline);
	told->value = take_value(value);
}

PARKS static void
send_sequence(const struct operation *op, struct record *told)
{
	struct blob *values[MOST_VALUES];
	size_t count = (size_t)op->amount, taken;

	for (size_t i = 0; i < count; i++)
		values[i] = blob_of(op->value + (int)i);
	told->result = chan_send_sequence(chan_at(op->chan), values, count,
					  real_deadline(op), &taken);
	told->extra = (int)taken;
	if (taken < count)
		told->value = take_value(values[taken]);
	for (size_t i = taken + 1; i < count; i++)
		blob_unref(values[i]);
}

PARKS static void
receive_one(const struct operation *op, struct record *told)
{
	struct blob *value = NULL;
	int64_t deadline = real_deadline(op);

	if (op->verb == RECEIVE)
		told->result =
		    chan_receive(chan_at(op->chan), &value, deadline);
	else
		told->result = chan_next(chan_at(op->chan), &value, deadline);
	told->value = take_value(value);
}

/* ---- to be acknowledged ---- */

PARKS static void
take_one(struct real_task *self, const struct operation *op,
	 struct record *told)
{
	uint64_t number = (uint64_t)op->number + 1;
	struct delivery *delivery =
	    delivery_new(&self->holder, number, op->lease);
	int64_t deadline = real_deadline(op);
	struct blob *value = NULL;

	if (delivery == NULL)
		abort();
	if (op->verb == TAKE)
		told->result = delivery_receive(delivery, chan_at(op->chan),
						&value, deadline);
	else
		told->result = delivery_next(delivery, chan_at(op->chan),
					     &value, deadline);
	told->value = take_value(value);
	if (told->result < 0) {
		delivery_free(delivery);
		return;
	}
	real.is_picked_up[op->number] = true;
	delivery = holder_find(&self->holder, number);
	if (delivery != NULL)
		told->extra = (int)delivery_attempt(delivery);
}

/* ---- select ---- */

static int
finish_case(int i, struct select_case *c, const struct record *told)
{
	int left = i != told->result && c->value != NULL ? 1 << i : 0;

	blob_unref(c->value);
	return left;
}

PARKS static void
select_one(const struct operation *op, struct record *told)
{
	struct select_case cases[MOST_ITEMS];
	struct waiter waiters[MOST_ITEMS];
	struct blob *error = NULL;
	unsigned count = (unsigned)op->count;

	for (unsigned i = 0; i < count; i++) {
		cases[i].chan = chan_at(op->items[i].chan);
		cases[i].is_send = op->items[i].verb == SEND;
		cases[i].value =
		    cases[i].is_send ? blob_of(op->items[i].value) : NULL;
	}
	told->result =
	    chan_select(cases, waiters, count, real_deadline(op), &error);
	if (told->result >= 0)
		told->value = value_of(cases[told->result].value);
	else
		told->value = take_value(error);
	for (unsigned i = 0; i < count; i++)
		told->extra |= finish_case((int)i, &cases[i], told);
}

void
real_call(struct real_task *self, const struct operation *op,
	  struct record *told)
{
	switch (op->verb) {
	case SEND:
	case SEND_EXCEPTION:
		send_one(op, told);
		break;
	case SEND_SEQUENCE:
		send_sequence(op, told);
		break;
	case SELECT:
		select_one(op, told);
		break;
	case TAKE:
	case TAKE_NEXT:
		take_one(self, op, told);
		break;
	default:
		receive_one(op, told);
	}
}

/* ---- atomic ---- */

static int
change(struct atomic *atomic, const struct item *item)
{
	struct chan *chan = chan_at(item->chan);

	if (atomic_keep(atomic, chan) < 0)
		abort();
	if (item->verb == PREFERENCE)
		chan_set_preference(chan, item->value);
	else if (item->verb == SCHEDULE_ALL)
		chan->schedule_all = item->value != 0;
	else if (item->verb == CAPACITY)
		chan->capacity = (uint32_t)item->value;
	else if (item->verb == CLOSE)
		chan_close(chan);
	else
		chan_open(chan);
	return 0;
}

static int
broadcast(struct atomic *atomic, const struct item *item, struct blob *value,
	  int *count)
{
	size_t receivers;

	if (atomic_broadcast(atomic, chan_at(item->chan), value, &receivers) <
	    0)
		abort();
	*count = (int)receivers;
	return 0;
}

static int
do_item(struct atomic *atomic, const struct item *item, struct blob **value,
	int *count)
{
	struct chan *chan = chan_at(item->chan);

	switch (item->verb) {
	case SEND:
	case SEND_EXCEPTION:
		return atomic_send(atomic, chan, value,
				   item->verb == SEND_EXCEPTION);
	case RECEIVE:
	case NEXT:
		return atomic_receive(atomic, chan, value, item->verb == NEXT);
	case BROADCAST:
		return broadcast(atomic, item, *value, count);
	case CLOSE_AND_WAKE:
		return atomic_close_and_wake(atomic, chan);
	default:
		return change(atomic, item);
	}
}

static bool
has_value(enum verb verb)
{
	return verb == SEND || verb == SEND_EXCEPTION || verb == BROADCAST;
}

/* What is left of each: a count or a value. */
static void
finish_items(const struct operation *op, struct blob **values,
	     const int *counts, struct record *told)
{
	int value;

	for (int i = 0; i < op->count; i++) {
		value = take_value(values[i]);
		if (op->items[i].verb == BROADCAST)
			value = told->result == 0 ? counts[i] : 0;
		told->value = told->value * 7 + value;
	}
}

void
real_atomic(const struct operation *op, struct record *told)
{
	struct blob *values[MOST_ITEMS] = { NULL };
	int counts[MOST_ITEMS] = { 0 };
	struct atomic atomic;
	int i;

	for (i = 0; i < op->count; i++)
		if (has_value(op->items[i].verb))
			values[i] = blob_of(op->items[i].value);
	atomic_init(&atomic);
	for (i = 0; i < op->count && told->result == 0; i += told->result == 0)
		told->result =
		    do_item(&atomic, &op->items[i], &values[i], &counts[i]);
	told->extra = i;
	if (told->result == 0)
		atomic_commit(&atomic);
	else
		atomic_undo(&atomic);
	finish_items(op, values, counts, told);
}
