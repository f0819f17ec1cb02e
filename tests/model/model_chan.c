/* SPDX-License-Identifier: MIT */
/*
 * model_chan.c - who waits on a channel, and how two of them meet.
 */
#include "model/model.h"

#include <assert.h>
#include <errno.h>

struct place *
place_at(struct case_of at)
{
	return &m.parties[at.party].cases[at.index];
}

/* Who came first of all who wait on that side. */
struct case_of
first_of(int chan, bool is_send)
{
	struct case_of first = { NONE, 0 };

	for (int p = 0; p < m.party_count; p++)
		for (int i = 0; i < m.parties[p].count; i++) {
			struct place *c = &m.parties[p].cases[i];

			if (!c->is_waiting || c->chan != chan ||
			    c->is_send != is_send)
				continue;
			if (first.party == NONE ||
			    c->arrival < place_at(first)->arrival)
				first = (struct case_of){ p, i };
		}
	return first;
}

int
balance_of(int chan)
{
	int balance = 0;

	for (int p = 0; p < m.party_count; p++)
		for (int i = 0; i < m.parties[p].count; i++) {
			struct place *c = &m.parties[p].cases[i];

			if (c->is_waiting && c->chan == chan)
				balance += c->is_send ? 1 : -1;
		}
	return balance;
}

int
stored_in(int chan)
{
	int stored = 0;

	for (int p = MOST_TASKS; p < m.party_count; p++)
		stored += m.parties[p].cases[0].is_waiting &&
			  m.parties[p].cases[0].chan == chan;
	return stored;
}

void
report(int chan, bool is_send, bool blocks)
{
	struct record *r = trace_add(m.trace, CALLBACK, m.ring[0], 0);

	r->value = chan;
	r->extra = is_send + 2 * blocks;
}

/* ---- joining and leaving ---- */

/* It waits no more: a call with all its cases. */
void
take_off(struct case_of at)
{
	struct party *party = &m.parties[at.party];

	for (int i = 0; i < party->count; i++)
		party->cases[i].is_waiting = false;
	party->met = at.index;
}

void
hand_over(struct place *from, struct place *to)
{
	to->value = from->value;
	to->is_error = from->is_error;
	from->value = 0;
	m.channels[from->chan].handoffs++;
}

/* Until that one's call has returned, what it gave can come back to it. */
void
remember_giver(struct case_of giver, struct case_of receiver)
{
	struct party *to = &m.parties[receiver.party];

	to->giver = giver.party;
	to->giver_serial = m.parties[giver.party].serial;
}

/* ---- values without senders ---- */

int
store(int chan, const struct place *value)
{
	int p = MOST_TASKS;

	while (p < m.party_count && m.parties[p].is_active)
		p++;
	assert(p < MOST_PARTIES);
	if (p == m.party_count)
		m.party_count++;
	m.parties[p] = (struct party){ .is_active = true,
				       .serial = m.counter++,
				       .count = 1,
				       .met = NONE,
				       .only = NONE,
				       .wants = NONE,
				       .held_by = NONE,
				       .giver = NONE };
	m.parties[p].cases[0] = *value;
	m.parties[p].cases[0].chan = chan;
	m.parties[p].cases[0].is_send = true;
	m.parties[p].cases[0].is_waiting = true;
	return p;
}

static struct case_of
first_waiting_sender(int chan)
{
	struct case_of first = { NONE, 0 };

	for (int p = 0; p < MOST_TASKS; p++)
		for (int i = 0; i < m.parties[p].count; i++) {
			struct place *c = &m.parties[p].cases[i];

			if (c->is_waiting && c->is_send && c->chan == chan &&
			    (first.party == NONE ||
			     c->arrival < place_at(first)->arrival))
				first = (struct case_of){ p, i };
		}
	return first;
}

/* Those who have waited longest send into the room that there is. */
void
let_in(int chan)
{
	struct case_of sender;

	while (stored_in(chan) < m.channels[chan].is.capacity &&
	       (sender = first_waiting_sender(chan)).party != NONE) {
		take_off(sender);
		store(chan, place_at(sender));
		place_at(sender)->value = 0;
		wake(sender.party, 0);
	}
}

static bool
has_room(int chan)
{
	return !m.channels[chan].is_closing &&
	       balance_of(chan) < m.channels[chan].is.capacity;
}

/* ---- a call ---- */

struct party *
call_begin(int task, int64_t deadline)
{
	struct party *party = &m.parties[task];

	*party = (struct party){ .is_active = true,
				 .serial = m.counter++,
				 .met = NONE,
				 .only = NONE,
				 .deadline = deadline,
				 .wants = NONE,
				 .held_by = NONE,
				 .giver = NONE };
	return party;
}

void
call_add(int task, int chan, bool is_send, bool is_error, int value)
{
	struct party *party = &m.parties[task];

	party->cases[party->count++] = (struct place){
		.is_send = is_send,
		.is_error = is_error,
		.chan = chan,
		.value = value,
		.arrival = m.counter++,
		.since = (int)m.now,
	};
}

/* A stored value: the caller goes on, whatever the preference. */
static int
take_stored(struct case_of me, struct case_of stored)
{
	struct place *to = place_at(me), *from = place_at(stored);

	take_off(stored);
	m.parties[me.party].met = me.index;
	let_in(to->chan);
	if (m.parties[me.party].wants != NONE && !from->is_error) {
		hold(stored, me);
		return 0;
	}
	hand_over(from, to);
	m.parties[stored.party].is_active = false;
	return 0;
}

/* The sender stays blocked: that much of the preference it can obey. */
static int
send_to_be_held(struct case_of me, struct case_of receiver, bool is_next)
{
	int64_t deadline = m.parties[me.party].deadline;

	hold(me, receiver);
	if (is_next)
		wake_next(receiver.party, 0);
	else
		wake(receiver.party, 0);
	if (m.tasks[me.party].is_cancelled) {
		withdraw(me.party);
		return -ECANCELED;
	}
	/* A value that is held has met somebody: timeout 0 is done with. */
	block(me.party, deadline == 0 ? NEVER : deadline);
	return AWAY;
}

/* Who runs next: the table in SEMANTICS, section 2. */
static int
meet(struct case_of me, struct case_of other)
{
	struct place *mine = place_at(me);
	const struct settings *is = &m.channels[mine->chan].is;
	struct case_of sender = mine->is_send ? me : other;
	struct case_of receiver = mine->is_send ? other : me;
	bool other_is_preferred = is->preference == (mine->is_send ? -1 : 1);
	bool holds = m.parties[receiver.party].wants != NONE &&
		     !place_at(sender)->is_error;

	report(mine->chan, mine->is_send, false);
	if (other.party >= MOST_TASKS)
		return take_stored(me, other);
	if (m.switch_trap > 0 && (other_is_preferred || is->schedule_all ||
				  (holds && mine->is_send)))
		return -EDEADLK;
	if (holds && mine->is_send && m.tasks[me.party].is_leaving)
		return -EAGAIN;
	take_off(other);
	m.parties[me.party].met = me.index;
	if (holds && mine->is_send)
		return send_to_be_held(me, other,
				       other_is_preferred && !is->schedule_all);
	if (holds) {
		hold(sender, receiver);
		return is->schedule_all ? yield(me.party) : 0;
	}
	hand_over(place_at(sender), place_at(receiver));
	remember_giver(sender, receiver);
	if (is->schedule_all || !other_is_preferred)
		wake(other.party, 0);
	else
		wake_next(other.party, 0);
	return is->schedule_all || other_is_preferred ? yield(me.party) : 0;
}

static int
begin_to_wait(int task)
{
	struct party *party = &m.parties[task];

	for (int i = 0; i < party->count; i++)
		report(party->cases[i].chan, party->cases[i].is_send, true);
	if (m.tasks[task].block_trap)
		return -EDEADLK;
	for (int i = 0; i < party->count; i++)
		if (m.channels[party->cases[i].chan].is_closing)
			return -EPIPE;
	if (party->deadline == 0)
		return -EAGAIN;
	if (m.tasks[task].is_cancelled)
		return -ECANCELED;
	if (m.switch_trap > 0)
		return -EDEADLK;
	for (int i = 0; i < party->count; i++)
		party->cases[i].is_waiting = true;
	block(task, party->deadline);
	return AWAY;
}

int
call_do(int task)
{
	struct party *party = &m.parties[task];
	struct case_of other;

	for (int i = 0; i < party->count; i++) {
		struct place *c = &party->cases[i];

		other = first_of(c->chan, !c->is_send);
		if (other.party != NONE)
			return meet((struct case_of){ task, i }, other);
		if (!c->is_send || !has_room(c->chan))
			continue;
		report(c->chan, true, false);
		store(c->chan, c);
		c->value = 0;
		party->met = i;
		return 0;
	}
	return begin_to_wait(task);
}

/* An error was thrown at it: what it had not picked up is lost. */
static int
end_by_error(struct party *party, int task, int result)
{
	struct place *met =
	    party->met != NONE ? &party->cases[party->met] : NULL;

	party->reply = 0;
	if (met != NULL && !met->is_send) {
		met->value = 0;
		if (party->wants != NONE && !met->is_error)
			undo_delivery(party->wants);
	}
	if (result == -EREMOTEIO) {
		party->reply = m.tasks[task].thrown;
		m.tasks[task].thrown = 0;
	}
	return result;
}

int
call_end(int task, int result)
{
	struct party *party = &m.parties[task];
	struct party *giver = NULL;

	if (party->giver >= MOST_TASKS)
		giver = &m.parties[party->giver];
	party->is_active = false;
	if (giver != NULL && giver->serial == party->giver_serial)
		giver->is_active = false; /* a stored value has arrived */
	if (result == -ETIMEDOUT && party->is_in_doubt)
		return -EINPROGRESS;
	if (result == -ETIMEDOUT)
		return party->deadline == 0 ? -EAGAIN : -ETIMEDOUT;
	if (result < 0)
		return end_by_error(party, task, result);
	if (!party->cases[party->met].is_send &&
	    party->cases[party->met].value == 0)
		return -ECANCELED; /* it went back to its sender */
	return party->is_refused ? -EREMOTEIO : 0;
}

/* ---- all who wait ---- */

void
release_all(int chan, int error, int *count)
{
	struct case_of first;

	for (int side = 0; side < 2; side++)
		for (;;) {
			first = side == 0 ? first_waiting_sender(chan)
					  : first_of(chan, false);
			if (first.party == NONE)
				break;
			take_off(first);
			m.parties[first.party].met = NONE;
			wake(first.party,
			     error == -EPIPE && m.parties[first.party].iterates
				 ? -ENODATA
				 : error);
			++*count;
		}
}

int
broadcast(int chan, int value)
{
	struct case_of receiver;
	int count = 0;

	report(chan, true, false);
	for (;;) {
		receiver = first_of(chan, false);
		if (receiver.party == NONE)
			return count;
		take_off(receiver);
		place_at(receiver)->value = value;
		place_at(receiver)->is_error = false;
		if (m.parties[receiver.party].wants != NONE)
			hold((struct case_of){ NONE, 0 }, receiver);
		m.channels[chan].handoffs++;
		wake(receiver.party, 0);
		count++;
	}
}
