/* SPDX-License-Identifier: MIT */
/*
 * model_atomic.c - several operations at once: each is done on the model, and
 * if one of them cannot be, all is put back.
 *
 * That those who are met are woken only at the end cannot be told from waking
 * them at once, in the same order: nobody runs in between.
 */
#include "model/model.h"

#include <errno.h>

static int
send_one(int chan, int value, bool is_error)
{
	struct place given = { .is_error = is_error,
			       .chan = chan,
			       .value = value,
			       .arrival = m.counter++,
			       .since = (int)m.now };
	struct case_of receiver = first_of(chan, false);

	if (receiver.party != NONE) {
		if (m.parties[receiver.party].wants != NONE && !is_error)
			return -EAGAIN;
		report(chan, true, false);
		take_off(receiver);
		hand_over(&given, place_at(receiver));
		wake(receiver.party, 0);
		return 0;
	}
	if (m.channels[chan].is_closing)
		return -EPIPE;
	if (balance_of(chan) >= m.channels[chan].is.capacity)
		return -EAGAIN;
	report(chan, true, false);
	store(chan, &given);
	return 0;
}

static int
receive_one(int chan, bool iterates, int *value)
{
	struct case_of offer = first_of(chan, true);
	struct place got = { 0 };

	if (iterates && m.channels[chan].is_closing && balance_of(chan) <= 0)
		return -ENODATA;
	if (offer.party == NONE)
		return m.channels[chan].is_closing ? -EPIPE : -EAGAIN;
	if (place_at(offer)->is_error) {
		*value = place_at(offer)->value;
		return -EREMOTEIO;
	}
	report(chan, false, false);
	take_off(offer);
	hand_over(place_at(offer), &got);
	*value = got.value;
	if (offer.party < MOST_TASKS)
		wake(offer.party, 0);
	else
		m.parties[offer.party].is_active = false;
	return 0;
}

static int
close_and_wake(int chan)
{
	int count = 0;

	m.channels[chan].is_closing = m.channels[chan].is_shut = true;
	release_all(chan, -EPIPE, &count);
	return 0;
}

static int
change(const struct item *item)
{
	struct chan_model *c = &m.channels[item->chan];

	if (item->verb == PREFERENCE)
		c->is.preference = item->value;
	else if (item->verb == SCHEDULE_ALL)
		c->is.schedule_all = item->value != 0;
	else if (item->verb == CAPACITY)
		c->is.capacity = item->value;
	else
		c->is_closing = item->verb == CLOSE;
	if (item->verb == OPEN)
		c->is_shut = false;
	return 0;
}

static int
do_one(const struct item *item, int *value)
{
	int given = *value;

	*value = 0;
	switch (item->verb) {
	case SEND:
	case SEND_EXCEPTION:
		return send_one(item->chan, given,
				item->verb == SEND_EXCEPTION);
	case RECEIVE:
	case NEXT:
		return receive_one(item->chan, item->verb == NEXT, value);
	case BROADCAST:
		*value = broadcast(item->chan, given);
		return 0;
	case CLOSE_AND_WAKE:
		return close_and_wake(item->chan);
	default:
		return change(item);
	}
}

/* Nothing has happened: what was to be sent is still the caller's. */
static void
put_back(const struct operation *op, int *values)
{
	for (int i = 0; i < op->count; i++)
		values[i] = op->items[i].verb == SEND ||
				    op->items[i].verb == SEND_EXCEPTION
				? op->items[i].value
				: 0;
}

int
atomic(const struct operation *op, int *values, int *done)
{
	static struct model before;
	int records = m.trace->count;
	int r = 0, error;

	before = m;
	put_back(op, values);
	for (*done = 0; *done < op->count; ++*done) {
		values[*done] = op->items[*done].verb == BROADCAST
				    ? op->items[*done].value
				    : values[*done];
		r = do_one(&op->items[*done], &values[*done]);
		if (r < 0)
			break;
	}
	if (r == 0) {
		for (int i = 0; i < op->count; i++)
			let_in(op->items[i].chan);
		return 0;
	}
	error = values[*done];
	m = before;
	m.trace->count = records;
	put_back(op, values);
	if (r == -EREMOTEIO)
		values[*done] = error;
	return r;
}
