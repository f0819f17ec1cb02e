/* SPDX-License-Identifier: MIT */
#include "chan/chan.h"

#include "task/sched.h"

#include <assert.h>
#include <errno.h>

/*
 * One task's part in a rendezvous; it lies on that task's stack for as long
 * as the call lasts. Whoever meets a waiter also takes it off the channel.
 */
struct waiter {
	struct wait wait;
	struct list link; /* in the channel's queue */
	struct chan *chan;
	struct task *task;
	struct waiter *peer; /* met, and has not run since either */
	struct blob *value;
	int64_t deadline;
	int64_t since;
	uint64_t arrival; /* its place among all that came */
	bool is_sender;
	bool is_error; /* the value is an exception */
};

void
chan_init(struct chan *chan)
{
	*chan = (struct chan){ .preference = -1 };
	list_init(&chan->waiters);
}

void
chan_fini(struct chan *chan)
{
	assert(list_is_empty(&chan->waiters));
}

static struct waiter *
first(const struct chan *chan)
{
	return list_is_empty(&chan->waiters)
		   ? NULL
		   : list_entry(chan->waiters.next, struct waiter, link);
}

static bool
is_queued(const struct waiter *w)
{
	return !list_is_empty(&w->link);
}

static void
join(struct waiter *w, struct list *place)
{
	list_insert_before(place, &w->link);
	w->chan->balance += w->is_sender ? 1 : -1;
}

static void
unlink_waiter(struct waiter *w)
{
	list_remove(&w->link);
	w->chan->balance -= w->is_sender ? 1 : -1;
}

static void
hand_over(struct waiter *w, struct waiter *peer)
{
	struct waiter *from = w->is_sender ? w : peer;
	struct waiter *to = w->is_sender ? peer : w;

	unlink_waiter(peer);
	w->chan->handoffs++;
	to->value = from->value;
	to->is_error = from->is_error;
	from->value = NULL;
}

/* Until one of them runs. */
static void
tie(struct waiter *w, struct waiter *peer)
{
	w->peer = peer;
	peer->peer = w;
}

/* In front of all but those that came first and have returned already. */
static struct list *
place_to_return(const struct waiter *sender)
{
	struct list *head = &sender->chan->waiters;
	struct list *place = head->next;

	while (place != head &&
	       list_entry(place, struct waiter, link)->arrival <
		   sender->arrival)
		place = place->next;
	return place;
}

/*
 * A receiver has been cancelled between the meeting and its next step. While
 * the sender has not been told of its success, that can be undone: it meets
 * whoever has begun to wait for a value since. Where nobody has, the value
 * returns to the head of the channel, and the sender waits again.
 */
static void
give_back(struct waiter *receiver)
{
	struct waiter *sender = receiver->peer;
	struct waiter *next = first(receiver->chan);

	if (sender == NULL || task_is_cancelled(sender->task))
		return;
	sender->value = receiver->value;
	receiver->value = NULL;
	sender->peer = receiver->peer = NULL;
	sender->chan->handoffs--;
	if (next != NULL && !next->is_sender) {
		hand_over(sender, next);
		tie(sender, next);
		task_wake(next->task, 0);
		return;
	}
	join(sender, place_to_return(sender));
	task_unready(sender->task, sender->deadline);
}

static bool
leave(struct wait *wait)
{
	struct waiter *w = list_entry(wait, struct waiter, wait);

	if (is_queued(w)) {
		unlink_waiter(w);
		return true;
	}
	if (!w->is_sender)
		give_back(w);
	return false;
}

/* It runs again: what was agreed with its peer stands. */
static int
conclude(struct waiter *w, int result)
{
	if (w->peer != NULL)
		w->peer->peer = NULL;
	if (result == -ETIMEDOUT && w->deadline == 0)
		return -EAGAIN; /* given back to one who would not wait */
	if (result < 0)
		return result;
	if (!w->is_sender && w->value == NULL)
		return -ECANCELED; /* it was given back */
	return 0;
}

static int
refusal(const struct waiter *w)
{
	if (task_block_trap())
		return -EDEADLK;
	if (w->chan->is_closing)
		return -EPIPE;
	return w->deadline == 0 ? -EAGAIN : 0;
}

PARKS static int
wait_for_peer(struct waiter *w)
{
	int r = refusal(w);

	if (r < 0)
		return r;
	join(w, &w->chan->waiters);
	return conclude(w, task_park(&w->wait, w->deadline));
}

PARKS static int
step_aside(struct waiter *w, struct waiter *peer)
{
	tie(w, peer);
	return conclude(w, task_yield(&w->wait));
}

PARKS static int
meet(struct waiter *w, struct waiter *peer)
{
	const struct chan *chan = w->chan;
	bool prefers_peer = chan->preference == (w->is_sender ? -1 : 1);

	hand_over(w, peer);
	if (chan->schedule_all || !prefers_peer)
		task_wake(peer->task, 0);
	else
		task_wake_next(peer->task, 0);
	return chan->schedule_all || prefers_peer ? step_aside(w, peer) : 0;
}

PARKS static int
transfer(struct waiter *w)
{
	struct waiter *peer = first(w->chan);

	list_init(&w->link);
	w->wait.leave = leave;
	w->task = task_self();
	w->since = sched_time();
	w->arrival = w->chan->arrivals++;
	if (peer == NULL || peer->is_sender == w->is_sender)
		return wait_for_peer(w);
	return meet(w, peer);
}

int
chan_send(struct chan *chan, struct blob *value, int64_t deadline)
{
	struct waiter w = { .chan = chan,
			    .value = value,
			    .deadline = deadline,
			    .is_sender = true };

	return transfer(&w);
}

int
chan_send_exception(struct chan *chan, struct blob *error, int64_t deadline)
{
	struct waiter w = { .chan = chan,
			    .value = error,
			    .deadline = deadline,
			    .is_sender = true,
			    .is_error = true };

	return transfer(&w);
}

int
chan_receive(struct chan *chan, struct blob **value, int64_t deadline)
{
	struct waiter w = { .chan = chan, .deadline = deadline };
	int r = transfer(&w);

	if (r < 0)
		return r;
	*value = w.value;
	return w.is_error ? -EREMOTEIO : 0;
}

int
chan_next(struct chan *chan, struct blob **value, int64_t deadline)
{
	if (chan->is_closing && chan->balance <= 0)
		return -ENODATA;
	return chan_receive(chan, value, deadline);
}

void
chan_close(struct chan *chan)
{
	chan->is_closing = true;
}

void
chan_open(struct chan *chan)
{
	chan->is_closing = false;
}

bool
chan_is_closed(const struct chan *chan)
{
	return chan->is_closing && chan->balance == 0;
}

int
chan_set_preference(struct chan *chan, int64_t preference)
{
	chan->preference = (preference > 0) - (preference < 0);
	return chan->preference;
}

struct task *
chan_queue(const struct chan *chan, const struct task *task)
{
	const struct list *link = &chan->waiters;

	/* A waiting task's wait is its waiter: no search for its place. */
	if (task != NULL)
		link = &list_entry(task_wait(task), struct waiter, wait)->link;
	link = link->next;
	if (link == &chan->waiters)
		return NULL;
	return list_entry(link, const struct waiter, link)->task;
}

int64_t
chan_oldest(const struct chan *chan)
{
	const struct waiter *w = first(chan);

	return w != NULL ? w->since : -1;
}
