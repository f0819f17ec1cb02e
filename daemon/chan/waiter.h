/* SPDX-License-Identifier: MIT */
/*
 * waiter.h - who waits on a channel, and how two of them meet; for the files
 * of this room alone.
 *
 * A call is a party; it has one case, or as a select several. A case stands
 * in the queue of its channel as a waiter. The first case that is met takes
 * the party off all the others. What was sent into a channel with capacity
 * stands there as a waiter without a party.
 *
 * Parties lie on the stacks of their tasks; whoever meets a waiter also takes
 * it off its queues, and nothing here is allocated for a meeting.
 */
#ifndef CHAN_WAITER_H
#define CHAN_WAITER_H

#include "chan/chan.h"

struct delivery;

/* Of this process, as there is one ring in it. */
extern struct chan_totals totals;

/* A value has changed hands, for good as far as we know. */
static inline void
count_handoff(struct chan *chan)
{
	chan->handoffs++;
	totals.handoffs++;
}

/* It has not, after all. */
static inline void
uncount_handoff(struct chan *chan)
{
	chan->handoffs--;
	totals.handoffs--;
}

struct party {
	struct wait wait;
	struct task *task;
	struct waiter *cases;
	struct waiter *met;  /* the case that was; NULL while all wait */
	struct waiter *only; /* the case that it still waits with, if not all */
	/*
	 * Of a receiver, which is to be filled in when it acknowledges; of a
	 * sender, which holds its value.
	 */
	struct delivery *delivery;
	struct blob *reply; /* what a delivery was settled with */
	int64_t deadline;
	unsigned count; /* of cases */
	bool is_queued;
	bool is_refused; /* `reply` is an exception */
	bool is_in_doubt;
	bool iterates;
};

void waiter_init(struct waiter *w, struct chan *chan, struct party *party,
		 bool is_sender);

/* The first that could give, and the first that could take; or NULL. */
struct waiter *waiter_first_offer(const struct chan *chan);
struct waiter *waiter_first_receiver(const struct chan *chan);

/* Who could meet `w` at once, or NULL. */
struct waiter *waiter_partner(const struct waiter *w);

/* A value or a party that was taken off, but not met after all. */
void waiter_join_again(struct waiter *w);

/* Off all the queues that it stands in: as a party, or as a value. */
void waiter_take_off(struct waiter *w);

/* Move the value; both are off their queues. */
void waiter_hand_over(struct waiter *from, struct waiter *to);

/*
 * A value that belongs to no task, at `arrival` in its channel's order. It
 * takes the value. NULL when out of memory: the value was not taken.
 */
struct waiter *waiter_store(struct chan *chan, struct blob *value,
			    uint64_t arrival, bool is_error);

/* It was taken, and nothing can bring it back. */
void waiter_free_stored(struct waiter *stored);

/* May a value come in without its sender? */
bool waiter_has_room(const struct chan *chan);

/* Let those who wait send into a channel that has room. */
void waiter_let_in(struct chan *chan);

/* A sender whose value has come back meets who waits, or waits again. */
void waiter_offer_again(struct waiter *sender);

/* The caller's part: meet who is there, or wait. See chan_select(). */
PARKS int party_transfer(struct party *party);

/* The same for a receiver with one case; see chan_receive(). */
PARKS int party_receive(struct party *party, struct chan *chan,
			struct blob **value);

/*
 * Into the queues, each case at the place that its coming gave it; and out
 * again.
 */
void party_join(struct party *party);
void party_leave(struct party *party);

/*
 * How long it waits while its value is held: not to wait at all was about
 * meeting somebody, and that has happened.
 */
int64_t party_patience(const struct party *party);

/* Wake it without a meeting, with an error. */
void party_release(struct party *party, int error);

/* Tell whoever asked; see chan_on_operation(). */
void chan_report(struct chan *chan, bool is_send, bool will_block);

/* ---- in delivery.c ---- */

/* The sender's value is held by the receiver now; the sender stays blocked. */
void delivery_hold(struct waiter *sender, struct waiter *receiver);

/* The receiver's call fails after all: as if the two had not met. */
void delivery_undo(struct delivery *delivery);

/* The sender whose value it holds leaves. */
void delivery_desert(struct delivery *delivery);

#endif
