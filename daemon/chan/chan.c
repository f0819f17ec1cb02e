/* SPDX-License-Identifier: MIT */
#include "chan/chan.h"

#include "chan/waiter.h"

#include <assert.h>
#include <errno.h>

void
chan_init(struct chan *chan)
{
	*chan = (struct chan){ .preference = -1 };
	list_init(&chan->senders);
	list_init(&chan->receivers);
	list_init(&chan->values);
}

void
chan_fini(struct chan *chan)
{
	struct waiter *stored;

	assert(list_is_empty(&chan->senders) &&
	       list_is_empty(&chan->receivers) && chan->held == 0);
	while (!list_is_empty(&chan->values)) {
		stored = waiter_first_offer(chan);
		waiter_take_off(stored);
		waiter_free_stored(stored);
	}
}

/* ---- settings ---- */

void
chan_close(struct chan *chan)
{
	chan->is_closing = true;
}

void
chan_open(struct chan *chan)
{
	chan->is_closing = chan->is_shut = false;
}

bool
chan_is_closed(const struct chan *chan)
{
	return chan->is_closing &&
	       (chan->balance == 0 || PLANTED(CLOSED_AT_ONCE));
}

int
chan_set_preference(struct chan *chan, int64_t preference)
{
	chan->preference = (preference > 0) - (preference < 0);
	return chan->preference;
}

void
chan_set_capacity(struct chan *chan, uint32_t capacity)
{
	chan->capacity = capacity;
	if (!PLANTED(CAPACITY_LETS_NOBODY_IN))
		waiter_let_in(chan);
}

/* ---- all who wait ---- */

static size_t
release_queue(struct list *queue, int error)
{
	struct party *party;
	size_t count = 0;

	while (!list_is_empty(queue)) {
		party = list_entry(queue->next, struct waiter, link)->party;
		party_release(party, error == -EPIPE && party->iterates &&
					     !PLANTED(NO_STOP)
					 ? -ENODATA
					 : error);
		count++;
	}
	return count;
}

/* Only of one and the same select can both queues hold a case. */
static size_t
release_all(struct chan *chan, int error)
{
	size_t count = release_queue(&chan->senders, error);

	return count + release_queue(&chan->receivers, error);
}

size_t
chan_close_and_wake(struct chan *chan)
{
	chan->is_closing = chan->is_shut = true;
	if (PLANTED(WAKES_NOBODY))
		return 0;
	return release_all(chan, -EPIPE);
}

size_t
chan_clear(struct chan *chan)
{
	return release_all(chan, -ECANCELED);
}

/* One receiver of many: no sender waits to hear of it. */
static void
give_share(struct waiter *receiver, struct blob *value)
{
	waiter_take_off(receiver);
	receiver->value = blob_ref(value);
	receiver->is_error = false;
	if (receiver->party->delivery != NULL)
		delivery_hold(NULL, receiver);
	task_wake(receiver->party->task, 0);
	count_handoff(receiver->chan);
}

size_t
chan_broadcast(struct chan *chan, struct blob *value)
{
	struct waiter *receiver;
	size_t count = 0;

	chan_report(chan, true, false);
	while ((receiver = waiter_first_receiver(chan)) != NULL) {
		give_share(receiver, value);
		count++;
		if (PLANTED(BROADCAST_TO_ONE))
			break;
	}
	return count;
}

/* ---- looking ---- */

/* Behind the senders come the receivers: one of these is empty, or nearly. */
struct task *
chan_queue(const struct chan *chan, const struct list **place)
{
	const struct list *link = *place;

	link = link == NULL ? chan->senders.next : link->next;
	if (link == &chan->senders)
		link = chan->receivers.next;
	if (link == &chan->receivers)
		return NULL;
	*place = link;
	return list_entry(link, const struct waiter, link)->party->task;
}

int64_t
chan_oldest(const struct chan *chan)
{
	const struct waiter *w = waiter_first_offer(chan);

	if (w == NULL)
		w = waiter_first_receiver(chan);
	return w != NULL ? w->since : -1;
}
