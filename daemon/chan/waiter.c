/* SPDX-License-Identifier: MIT */
/*
 * waiter.c - the queues of a channel, and what comes back to them.
 */
#include "chan/waiter.h"

#include "base/budget.h"
#include "task/sched.h"

#include <errno.h>
#include <stdlib.h>

struct chan_totals totals;

const struct chan_totals *
chan_totals(void)
{
	return &totals;
}

/* The queue's first, or NULL. */
static struct waiter *
first_of(const struct list *queue)
{
	return list_is_empty(queue)
		   ? NULL
		   : list_entry(queue->next, struct waiter, link);
}

void
waiter_init(struct waiter *w, struct chan *chan, struct party *party,
	    bool is_sender)
{
	*w = (struct waiter){ .chan = chan,
			      .party = party,
			      .since = sched_time(),
			      .arrival = chan->arrivals++,
			      .is_sender = is_sender };
	list_init(&w->link);
}

struct waiter *
waiter_first_receiver(const struct chan *chan)
{
	return first_of(&chan->receivers);
}

struct waiter *
waiter_first_offer(const struct chan *chan)
{
	struct waiter *sender = first_of(&chan->senders);
	struct waiter *stored = first_of(&chan->values);

	if (sender == NULL || stored == NULL)
		return sender != NULL ? sender : stored;
	return sender->arrival < stored->arrival ? sender : stored;
}

struct waiter *
waiter_partner(const struct waiter *w)
{
	return w->is_sender ? waiter_first_receiver(w->chan)
			    : waiter_first_offer(w->chan);
}

/* ---- joining and leaving ---- */

static struct list *
queue_of(const struct waiter *w)
{
	if (w->party == NULL)
		return &w->chan->values;
	return w->is_sender ? &w->chan->senders : &w->chan->receivers;
}

/*
 * Nearly everybody came last. Who returns stood near the head; or where many
 * do, behind the one that returned before.
 */
static struct list *
place_of(struct waiter *w)
{
	struct waiter *before = w->chan->returned;
	struct list *queue = queue_of(w), *place = queue;

	if (list_is_empty(queue) ||
	    list_entry(queue->prev, struct waiter, link)->arrival < w->arrival)
		return queue;
	if (before != NULL && before->arrival < w->arrival &&
	    queue_of(before) == queue)
		place = &before->link;
	do
		place = place->next;
	while (list_entry(place, struct waiter, link)->arrival < w->arrival);
	w->chan->returned = w;
	return place;
}

/* One more of its kind in the queues, or one less: `n` is 1 or -1. */
static void
count(const struct waiter *w, int n)
{
	w->chan->balance += w->is_sender ? n : -n;
	if (w->party == NULL) {
		w->chan->stored += (uint32_t)n;
		totals.values += (size_t)n;
	} else if (w->is_sender) {
		totals.senders += (size_t)n;
	} else {
		totals.receivers += (size_t)n;
	}
}

static void
join(struct waiter *w)
{
	list_insert_before(place_of(w), &w->link);
	count(w, 1);
}

static void
leave_queue(struct waiter *w)
{
	list_remove(&w->link);
	if (w->chan->returned == w)
		w->chan->returned = NULL;
	count(w, -1);
}

static bool
is_open(const struct waiter *w)
{
	return w->party->only == NULL || w->party->only == w;
}

void
party_join(struct party *party)
{
	for (unsigned i = 0; i < party->count; i++)
		if (is_open(&party->cases[i]))
			join(&party->cases[i]);
	party->is_queued = true;
	party->met = NULL;
}

void
waiter_join_again(struct waiter *w)
{
	if (w->party != NULL)
		party_join(w->party);
	else
		join(w);
}

void
waiter_take_off(struct waiter *w)
{
	struct party *party = w->party;

	if (party == NULL) {
		leave_queue(w);
		return;
	}
	for (unsigned i = 0; i < party->count; i++)
		if (!list_is_empty(&party->cases[i].link))
			leave_queue(&party->cases[i]);
	party->is_queued = false;
	party->met = w;
}

void
party_leave(struct party *party)
{
	waiter_take_off(party->cases);
	party->met = NULL;
}

void
party_release(struct party *party, int error)
{
	party_leave(party);
	task_wake(party->task, error);
}

void
waiter_hand_over(struct waiter *from, struct waiter *to)
{
	to->value = from->value;
	to->is_error = from->is_error;
	from->value = NULL;
}

/* ---- values without senders ---- */

struct waiter *
waiter_store(struct chan *chan, struct blob *value, uint64_t arrival,
	     bool is_error)
{
	struct waiter *stored = NULL;

	if (budget_take(sizeof *stored) &&
	    (stored = malloc(sizeof *stored)) == NULL)
		budget_give(sizeof *stored);
	if (stored == NULL)
		return NULL;
	*stored = (struct waiter){ .chan = chan,
				   .value = value,
				   .since = sched_time(),
				   .arrival = arrival,
				   .is_sender = true,
				   .is_error = is_error };
	list_init(&stored->link);
	join(stored);
	return stored;
}

void
waiter_free_stored(struct waiter *stored)
{
	blob_unref(stored->value);
	budget_give(sizeof *stored);
	free(stored);
}

bool
waiter_has_room(const struct chan *chan)
{
	return !chan->is_closing && chan->stored < chan->capacity &&
	       list_is_empty(&chan->senders);
}

/* Without memory its sender waits on: nothing is lost. */
static bool
let_in(struct waiter *w)
{
	struct waiter *stored =
	    waiter_store(w->chan, w->value, w->arrival, w->is_error);

	if (stored == NULL)
		return false;
	stored->since = w->since;
	stored->attempt = w->attempt;
	w->value = NULL;
	waiter_take_off(w);
	task_wake(w->party->task, 0);
	return true;
}

void
waiter_let_in(struct chan *chan)
{
	while (chan->stored < chan->capacity && !list_is_empty(&chan->senders))
		if (!let_in(first_of(&chan->senders)))
			break;
}

/* ---- coming back ---- */

int64_t
party_patience(const struct party *party)
{
	return party->deadline != 0 ? party->deadline : NO_DEADLINE;
}

/* It is blocked, if it was not already: it had given way. */
static void
block_again(struct party *party, int64_t deadline)
{
	if (!task_is_blocked(party->task))
		task_unready(party->task, deadline);
}

/* Nobody of these two runs. */
static void
meet_again(struct waiter *w, struct waiter *peer)
{
	struct waiter *sender = w->is_sender ? w : peer;
	struct waiter *receiver = w->is_sender ? peer : w;

	waiter_take_off(peer);
	if (w->party != NULL)
		w->party->met = w;
	if (receiver->party->delivery != NULL && !sender->is_error) {
		delivery_hold(sender, receiver);
		if (sender->party != NULL)
			block_again(sender->party,
				    party_patience(sender->party));
		task_wake(receiver->party->task, 0);
		return;
	}
	waiter_hand_over(sender, receiver);
	count_handoff(sender->chan);
	sender->peer = receiver;
	receiver->peer = sender;
	task_wake(receiver->party->task, 0);
	if (sender->party != NULL)
		task_wake(sender->party->task, 0);
}

static bool
try_again(struct waiter *w)
{
	struct waiter *peer = waiter_partner(w);

	if (peer == NULL)
		return false;
	meet_again(w, peer);
	waiter_let_in(w->chan); /* where a stored value was taken */
	return true;
}

static bool
try_all_again(struct party *party, struct waiter *first)
{
	if (try_again(first))
		return true;
	for (unsigned i = 0; i < party->count; i++)
		if (&party->cases[i] != first && is_open(&party->cases[i]) &&
		    try_again(&party->cases[i]))
			return true;
	return false;
}

static void
wait_again(struct party *party)
{
	party_join(party);
	block_again(party, party->deadline);
	if (party->is_queued && party->deadline == 0)
		party_release(party, -ETIMEDOUT); /* it would not wait */
	for (unsigned i = 0; i < party->count; i++)
		waiter_let_in(party->cases[i].chan);
}

static void
be_shut_out(struct party *party)
{
	party->met = NULL;
	block_again(party, NO_DEADLINE);
	task_wake(party->task, -EPIPE);
}

/* Nobody waits on what was closed with wake, with none of his cases. */
static bool
is_shut_out(const struct party *party)
{
	for (unsigned i = 0; i < party->count; i++)
		if (is_open(&party->cases[i]) && party->cases[i].chan->is_shut)
			return true;
	return false;
}

void
waiter_offer_again(struct waiter *sender)
{
	struct party *party = sender->party;

	if (party == NULL) {
		if (!try_again(sender))
			join(sender);
	} else if (sender->chan->is_shut) {
		be_shut_out(party);
	} else if (!try_all_again(party, sender)) {
		if (is_shut_out(party))
			be_shut_out(party);
		else
			wait_again(party);
	}
}
