/* SPDX-License-Identifier: MIT */
/*
 * model_delivery.c - "acknowledged receive": the sender stays blocked ("held")
 * until ack, fail, nack, lease expiry or the receiver's end. And what else
 * comes back.
 */
#include "model/model.h"

#include <errno.h>

static int
alarm_of(const struct delivery *d)
{
	return MOST_TASKS + (int)(d - m.deliveries);
}

/* `sender` NULL: a share of a broadcast. */
void
hold(struct place *sender, struct place *receiver)
{
	struct delivery *d = receiver->call->wants;

	d->is_there = true;
	d->is_broadcast = sender == NULL;
	d->sender = NULL;
	d->order = m.counter++;
	d->attempt = 1;
	if (sender == NULL)
		return;
	receiver->value = sender->value;
	receiver->is_error = false;
	d->attempt = ++sender->attempt;
	d->sender = sender->call;
	d->sender->held_by = d;
	d->sender->met = sender;
}

/* It is nobody's any more: the sender whose value it held, or NULL. */
static struct call *
end_delivery(struct delivery *d)
{
	struct call *sender = d->sender;

	d->is_there = false;
	d->sender = NULL;
	m.alarms[alarm_of(d)].time = NEVER;
	if (sender != NULL)
		sender->held_by = NULL;
	return sender;
}

/* A value that is held has met somebody: "timeout: 0" is done with. */
int
patience(const struct call *call)
{
	return call->deadline == 0 ? NEVER : call->deadline;
}

/* ---- coming back ---- */

/* It had gone on already, only that its call has not returned. */
static void
block_again(const struct call *call, int deadline)
{
	if (call->task == NONE || is_blocked(call->task))
		return;
	block(call->task, deadline);
	if (m.tasks[call->task].is_leaving)
		cancel(call->task);
}

/* Neither of them runs: both go to the tail, the receiver first. */
static bool
try_again(struct place *mine)
{
	struct place *other = partner(mine);
	struct place *sender = mine->is_send ? mine : other;
	struct place *receiver = mine->is_send ? other : mine;
	bool is_held;

	if (other == NULL)
		return false;
	take_off(other);
	mine->call->met = mine;
	is_held = give(sender, receiver);
	if (is_held)
		block_again(sender->call, patience(sender->call));
	wake(receiver->call->task, 0);
	if (!is_held)
		wake(sender->call->task, 0);
	let_in(mine->chan);
	return true;
}

/* With the case that it met first of all; then with those that are left. */
static bool
try_all_again(struct call *call)
{
	struct place *met = call->met;

	if (try_again(met))
		return true;
	for (int i = 0; i < call->count && call->only == NULL; i++)
		if (&call->cases[i] != met && try_again(&call->cases[i]))
			return true;
	return false;
}

static void
wait_again(struct call *call)
{
	for (int i = 0; i < call->count; i++)
		call->cases[i].is_waiting =
		    call->only == NULL || call->only == &call->cases[i];
	call->met = NULL;
	block_again(call, call->deadline);
	if (m.tasks[call->task].is_parked && call->deadline == 0) {
		withdraw(call);
		wake(call->task, -ETIMEDOUT);
	}
	for (int i = 0; i < call->count; i++)
		let_in(call->cases[i].chan);
}

/* Nobody waits on what was closed with wake, with none of his cases. */
static bool
waits_on_what_is_shut(const struct call *call)
{
	for (int i = 0; i < call->count; i++)
		if ((call->only == NULL || call->only == &call->cases[i]) &&
		    m.channels[call->cases[i].chan].is_shut)
			return true;
	return false;
}

static void
shut_out(struct call *call)
{
	call->met = NULL;
	block_again(call, NEVER);
	wake(call->task, -EPIPE);
}

/* "back at the head of the senders": in its old place, as if never met. */
static void
offer_again(struct call *sender)
{
	if (sender->task == NONE) {
		if (!try_again(&sender->cases[0]))
			sender->cases[0].is_waiting = true;
	} else if (m.channels[sender->met->chan].is_shut) {
		shut_out(sender);
	} else if (!try_all_again(sender)) {
		if (waits_on_what_is_shut(sender))
			shut_out(sender);
		else
			wait_again(sender);
	}
}

/*
 * Its receiver fails after all, so that this attempt does not count; or it is
 * lost, by lease expiry or its holder's end: then nobody knows what it did.
 */
void
undo_delivery(struct delivery *d, bool is_lost)
{
	struct call *sender = d->is_there ? end_delivery(d) : NULL;

	if (sender == NULL)
		return;
	if (!is_lost)
		sender->met->attempt--;
	sender->is_in_doubt |= is_lost;
	sender->only = is_lost ? sender->met : sender->only;
	offer_again(sender);
}

void
holder_ends(int holder)
{
	struct delivery *oldest;

	do {
		oldest = NULL;
		for (int n = 0; n < MOST_DELIVERIES; n++) {
			struct delivery *d = &m.deliveries[n];

			if (d->is_there && d->holder == holder &&
			    (oldest == NULL || d->order < oldest->order))
				oldest = d;
		}
		if (oldest != NULL)
			undo_delivery(oldest, true);
	} while (oldest != NULL);
}

/*
 * 7: "a value handed over but not yet picked up goes back to the head of the
 * channel if its sender has not been answered".
 */
static void
give_back(struct call *receiver)
{
	struct place *met = receiver->met;
	struct call *giver = receiver->giver;

	if (receiver->wants != NULL && !met->is_error) {
		met->value = 0;
		undo_delivery(receiver->wants, false);
		receiver->wants = NULL;
		return;
	}
	if (giver == NULL)
		return;
	if (giver->task != NONE && (m.tasks[giver->task].is_cancelled ||
				    m.tasks[giver->task].result != 0))
		return; /* it has been told something else */
	giver->met->value = met->value;
	met->value = 0;
	m.channels[met->chan].handoffs--;
	receiver->giver = NULL;
	offer_again(giver);
}

bool
withdraw(struct call *call)
{
	if (call->met == NULL) {
		for (int i = 0; i < call->count; i++)
			call->cases[i].is_waiting = false;
		return true;
	}
	if (!call->met->is_send) {
		give_back(call);
		return false;
	}
	if (call->held_by == NULL)
		return false;
	call->held_by->sender = NULL; /* deserted */
	call->held_by = NULL;
	call->is_in_doubt = true;
	return true;
}

/* ---- settling ---- */

/* An ack or fail: its sender is answered. */
static int
answer(struct call *sender, int reply, bool is_refused)
{
	sender->met->value = 0;
	sender->reply = reply;
	sender->is_refused = is_refused;
	if (!is_refused)
		m.channels[sender->met->chan].handoffs++;
	wake(sender->task, 0);
	if (sender->task != NONE)
		return 0;
	sender->is_active = false;
	return is_refused ? -EOWNERDEAD : 0; /* nobody to be told */
}

int
settle(const struct operation *op)
{
	struct delivery *d = &m.deliveries[op->number];
	bool is_gone = d->sender == NULL;
	struct call *sender;

	if (!d->is_there || !d->is_picked_up)
		return SKIPPED;
	if (op->verb == EXTEND && (!is_gone || d->is_broadcast)) {
		set_alarm(alarm_of(d), m.now + op->lease);
		return 0;
	}
	sender = end_delivery(d);
	if (is_gone)
		return op->verb == ACK && d->is_broadcast ? 0 : -EOWNERDEAD;
	if (op->verb != NACK)
		return answer(sender, op->value, op->verb == FAIL);
	offer_again(sender);
	return 0;
}
