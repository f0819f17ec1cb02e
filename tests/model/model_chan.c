/* SPDX-License-Identifier: MIT */
/*
 * model_chan.c - who waits on a channel, and how two of them meet.
 */
#include "model/model.h"

#include <assert.h>
#include <errno.h>

/*
 * Who came first after that one, of those who wait on one side. 2: "value
 * order = order of waiting". The calls from MOST_TASKS on are stored values.
 */
struct place *
first_after(int arrival, int chan, bool is_send, int calls)
{
	struct place *first = NULL;

	for (int k = 0; k < calls; k++)
		for (int i = 0; i < m.calls[k].count; i++) {
			struct place *c = &m.calls[k].cases[i];

			if (c->is_waiting && c->chan == chan &&
			    c->is_send == is_send && c->arrival > arrival &&
			    (first == NULL || c->arrival < first->arrival))
				first = c;
		}
	return first;
}

struct place *
partner(const struct place *place)
{
	return first_after(NONE, place->chan, !place->is_send, m.call_count);
}

static int
count_waiting(int chan, bool is_send, int from)
{
	int count = 0;

	for (int k = from; k < m.call_count; k++)
		for (int i = 0; i < m.calls[k].count; i++)
			count += m.calls[k].cases[i].is_waiting &&
				 m.calls[k].cases[i].chan == chan &&
				 m.calls[k].cases[i].is_send == is_send;
	return count;
}

/* 1: "+senders / -receivers"; "capacity": "balance counts" its values */
int
balance_of(int chan)
{
	return count_waiting(chan, true, 0) - count_waiting(chan, false, 0);
}

int
stored_in(int chan)
{
	return count_waiting(chan, true, MOST_TASKS);
}

/* 2: "channel callback: (channel, current, is_send, will_block)" */
static void
report(int chan, bool is_send, bool blocks)
{
	struct record *r = trace_add(m.trace, CALLBACK, m.ring[0], 0);

	r->value = chan;
	r->extra = is_send + 2 * blocks;
}

/* "select": the first rendezvous takes it off all the others. */
void
take_off(struct place *place)
{
	for (int i = 0; i < place->call->count; i++)
		place->call->cases[i].is_waiting = false;
	place->call->met = place;
}

/* ---- "capacity" ---- */

/* A value waits in the channel without its sender. */
static void
store(const struct place *value)
{
	int k = MOST_TASKS;

	while (k < m.call_count && m.calls[k].is_active)
		k++;
	assert(k < MOST_CALLS);
	if (k == m.call_count)
		m.call_count++;
	m.calls[k] = (struct call){ .is_active = true,
				    .task = NONE,
				    .serial = m.counter++,
				    .count = 1,
				    .cases[0] = *value };
	m.calls[k].cases[0].call = &m.calls[k];
	m.calls[k].cases[0].is_waiting = true;
}

/* Into the room that there is "the oldest waiting sender moves its value". */
void
let_in(int chan)
{
	struct place *sender;

	while (stored_in(chan) < m.channels[chan].is.capacity &&
	       (sender = first_after(NONE, chan, true, MOST_TASKS)) != NULL) {
		take_off(sender);
		store(sender);
		sender->value = 0;
		wake(sender->call->task, 0);
	}
}

static bool
has_room(int chan)
{
	return !m.channels[chan].is_closing &&
	       balance_of(chan) < m.channels[chan].is.capacity;
}

/* ---- a rendezvous ---- */

/*
 * The value changes hands: true if it is held, else it is the receiver's. Until
 * that one's call has returned it can come back, to the call that gave it.
 */
bool
give(struct place *sender, struct place *receiver)
{
	struct call *to = receiver->call, *from = sender->call;

	if (to->wants != NULL && !sender->is_error) {
		hold(sender, receiver);
		return true;
	}
	receiver->value = sender->value;
	receiver->is_error = sender->is_error;
	sender->value = 0;
	m.channels[receiver->chan].handoffs++;
	to->giver = from;
	to->giver_serial = from->serial;
	return false;
}

/* "capacity": the oldest value first; the caller goes on. */
static int
take_stored(struct place *mine, struct place *stored)
{
	take_off(stored);
	mine->call->met = mine;
	let_in(mine->chan);
	give(stored, mine);
	return 0;
}

/* "acknowledged receive": the sender stays blocked. */
static int
be_held(struct call *call)
{
	if (m.tasks[call->task].is_cancelled) {
		withdraw(call);
		return -ECANCELED;
	}
	block(call->task, patience(call));
	return AWAY;
}

/*
 * 2, the rule in one line: "preferred side is the other side: p inserted right
 * behind cur, then rotate by one; otherwise p appended and cur continues;
 * schedule_all: p appended, then rotate by one". A sender that is held does
 * not get on the ring: for its receiver the rule holds as far as it can.
 */
static int
meet(struct place *mine, struct place *other)
{
	const struct settings *is = &m.channels[mine->chan].is;
	struct place *sender = mine->is_send ? mine : other;
	struct place *receiver = mine->is_send ? other : mine;
	bool holds = receiver->call->wants != NULL && !sender->is_error;
	bool prefers_other = is->preference == (mine->is_send ? -1 : 1);

	report(mine->chan, mine->is_send, false);
	if (other->call->task == NONE)
		return take_stored(mine, other);
	if (m.switch_trap > 0 &&
	    (is->schedule_all || prefers_other || (holds && mine->is_send)))
		return -EDEADLK;
	take_off(other);
	mine->call->met = mine;
	give(sender, receiver);
	if (holds && other == sender)
		return is->schedule_all ? yield(mine->call->task) : 0;
	if (prefers_other && !is->schedule_all)
		wake_next(other->call->task, 0);
	else
		wake(other->call->task, 0);
	if (holds)
		return be_held(mine->call);
	return is->schedule_all || prefers_other ? yield(mine->call->task) : 0;
}

/* ---- a call ---- */

struct call *
call_begin(int task, int deadline)
{
	m.calls[task] = (struct call){ .is_active = true,
				       .task = task,
				       .serial = m.counter++,
				       .deadline = deadline };
	return &m.calls[task];
}

void
call_add(struct call *call, int chan, bool is_send, int value)
{
	call->cases[call->count++] = (struct place){ .call = call,
						     .is_send = is_send,
						     .chan = chan,
						     .value = value,
						     .arrival = m.counter++,
						     .since = m.now };
}

/* 2, no partner: "block_trap: error; closing: error; else leave R, join" */
static int
begin_to_wait(struct call *call)
{
	for (int i = 0; i < call->count; i++)
		report(call->cases[i].chan, call->cases[i].is_send, true);
	if (m.tasks[call->task].block_trap)
		return -EDEADLK;
	for (int i = 0; i < call->count; i++)
		if (m.channels[call->cases[i].chan].is_closing)
			return -EPIPE;
	if (call->deadline == 0)
		return -EAGAIN; /* "timeout: 0" */
	if (m.tasks[call->task].is_cancelled)
		return -ECANCELED;
	if (m.switch_trap > 0)
		return -EDEADLK;
	for (int i = 0; i < call->count; i++)
		call->cases[i].is_waiting = true;
	block(call->task, call->deadline);
	return AWAY;
}

/* "select": in the order given; the first that can go at once goes. */
int
call_do(struct call *call)
{
	for (int i = 0; i < call->count; i++) {
		struct place *c = &call->cases[i];
		struct place *other = partner(c);

		if (other != NULL)
			return meet(c, other);
		if (!c->is_send || !has_room(c->chan))
			continue;
		report(c->chan, true, false);
		store(c);
		c->value = 0;
		call->met = c;
		return 0;
	}
	return begin_to_wait(call);
}

/* An error was thrown at it. 4(a): what it had not picked up is lost. */
static int
end_by_error(struct call *call, int result)
{
	call->reply = 0;
	if (call->met != NULL && !call->met->is_send) {
		call->met->value = 0;
		if (call->wants != NULL && !call->met->is_error)
			undo_delivery(call->wants);
	}
	if (result == -EREMOTEIO) {
		call->reply = m.tasks[call->task].thrown;
		m.tasks[call->task].thrown = 0;
	}
	return result;
}

/* What it comes to, where its task came back with `result`. */
int
call_end(struct call *call, int result)
{
	struct call *giver = call->giver;

	call->is_active = false;
	if (giver != NULL && giver->task == NONE &&
	    giver->serial == call->giver_serial)
		giver->is_active = false; /* a stored value has arrived */
	if (result == -ETIMEDOUT && call->is_in_doubt)
		return -EINPROGRESS;
	if (result == -ETIMEDOUT)
		return call->deadline == 0 ? -EAGAIN : -ETIMEDOUT;
	if (result < 0)
		return end_by_error(call, result);
	if (!call->met->is_send && call->met->value == 0)
		return -ECANCELED; /* it went back to its sender */
	return call->is_refused ? -EREMOTEIO : 0;
}

/* ---- all who wait ---- */

/* "close with wake": "CLOSED, or STOP for next; in queue order, to the tail" */
int
release_all(int chan, int error)
{
	struct place *first;
	int count = 0;

	for (int side = 1; side >= 0; side--)
		while ((first = first_after(NONE, chan, side, MOST_TASKS))) {
			take_off(first);
			first->call->met = NULL;
			wake(first->call->task,
			     error == -EPIPE && first->call->iterates ? -ENODATA
								      : error);
			count++;
		}
	return count;
}

/* "the receivers waiting at that moment, in order; with none, 0" */
int
broadcast(int chan, int value)
{
	struct place *receiver;
	int count = 0;

	report(chan, true, false);
	while ((receiver = first_after(NONE, chan, false, MOST_TASKS))) {
		take_off(receiver);
		receiver->value = value;
		receiver->is_error = false;
		if (receiver->call->wants != NULL)
			hold(NULL, receiver);
		m.channels[chan].handoffs++;
		wake(receiver->call->task, 0);
		count++;
	}
	return count;
}

/* ---- "atomic": no other task runs between its calls ---- */

/* Who makes them: it does not wait, so that nothing comes back to it. */
static struct call nobody = { .task = NONE };

static int
send_now(int chan, int value, bool is_error)
{
	struct place mine = { .call = &nobody,
			      .is_send = true,
			      .is_error = is_error,
			      .chan = chan,
			      .value = value,
			      .arrival = m.counter++,
			      .since = m.now };
	struct place *receiver = partner(&mine);

	if (receiver != NULL && receiver->call->wants != NULL && !is_error)
		return -EAGAIN; /* it would have to wait for the ack */
	if (receiver == NULL && m.channels[chan].is_closing)
		return -EPIPE;
	if (receiver == NULL && !has_room(chan))
		return -EAGAIN;
	report(chan, true, false);
	if (receiver == NULL) {
		store(&mine);
		return 0;
	}
	take_off(receiver);
	give(&mine, receiver);
	wake(receiver->call->task, 0);
	return 0;
}

static int
receive_now(int chan, bool iterates, int *value)
{
	struct place mine = { .call = &nobody, .chan = chan };
	struct place *offer = partner(&mine);

	if (iterates && m.channels[chan].is_closing && balance_of(chan) <= 0)
		return -ENODATA;
	if (offer == NULL)
		return m.channels[chan].is_closing ? -EPIPE : -EAGAIN;
	if (offer->is_error) {
		*value = offer->value;
		return -EREMOTEIO;
	}
	report(chan, false, false);
	take_off(offer);
	give(offer, &mine);
	*value = mine.value;
	if (offer->call->task == NONE)
		offer->call->is_active = false;
	else
		wake(offer->call->task, 0);
	return 0;
}

static int
do_now(const struct item *item, int *value)
{
	struct chan_model *c = &m.channels[item->chan];

	if (item->verb == SEND || item->verb == SEND_EXCEPTION)
		return send_now(item->chan, item->value,
				item->verb == SEND_EXCEPTION);
	if (item->verb == RECEIVE || item->verb == NEXT)
		return receive_now(item->chan, item->verb == NEXT, value);
	if (item->verb == BROADCAST)
		*value = broadcast(item->chan, item->value);
	else if (item->verb == PREFERENCE)
		c->is.preference = item->value;
	else if (item->verb == SCHEDULE_ALL)
		c->is.schedule_all = item->value != 0;
	else if (item->verb == CAPACITY)
		c->is.capacity = item->value;
	else
		c->is_closing = item->verb != OPEN;
	if (item->verb == CLOSE_AND_WAKE || item->verb == OPEN)
		c->is_shut = item->verb == CLOSE_AND_WAKE;
	if (item->verb == CLOSE_AND_WAKE)
		release_all(item->chan, -EPIPE);
	return 0;
}

/*
 * "if one of them would have to wait, nothing has happened". That those who
 * are met are woken at the end cannot be told from waking them at once.
 *
 *   values  what each of them got, or has left to send
 */
int
atomic(const struct operation *op, int *values, int *done)
{
	static struct model before;
	int records = m.trace->count, error = 0;
	int r = 0;

	before = m;
	for (*done = 0; *done < op->count && r == 0; *done += r == 0) {
		values[*done] = 0;
		r = do_now(&op->items[*done], &values[*done]);
	}
	for (int i = 0; i < op->count && r == 0; i++)
		let_in(op->items[i].chan);
	if (r == 0)
		return 0;
	error = r == -EREMOTEIO ? values[*done] : 0;
	m = before;
	m.trace->count = records;
	for (int i = 0; i < op->count; i++)
		values[i] = op->items[i].verb == SEND ||
				    op->items[i].verb == SEND_EXCEPTION
				? op->items[i].value
				: 0;
	if (error != 0)
		values[*done] = error;
	return r;
}
