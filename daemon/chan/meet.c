/* SPDX-License-Identifier: MIT */
/*
 * meet.c - one task's part in a rendezvous, from its call to its return.
 */
#include "chan/waiter.h"

#include "task/control.h"
#include "task/sched.h"

#include <errno.h>

static chan_operation_fn *on_operation;

void
chan_on_operation(chan_operation_fn *function)
{
	on_operation = function;
}

void
chan_report(struct chan *chan, bool is_send, bool will_block)
{
	if (on_operation != NULL)
		on_operation(chan, task_self(), is_send, will_block);
}

/* ---- a call that ends early ---- */

/* Has the sender still to hear of its success? */
static bool
can_return(const struct waiter *sender)
{
	const struct party *party = sender->party;

	return party == NULL || (!task_is_cancelled(party->task) &&
				 task_result(party->task) == 0);
}

static void
untie(struct waiter *w)
{
	if (w->peer != NULL)
		w->peer->peer = NULL;
	w->peer = NULL;
}

/*
 * A receiver has been cancelled between the meeting and its next step. While
 * the sender has not been told of its success, that can be undone.
 */
static void
give_back(struct waiter *receiver)
{
	struct waiter *sender = receiver->peer;
	struct delivery *delivery = receiver->party->delivery;

	if (delivery != NULL && !receiver->is_error) {
		receiver->value = blob_unref(receiver->value);
		receiver->party->delivery = NULL;
		delivery_undo(delivery);
		return;
	}
	if (sender == NULL || !can_return(sender))
		return;
	untie(receiver);
	waiter_hand_over(receiver, sender);
	uncount_handoff(sender->chan);
	waiter_offer_again(sender);
}

static bool
leave(struct wait *wait)
{
	struct party *party = list_entry(wait, struct party, wait);

	if (party->is_queued) {
		party_leave(party);
		return true;
	}
	if (party->met == NULL)
		return true;
	if (!party->met->is_sender) {
		give_back(party->met);
		return false;
	}
	if (party->delivery == NULL)
		return false;
	delivery_desert(party->delivery);
	return true;
}

/* The call that the task waits in, or NULL. */
static const struct party *
party_of(const struct task *task)
{
	const struct wait *wait = task_wait(task);

	if (wait == NULL || wait->leave != leave)
		return NULL;
	return list_entry(wait, struct party, wait);
}

bool
chan_is_held(const struct task *task)
{
	const struct party *party = party_of(task);

	return party != NULL && !party->is_queued && party->met != NULL &&
	       party->met->is_sender && party->delivery != NULL;
}

bool
chan_is_in_doubt(const struct task *task)
{
	const struct party *party = party_of(task);

	return chan_is_held(task) || (party != NULL && party->is_in_doubt);
}

/* ---- a call that returns ---- */

/* What was agreed with its peer stands, as it runs again. */
static void
settle(struct waiter *met)
{
	struct waiter *peer = met->peer;

	untie(met);
	if (peer != NULL && peer->party == NULL)
		waiter_free_stored(peer);
}

/* An error was thrown at it: what it had not picked up is lost. */
static int
thrown(struct party *party, int result)
{
	struct waiter *met = party->met;

	party->reply = blob_unref(party->reply);
	if (met != NULL && !met->is_sender) {
		met->value = blob_unref(met->value);
		if (party->delivery != NULL && !met->is_error)
			delivery_undo(party->delivery);
		party->delivery = NULL;
	}
	if (result == -EREMOTEIO)
		party->reply = task_take_thrown();
	return result;
}

static int
timed_out(const struct party *party)
{
	if (party->is_in_doubt)
		return -EINPROGRESS;
	return party->deadline == 0 ? -EAGAIN : -ETIMEDOUT;
}

PARKS static WOVEN int
conclude(struct party *party, int result)
{
	struct waiter *met = party->met;

	if (met != NULL)
		settle(met);
	if (result == -ETIMEDOUT)
		return timed_out(party);
	if (result < 0)
		return thrown(party, result);
	if (!met->is_sender && met->value == NULL)
		return -ECANCELED; /* it was given back */
	return party->is_refused ? -EREMOTEIO : 0;
}

/* ---- waiting ---- */

static int
refusal(const struct party *party)
{
	if (task_block_trap())
		return -EDEADLK;
	for (unsigned i = 0; i < party->count; i++)
		if (party->cases[i].chan->is_closing)
			return -EPIPE;
	return party->deadline == 0 ? -EAGAIN : 0;
}

PARKS static WOVEN int
wait_for_peer(struct party *party)
{
	int r;

	for (unsigned i = 0; i < party->count; i++)
		chan_report(party->cases[i].chan, party->cases[i].is_sender,
			    true);
	r = refusal(party);
	if (r < 0)
		return r;
	party_join(party);
	return conclude(party, task_park(&party->wait, party->deadline));
}

/* ---- meeting ---- */

PARKS static WOVEN int
step_aside(struct party *party)
{
	return conclude(party, task_yield(&party->wait));
}

/* Who has stored it has been answered long ago: the caller goes on. */
static int
take_stored(struct waiter *w, struct waiter *stored)
{
	w->party->met = w;
	waiter_take_off(stored);
	waiter_let_in(w->chan);
	if (w->party->delivery != NULL && !stored->is_error) {
		delivery_hold(stored, w);
		return 0;
	}
	waiter_hand_over(stored, w);
	count_handoff(w->chan);
	waiter_free_stored(stored);
	return 0;
}

/*
 * A sender is not answered before its value has been acknowledged: it stays
 * blocked, and the receiver's place is what the preference says.
 */
PARKS static int
be_held(struct waiter *w, struct waiter *receiver)
{
	struct party *party = w->party;

	delivery_hold(w, receiver);
	if (w->chan->preference == -1 && !w->chan->schedule_all)
		task_wake_next(receiver->party->task, 0);
	else
		task_wake(receiver->party->task, 0);
	return conclude(party, task_park(&party->wait, party_patience(party)));
}

PARKS static int
hold(struct waiter *w, struct waiter *sender)
{
	delivery_hold(sender, w);
	return w->chan->schedule_all ? step_aside(w->party) : 0;
}

PARKS static WOVEN int
exchange(struct waiter *w, struct waiter *peer, bool yields)
{
	waiter_hand_over(w->is_sender ? w : peer, w->is_sender ? peer : w);
	count_handoff(w->chan);
	if (w->chan->schedule_all || !yields)
		task_wake(peer->party->task, 0);
	else
		task_wake_next(peer->party->task, 0);
	if (!yields)
		return 0;
	w->peer = peer;
	peer->peer = w;
	return step_aside(w->party);
}

PARKS static WOVEN int
meet(struct waiter *w, struct waiter *peer)
{
	const struct chan *chan = w->chan;
	const struct waiter *sender = w->is_sender ? w : peer;
	const struct waiter *receiver = w->is_sender ? peer : w;
	bool prefers_peer = chan->preference == (w->is_sender ? -1 : 1);
	bool yields = chan->schedule_all || prefers_peer;
	bool holds = receiver->party->delivery != NULL && !sender->is_error;

	chan_report(w->chan, w->is_sender, false);
	if (peer->party == NULL)
		return take_stored(w, peer);
	if ((yields || (holds && w->is_sender)) && task_add_switch_trap(0) > 0)
		return -EDEADLK;
	/* To be held is to wait, and perhaps for ever. */
	if (holds && w->is_sender && task_is_leaving(w->party->task))
		return -EAGAIN;
	waiter_take_off(peer);
	w->party->met = w;
	if (!holds)
		return exchange(w, peer, yields);
	return w->is_sender ? be_held(w, peer) : hold(w, peer);
}

static int
store(struct waiter *w)
{
	chan_report(w->chan, true, false);
	if (waiter_store(w->chan, w->value, w->arrival, w->is_error) == NULL)
		return -ENOMEM;
	w->value = NULL;
	w->party->met = w;
	return 0;
}

PARKS static WOVEN int
transfer(struct party *party)
{
	struct waiter *w, *peer;

	party->wait.leave = leave;
	party->task = task_self();
	for (unsigned i = 0; i < party->count; i++) {
		w = &party->cases[i];
		peer = waiter_partner(w);
		if (peer != NULL)
			return meet(w, peer);
		if (w->is_sender && waiter_has_room(w->chan))
			return store(w);
	}
	return wait_for_peer(party);
}

int
party_transfer(struct party *party)
{
	return transfer(party);
}

/* ---- calls with one case ---- */

PARKS static WOVEN int
give(struct chan *chan, struct blob **value, int64_t deadline, bool is_error)
{
	struct waiter w;
	struct party party = { .cases = &w, .count = 1, .deadline = deadline };
	int r;

	waiter_init(&w, chan, &party, true);
	w.value = *value;
	w.is_error = is_error;
	r = transfer(&party);
	*value = w.value;
	if (r == 0 || r == -EREMOTEIO) {
		blob_unref(w.value);
		*value = party.reply;
	}
	return r;
}

int
chan_send(struct chan *chan, struct blob **value, int64_t deadline)
{
	return give(chan, value, deadline, false);
}

int
chan_send_exception(struct chan *chan, struct blob **error, int64_t deadline)
{
	return give(chan, error, deadline, true);
}

int
chan_send_sequence(struct chan *chan, struct blob **values, size_t count,
		   int64_t deadline, size_t *taken)
{
	int r = 0;

	for (*taken = 0; *taken < count; ++*taken) {
		r = chan_send(chan, &values[*taken], deadline);
		if (r < 0)
			break;
		values[*taken] = blob_unref(values[*taken]);
	}
	return r;
}

PARKS static WOVEN int
receive(struct party *party, struct chan *chan, struct blob **value)
{
	struct waiter w;
	int r;

	if (party->iterates && chan->is_closing && chan->balance <= 0)
		return -ENODATA;
	party->cases = &w;
	party->count = 1;
	waiter_init(&w, chan, party, false);
	r = transfer(party);
	if (r == 0 || r == -EREMOTEIO)
		*value = r == 0 ? w.value : party->reply;
	return r == 0 && w.is_error ? -EREMOTEIO : r;
}

int
party_receive(struct party *party, struct chan *chan, struct blob **value)
{
	return receive(party, chan, value);
}

int
chan_receive(struct chan *chan, struct blob **value, int64_t deadline)
{
	struct party party = { .deadline = deadline };

	return receive(&party, chan, value);
}

int
chan_next(struct chan *chan, struct blob **value, int64_t deadline)
{
	struct party party = { .deadline = deadline, .iterates = true };

	return receive(&party, chan, value);
}
