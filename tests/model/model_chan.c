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
	struct record *r = trace_add(m.trace, CALLBACK, running(), 0);

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
	m.calls[k] = (struct call){
		.is_active = true, .task = NONE, .count = 1, .cases[0] = *value
	};
	m.calls[k].cases[0].call = &m.calls[k];
	m.calls[k].cases[0].is_waiting = true;
}

/* Into the room that there is "the oldest waiting sender moves its value". */
void
let_in(int chan)
{
	struct place *sender;

	while (!m.is_atomic && stored_in(chan) < m.channels[chan].is.capacity &&
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
	if (receiver->call->wants != NULL && !sender->is_error) {
		hold(sender, receiver);
		return true;
	}
	receiver->value = sender->value;
	receiver->is_error = sender->is_error;
	sender->value = 0;
	m.channels[receiver->chan].handoffs++;
	receiver->call->giver = sender->call;
	return false;
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
	bool yields = is->schedule_all || prefers_other;
	int me = mine->call->task, them = other->call->task;

	report(mine->chan, mine->is_send, false);
	if (m.is_atomic && holds)
		return -EAGAIN; /* it would have to wait for the ack */
	if (m.switch_trap > 0 && them != NONE && !m.is_atomic &&
	    (yields || (holds && mine->is_send)))
		return -EDEADLK;
	if (holds && mine->is_send && m.tasks[me].is_leaving)
		return -EAGAIN;
	take_off(other);
	mine->call->met = mine;
	give(sender, receiver);
	if (them == NONE || m.is_atomic) {
		let_in(mine->chan);
		wake(them, 0);
		return 0;
	}
	if (holds && other == sender)
		return is->schedule_all ? yield(me) : 0;
	if (prefers_other && !is->schedule_all)
		wake_next(them, 0);
	else
		wake(them, 0);
	if (!holds)
		return yields ? yield(me) : 0;
	if (m.tasks[me].is_cancelled)
		withdraw(mine->call);
	return park(me, patience(mine->call));
}

/* ---- a call ---- */

/* 2, no partner: "block_trap: error; closing: error; else leave R, join" */
static int
begin_to_wait(struct call *call)
{
	int r;

	for (int i = 0; i < call->count; i++)
		report(call->cases[i].chan, call->cases[i].is_send, true);
	if (m.tasks[call->task].block_trap && !m.is_atomic)
		return -EDEADLK;
	for (int i = 0; i < call->count; i++)
		if (m.channels[call->cases[i].chan].is_closing)
			return -EPIPE;
	if (call->deadline == 0)
		return -EAGAIN; /* "timeout: 0" */
	r = park(call->task, call->deadline);
	for (int i = 0; i < call->count; i++)
		call->cases[i].is_waiting = r == AWAY;
	return r;
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
			undo_delivery(call->wants, false);
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
	call->is_active = false;
	if (call->giver != NULL && call->giver->task == NONE)
		call->giver->is_active = false; /* a stored value has arrived */
	for (int k = 0; k < m.call_count; k++)
		if (m.calls[k].giver == call)
			m.calls[k].giver = NULL;
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
