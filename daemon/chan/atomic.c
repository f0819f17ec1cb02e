/* SPDX-License-Identifier: MIT */
#include "chan/atomic.h"

#include "chan/waiter.h"

#include <errno.h>
#include <stdlib.h>

enum kind {
	SERVED,	  /* a receiver got a value */
	TAKEN,	  /* a sender, or a stored value, was met */
	STORED,	  /* a value came in without us */
	TOLD,	  /* a broadcast was made */
	RELEASED, /* somebody will be woken with an error */
	KEPT,	  /* the settings are remembered */
};

struct atomic_step {
	enum kind kind;
	struct chan *chan;
	struct waiter *waiter;
	struct blob **slot; /* the caller's; NULL: a share of a broadcast */
	int error;	    /* RELEASED */
	struct chan kept;   /* KEPT */
};

void
atomic_init(struct atomic *atomic)
{
	*atomic = (struct atomic){ 0 };
}

/* Room for one more step comes before it is done. */
static struct atomic_step *
reserve(struct atomic *atomic)
{
	size_t room = atomic->room > 0 ? 2 * atomic->room : 8;
	struct atomic_step *larger;

	if (atomic->count < atomic->room)
		return &atomic->steps[atomic->count];
	larger = reallocarray(atomic->steps, room, sizeof *larger);
	if (larger == NULL)
		return NULL;
	atomic->steps = larger;
	atomic->room = room;
	return &atomic->steps[atomic->count];
}

static int
add(struct atomic *atomic, struct atomic_step step)
{
	struct atomic_step *place = reserve(atomic);

	if (place == NULL)
		return -ENOMEM;
	*place = step;
	atomic->count++;
	return 0;
}

/* ---- doing ---- */

static int
serve(struct atomic *atomic, struct waiter *receiver, struct blob **slot,
      bool is_error)
{
	struct atomic_step step = { .kind = SERVED,
				    .chan = receiver->chan,
				    .waiter = receiver,
				    .slot = slot };

	if (add(atomic, step) < 0)
		return -ENOMEM;
	waiter_take_off(receiver);
	receiver->value = *slot;
	receiver->is_error = is_error;
	*slot = NULL;
	return 0;
}

static int
store(struct atomic *atomic, struct chan *chan, struct blob **slot,
      bool is_error)
{
	struct atomic_step step = { .kind = STORED,
				    .chan = chan,
				    .slot = slot };

	if (reserve(atomic) == NULL)
		return -ENOMEM;
	step.waiter = waiter_store(chan, *slot, chan->arrivals++, is_error);
	if (step.waiter == NULL)
		return -ENOMEM;
	*slot = NULL;
	return add(atomic, step);
}

/* Those who wait would be let in first; that comes with the commit. */
static bool
has_room(const struct chan *chan)
{
	if (PLANTED(ROOM_IN_SPITE))
		return chan->stored < chan->capacity;
	return chan->balance < (int64_t)chan->capacity;
}

int
atomic_send(struct atomic *atomic, struct chan *chan, struct blob **value,
	    bool is_error)
{
	struct waiter *receiver = waiter_first_receiver(chan);
	bool waits =
	    receiver != NULL && receiver->party->delivery != NULL && !is_error;

	if (waits)
		return -EAGAIN;
	if (receiver != NULL)
		return serve(atomic, receiver, value, is_error);
	if (chan->is_closing)
		return -EPIPE;
	return has_room(chan) ? store(atomic, chan, value, is_error) : -EAGAIN;
}

int
atomic_receive(struct atomic *atomic, struct chan *chan, struct blob **value,
	       bool iterates)
{
	struct waiter *offer = waiter_first_offer(chan);
	struct atomic_step step = {
		.kind = TAKEN, .chan = chan, .waiter = offer, .slot = value
	};

	if (iterates && chan->is_closing &&
	    (PLANTED(NEXT_BY_OFFER) ? offer == NULL : chan->balance <= 0))
		return -ENODATA;
	if (offer == NULL)
		return chan->is_closing ? -EPIPE : -EAGAIN;
	if (offer->is_error) {
		*value = blob_ref(offer->value);
		return -EREMOTEIO;
	}
	if (add(atomic, step) < 0)
		return -ENOMEM;
	waiter_take_off(offer);
	*value = offer->value;
	offer->value = NULL;
	return 0;
}

static int
share(struct atomic *atomic, struct waiter *receiver, struct blob *value)
{
	struct atomic_step step = { .kind = SERVED,
				    .chan = receiver->chan,
				    .waiter = receiver };

	if (add(atomic, step) < 0)
		return -ENOMEM;
	waiter_take_off(receiver);
	receiver->value = blob_ref(value);
	receiver->is_error = false;
	return 0;
}

int
atomic_broadcast(struct atomic *atomic, struct chan *chan, struct blob *value,
		 size_t *count)
{
	struct waiter *receiver;
	int r = add(atomic, (struct atomic_step){ .kind = TOLD, .chan = chan });

	*count = 0;
	while (r == 0 && (receiver = waiter_first_receiver(chan)) != NULL) {
		r = share(atomic, receiver, value);
		*count += r == 0;
	}
	return r;
}

int
atomic_keep(struct atomic *atomic, struct chan *chan)
{
	struct atomic_step step = { .kind = KEPT, .chan = chan, .kept = *chan };

	return add(atomic, step);
}

static int
release_queue(struct atomic *atomic, struct list *queue)
{
	struct atomic_step step = { .kind = RELEASED };

	while (!list_is_empty(queue)) {
		step.waiter = list_entry(queue->next, struct waiter, link);
		step.chan = step.waiter->chan;
		step.error = step.waiter->party->iterates ? -ENODATA : -EPIPE;
		if (add(atomic, step) < 0)
			return -ENOMEM;
		party_leave(step.waiter->party);
	}
	return 0;
}

int
atomic_close_and_wake(struct atomic *atomic, struct chan *chan)
{
	if (atomic_keep(atomic, chan) < 0)
		return -ENOMEM;
	chan->is_closing = chan->is_shut = true;
	if (release_queue(atomic, &chan->senders) < 0)
		return -ENOMEM;
	return release_queue(atomic, &chan->receivers);
}

/* ---- committing ---- */

static void
commit_served(const struct atomic_step *step)
{
	struct party *party = step->waiter->party;

	count_handoff(step->chan);
	if (step->slot != NULL)
		chan_report(step->chan, true, false);
	if (step->slot == NULL && party->delivery != NULL)
		delivery_hold(NULL, step->waiter);
	task_wake(party->task, 0);
}

static void
commit_taken(const struct atomic_step *step)
{
	chan_report(step->chan, false, false);
	count_handoff(step->chan);
	if (step->waiter->party == NULL)
		waiter_free_stored(step->waiter);
	else
		task_wake(step->waiter->party->task, 0);
}

static void
commit_step(const struct atomic_step *step)
{
	switch (step->kind) {
	case SERVED:
		commit_served(step);
		break;
	case TAKEN:
		commit_taken(step);
		break;
	case STORED:
	case TOLD:
		chan_report(step->chan, true, false);
		break;
	case RELEASED:
		task_wake(step->waiter->party->task, step->error);
		break;
	case KEPT:
		break;
	}
}

void
atomic_commit(struct atomic *atomic)
{
	for (size_t i = 0; i < atomic->count; i++)
		commit_step(&atomic->steps[PLANTED(COMMIT_BACKWARDS)
					       ? atomic->count - 1 - i
					       : i]);
	for (size_t i = 0; i < atomic->count; i++)
		waiter_let_in(atomic->steps[i].chan);
	free(atomic->steps);
	atomic_init(atomic);
}

/* ---- undoing ---- */

static void
undo_served(const struct atomic_step *step)
{
	struct waiter *receiver = step->waiter;

	if (step->slot != NULL)
		*step->slot = receiver->value;
	else
		blob_unref(receiver->value);
	receiver->value = NULL;
	receiver->is_error = false;
	party_join(receiver->party);
}

static void
undo_taken(const struct atomic_step *step)
{
	step->waiter->value = *step->slot;
	*step->slot = NULL;
	waiter_join_again(step->waiter);
}

static void
undo_stored(const struct atomic_step *step)
{
	*step->slot = step->waiter->value;
	step->waiter->value = NULL;
	waiter_take_off(step->waiter);
	waiter_free_stored(step->waiter);
}

static void
restore(const struct atomic_step *step)
{
	struct chan *chan = step->chan;

	chan->capacity = step->kept.capacity;
	if (!PLANTED(UNDO_FORGETS_SETTINGS))
		chan->preference = step->kept.preference;
	chan->schedule_all = step->kept.schedule_all;
	chan->is_closing = step->kept.is_closing;
	chan->is_shut = step->kept.is_shut;
}

static void
undo_step(const struct atomic_step *step)
{
	switch (step->kind) {
	case SERVED:
		undo_served(step);
		break;
	case TAKEN:
		undo_taken(step);
		break;
	case STORED:
		undo_stored(step);
		break;
	case RELEASED:
		if (!PLANTED(UNDO_FORGETS_RELEASED))
			party_join(step->waiter->party);
		break;
	case KEPT:
		restore(step);
		break;
	case TOLD:
		break;
	}
}

void
atomic_undo(struct atomic *atomic)
{
	while (atomic->count > 0)
		undo_step(&atomic->steps[--atomic->count]);
	free(atomic->steps);
	atomic_init(atomic);
}
