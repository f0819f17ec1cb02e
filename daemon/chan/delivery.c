/* SPDX-License-Identifier: MIT */
#include "chan/delivery.h"

#include "base/pool.h"
#include "chan/waiter.h"
#include "task/sched.h"

#include <errno.h>
#include <stdlib.h>

struct delivery {
	struct list link; /* among its holder's, once delivered */
	struct delivery *below[2];
	struct timer lease;
	struct holder *holder;
	struct waiter *sender; /* whose value is held; NULL: it has left */
	uint64_t number;
	int64_t lease_ns;
	uint32_t attempt;
	bool is_broadcast; /* there never was a sender */
};

static struct pool pool = { .size = sizeof(struct delivery) };

void
delivery_keep(size_t most)
{
	pool_keep(&pool, most);
}

void
holder_init(struct holder *holder)
{
	*holder = (struct holder){ 0 };
	list_init(&holder->deliveries);
}

static struct delivery *
delivery_at(const struct list *link)
{
	return list_entry(link, struct delivery, link);
}

/* ---- by number ---- */

/*
 * A tree in which each bit of a number, from the lowest, says where to go on:
 * of a million that follow one another all are within twenty steps, and
 * whoever chooses which to keep gets no further than 64.
 */
static struct delivery **
place_of(struct delivery **root, uint64_t number)
{
	struct delivery **place = root;

	for (uint64_t bits = number;
	     *place != NULL && (*place)->number != number; bits >>= 1)
		place = &(*place)->below[bits & 1];
	return place;
}

/* One with nothing below it, down from there. */
static struct delivery **
leaf_of(struct delivery **place)
{
	struct delivery **below = (*place)->below;

	while (below[0] != NULL || below[1] != NULL) {
		place = &below[below[0] == NULL];
		below = (*place)->below;
	}
	return place;
}

/* Any leaf from below it can stand in its place: their bits agree so far. */
static void
take_from_tree(struct delivery *delivery)
{
	struct delivery **place =
	    place_of(&delivery->holder->by_number, delivery->number);
	struct delivery **end = leaf_of(place), *leaf = *end;

	*end = NULL;
	if (leaf == delivery)
		return;
	leaf->below[0] = delivery->below[0];
	leaf->below[1] = delivery->below[1];
	delivery->below[0] = delivery->below[1] = NULL;
	*place = leaf;
}

struct delivery *
holder_find(const struct holder *holder, uint64_t number)
{
	struct delivery *root = holder->by_number;

	return *place_of(&root, number);
}

/* ---- the sender's side ---- */

static void
unhold(struct delivery *delivery)
{
	struct waiter *sender = delivery->sender;

	if (sender == NULL)
		return;
	delivery->sender = NULL;
	sender->chan->held--;
	totals.held--;
	if (sender->party != NULL)
		sender->party->delivery = NULL;
}

void
delivery_desert(struct delivery *delivery)
{
	struct party *party = delivery->sender->party;

	unhold(delivery);
	party->is_in_doubt = true;
}

static void
hold_sender(struct delivery *delivery, struct waiter *sender)
{
	delivery->sender = sender;
	delivery->attempt = ++sender->attempt;
	sender->chan->held++;
	totals.held++;
	totals.deliveries++;
	totals.redeliveries += delivery->attempt > 1;
	if (sender->party != NULL)
		sender->party->delivery = delivery;
}

void
delivery_hold(struct waiter *sender, struct waiter *receiver)
{
	struct delivery *delivery = receiver->party->delivery;

	delivery->is_broadcast = sender == NULL;
	delivery->attempt = 1;
	if (sender != NULL) {
		receiver->value = blob_ref(sender->value);
		receiver->is_error = false;
		hold_sender(delivery, sender);
	}
	list_append(&delivery->holder->deliveries, &delivery->link);
	*place_of(&delivery->holder->by_number, delivery->number) = delivery;
	delivery->holder->count++;
}

/* ---- the receiver's side ---- */

static void expire(struct timer *timer);

struct delivery *
delivery_new(struct holder *holder, uint64_t number, int64_t lease)
{
	struct delivery *delivery = pool_take(&pool, false);

	if (delivery == NULL)
		return NULL;
	*delivery = (struct delivery){ .holder = holder,
				       .number = number,
				       .lease_ns = lease };
	list_init(&delivery->link);
	if (timer_init(&delivery->lease, expire) < 0) {
		pool_give(&pool, delivery);
		return NULL;
	}
	holder->wanted++;
	return delivery;
}

struct delivery *
delivery_free(struct delivery *delivery)
{
	if (delivery == NULL)
		return NULL;
	delivery->holder->wanted--;
	timer_fini(&delivery->lease);
	pool_give(&pool, delivery);
	return NULL;
}

/* It must not be lost before its receiver, which refers to it, has run. */
static int
begin_lease(struct delivery *delivery, int r)
{
	if (r == 0 && delivery->lease_ns > 0)
		timer_set(&delivery->lease, sched_time() + delivery->lease_ns);
	return r;
}

int
delivery_receive(struct delivery *delivery, struct chan *chan,
		 struct blob **value, int64_t deadline)
{
	struct party party = { .deadline = deadline, .delivery = delivery };

	return begin_lease(delivery, party_receive(&party, chan, value));
}

int
delivery_next(struct delivery *delivery, struct chan *chan, struct blob **value,
	      int64_t deadline)
{
	struct party party = { .deadline = deadline,
			       .delivery = delivery,
			       .iterates = true };

	return begin_lease(delivery, party_receive(&party, chan, value));
}

uint64_t
delivery_number(const struct delivery *delivery)
{
	return delivery->number;
}

const struct task *
delivery_sender(const struct delivery *delivery)
{
	const struct waiter *sender = delivery->sender;

	return sender != NULL && sender->party != NULL ? sender->party->task
						       : NULL;
}

struct chan *
delivery_chan(const struct delivery *delivery)
{
	return delivery->sender != NULL ? delivery->sender->chan : NULL;
}

uint32_t
delivery_attempt(const struct delivery *delivery)
{
	return delivery->attempt;
}

/* ---- settling ---- */

/* Out of the holder's hands: what it held, or NULL. */
static struct waiter *
take_from_holder(struct delivery *delivery)
{
	struct waiter *sender = delivery->sender;

	unhold(delivery);
	list_remove(&delivery->link);
	take_from_tree(delivery);
	delivery->holder->count--;
	timer_stop(&delivery->lease);
	return sender;
}

static struct waiter *
end(struct delivery *delivery)
{
	struct waiter *sender = take_from_holder(delivery);

	delivery_free(delivery);
	return sender;
}

static void
release_sender(struct waiter *sender, struct blob *reply, bool is_refused)
{
	struct party *party = sender->party;

	sender->value = blob_unref(sender->value);
	party->reply = reply;
	party->is_refused = is_refused;
	task_wake(party->task, 0);
}

int
delivery_ack(struct delivery *delivery, struct blob *reply)
{
	bool is_done = delivery->is_broadcast;
	struct waiter *sender = end(delivery);

	if (sender == NULL) {
		blob_unref(reply);
		return is_done ? 0 : -EOWNERDEAD;
	}
	count_handoff(sender->chan);
	if (sender->party != NULL) {
		release_sender(sender, reply, false);
		return 0;
	}
	blob_unref(reply);
	waiter_free_stored(sender);
	return 0;
}

int
delivery_fail(struct delivery *delivery, struct blob *error)
{
	struct waiter *sender = end(delivery);

	if (sender != NULL && sender->party != NULL) {
		release_sender(sender, error, true);
		return 0;
	}
	if (sender != NULL)
		waiter_free_stored(sender);
	blob_unref(error);
	return -EOWNERDEAD;
}

int
delivery_nack(struct delivery *delivery)
{
	struct waiter *sender = end(delivery);

	if (sender == NULL)
		return -EOWNERDEAD;
	waiter_offer_again(sender);
	return 0;
}

int
delivery_extend(struct delivery *delivery, int64_t lease)
{
	if (delivery->sender == NULL && !delivery->is_broadcast) {
		end(delivery);
		return -EOWNERDEAD;
	}
	timer_set(&delivery->lease, sched_time() + lease);
	return 0;
}

/* ---- losing ---- */

void
delivery_undo(struct delivery *delivery)
{
	struct waiter *sender = take_from_holder(delivery);

	if (sender == NULL)
		return;
	totals.deliveries--;
	totals.redeliveries -= sender->attempt > 1;
	sender->attempt--;
	waiter_offer_again(sender);
}

static void
lose(struct delivery *delivery)
{
	struct waiter *sender = end(delivery);

	if (sender == NULL)
		return;
	if (sender->party != NULL) {
		sender->party->is_in_doubt = true;
		sender->party->only = sender;
	}
	waiter_offer_again(sender);
}

static void
expire(struct timer *timer)
{
	lose(list_entry(timer, struct delivery, lease));
}

void
holder_end(struct holder *holder)
{
	while (!list_is_empty(&holder->deliveries))
		lose(delivery_at(holder->deliveries.next));
}
