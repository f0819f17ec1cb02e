/* SPDX-License-Identifier: MIT */
/*
 * model_settle.c - deliveries, and values that come back.
 */
#include "model/model.h"

#include <errno.h>

/* `sender` NONE: a share of a broadcast. */
void
hold(struct case_of sender, struct case_of receiver)
{
	int number = m.parties[receiver.party].wants;
	struct delivery *d = &m.deliveries[number];

	d->is_there = true;
	d->is_broadcast = sender.party == NONE;
	d->sender = sender.party;
	d->order = m.counter++;
	d->attempt = 1;
	if (sender.party != NONE) {
		place_at(receiver)->value = place_at(sender)->value;
		place_at(receiver)->is_error = false;
		d->attempt = ++place_at(sender)->attempt;
		m.parties[sender.party].held_by = number;
		m.parties[sender.party].met = sender.index;
	}
}

/* It is nobody's any more: the sender it held, or NONE. */
static int
end_delivery(int number)
{
	struct delivery *d = &m.deliveries[number];
	int sender = d->sender;

	d->is_there = false;
	d->sender = NONE;
	d->alarm.time = NEVER;
	if (sender != NONE)
		m.parties[sender].held_by = NONE;
	return sender;
}

/* ---- coming back ---- */

/* It had gone on already, only that its call has not returned. */
static void
block_again(int party, int64_t deadline)
{
	if (is_blocked(party))
		return;
	block(party, deadline);
	if (m.tasks[party].is_leaving)
		cancel(party);
}

/* A value that is held has met somebody: timeout 0 is done with. */
static int64_t
patience(int party)
{
	int64_t deadline = m.parties[party].deadline;

	return deadline == 0 ? NEVER : deadline;
}

static struct case_of
partner(struct case_of at)
{
	return first_of(place_at(at)->chan, !place_at(at)->is_send);
}

/* Neither of them runs: both go to the tail, the receiver first. */
static void
meet_again(struct case_of me, struct case_of other)
{
	bool sends = place_at(me)->is_send;
	struct case_of sender = sends ? me : other;
	struct case_of receiver = sends ? other : me;
	int chan = place_at(me)->chan;

	take_off(other);
	m.parties[me.party].met = me.index;
	if (m.parties[receiver.party].wants != NONE &&
	    !place_at(sender)->is_error) {
		hold(sender, receiver);
		if (sender.party < MOST_TASKS)
			block_again(sender.party, patience(sender.party));
		wake(receiver.party, 0);
	} else {
		hand_over(place_at(sender), place_at(receiver));
		remember_giver(sender, receiver);
		wake(receiver.party, 0);
		if (sender.party < MOST_TASKS)
			wake(sender.party, 0);
	}
	let_in(chan);
}

static bool
try_again(struct case_of at)
{
	struct case_of other = partner(at);

	if (other.party == NONE)
		return false;
	meet_again(at, other);
	return true;
}

/* With the case that it met first of all; then with those that are left. */
static bool
try_all_again(int party)
{
	int met = m.parties[party].met;

	if (try_again((struct case_of){ party, met }))
		return true;
	if (m.parties[party].only != NONE)
		return false;
	for (int i = 0; i < m.parties[party].count; i++)
		if (i != met && try_again((struct case_of){ party, i }))
			return true;
	return false;
}

static void
wait_again(int party)
{
	struct party *p = &m.parties[party];

	for (int i = 0; i < p->count; i++)
		p->cases[i].is_waiting = p->only == NONE || p->only == i;
	p->met = NONE;
	block_again(party, p->deadline);
	if (m.tasks[party].is_parked && p->deadline == 0) {
		withdraw(party);
		wake(party, -ETIMEDOUT);
	}
	for (int i = 0; i < p->count; i++)
		let_in(p->cases[i].chan);
}

static bool
is_shut_out(const struct party *p)
{
	for (int i = 0; i < p->count; i++)
		if ((p->only == NONE || p->only == i) &&
		    m.channels[p->cases[i].chan].is_shut)
			return true;
	return false;
}

static void
shut_out(int party)
{
	m.parties[party].met = NONE;
	block_again(party, NEVER);
	wake(party, -EPIPE);
}

/* Its value has come back: as if it had never been met. */
static void
offer_again(int sender)
{
	struct party *p = &m.parties[sender];

	if (sender >= MOST_TASKS) {
		if (!try_again((struct case_of){ sender, 0 }))
			p->cases[0].is_waiting = true;
	} else if (m.channels[p->cases[p->met].chan].is_shut) {
		shut_out(sender);
	} else if (!try_all_again(sender)) {
		if (is_shut_out(p))
			shut_out(sender);
		else
			wait_again(sender);
	}
}

/* The receiver fails after all: this attempt does not count. */
void
undo_delivery(int number)
{
	int sender;

	if (!m.deliveries[number].is_there)
		return;
	sender = end_delivery(number);
	if (sender == NONE)
		return;
	m.parties[sender].cases[m.parties[sender].met].attempt--;
	offer_again(sender);
}

/* The lease is out, or the holder ends. */
void
lose(int number)
{
	int sender = end_delivery(number);

	if (sender == NONE)
		return;
	if (sender < MOST_TASKS) {
		m.parties[sender].is_in_doubt = true;
		m.parties[sender].only = m.parties[sender].met;
	}
	offer_again(sender);
}

void
holder_ends(int holder)
{
	for (;;) {
		int oldest = NONE;

		for (int n = 0; n < MOST_DELIVERIES; n++)
			if (m.deliveries[n].is_there &&
			    m.deliveries[n].holder == holder &&
			    (oldest == NONE || m.deliveries[n].order <
						   m.deliveries[oldest].order))
				oldest = n;
		if (oldest == NONE)
			return;
		lose(oldest);
	}
}

/* Can what it gave still be taken back? It has not been told of success. */
static bool
has_not_been_told(int giver, int serial)
{
	const struct party *p = &m.parties[giver];

	if (!p->is_active || p->serial != serial)
		return false;
	return giver >= MOST_TASKS ||
	       (!m.tasks[giver].is_cancelled && m.tasks[giver].result == 0);
}

static void
give_back(int receiver)
{
	struct party *p = &m.parties[receiver];
	struct place *met = &p->cases[p->met];
	struct place *from;
	int wants = p->wants;

	if (wants != NONE && !met->is_error) {
		met->value = 0;
		p->wants = NONE;
		undo_delivery(wants);
		return;
	}
	if (p->giver == NONE || !has_not_been_told(p->giver, p->giver_serial))
		return;
	from = &m.parties[p->giver].cases[m.parties[p->giver].met];
	from->value = met->value;
	met->value = 0;
	m.channels[from->chan].handoffs--;
	wants = p->giver;
	p->giver = NONE;
	offer_again(wants);
}

bool
withdraw(int party)
{
	struct party *p = &m.parties[party];

	if (p->met == NONE) {
		for (int i = 0; i < p->count; i++)
			p->cases[i].is_waiting = false;
		return true;
	}
	if (!p->cases[p->met].is_send) {
		give_back(party);
		return false;
	}
	if (p->held_by == NONE)
		return false;
	m.deliveries[p->held_by].sender = NONE; /* deserted */
	p->held_by = NONE;
	p->is_in_doubt = true;
	return true;
}

/* ---- settling ---- */

static void
release_sender(int sender, int reply, bool is_refused)
{
	struct party *p = &m.parties[sender];

	p->cases[p->met].value = 0;
	p->reply = reply;
	p->is_refused = is_refused;
	if (sender >= MOST_TASKS)
		p->is_active = false;
	else
		wake(sender, 0);
}

static int
extend(struct delivery *d, const struct operation *op)
{
	if (d->sender == NONE && !d->is_broadcast) {
		end_delivery(op->number);
		return -EOWNERDEAD;
	}
	set_alarm(&d->alarm, m.now + op->lease);
	return 0;
}

static int
ack(int sender, int reply, bool is_broadcast)
{
	const struct party *p;

	if (sender == NONE)
		return is_broadcast ? 0 : -EOWNERDEAD;
	p = &m.parties[sender];
	m.channels[p->cases[p->met].chan].handoffs++;
	release_sender(sender, reply, false);
	return 0;
}

int
settle(const struct operation *op)
{
	struct delivery *d = &m.deliveries[op->number];
	int sender;

	if (!d->is_there || !d->is_picked_up)
		return SKIPPED;
	if (op->verb == EXTEND)
		return extend(d, op);
	sender = end_delivery(op->number);
	if (op->verb == ACK)
		return ack(sender, op->value, d->is_broadcast);
	if (sender == NONE)
		return -EOWNERDEAD;
	if (op->verb == NACK)
		offer_again(sender);
	else
		release_sender(sender, op->value, true);
	return op->verb == FAIL && sender >= MOST_TASKS ? -EOWNERDEAD : 0;
}
