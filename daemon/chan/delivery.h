/* SPDX-License-Identifier: MIT */
/*
 * delivery.h - acknowledged receive: the sender waits until its receiver has
 * settled the value.
 *
 * The rendezvous takes both out of their queues, but the sender stays blocked
 * (held). An acknowledgement lets its call succeed, a refusal makes it fail.
 * Given back, or lost because the holder ends or the lease runs out, the value
 * returns to where its sender stood, in front of all who came later; attempt
 * counts the deliveries. With whom the preference sides is obeyed as far as
 * that side can run: a held sender cannot, and is never put on R.
 *
 *   what happens          the sender
 *   delivery_ack          returns 0 with the reply
 *   delivery_fail         returns -EREMOTEIO with the error
 *   delivery_nack         is back in its queue, as if it had never been met
 *   lease out, holder     is back in its queue, in doubt: at its deadline it
 *   ends                  gets -EINPROGRESS
 *   its own deadline      returns -EINPROGRESS; the delivery is deserted
 *   it is killed          returns -ECANCELED; the delivery is deserted
 *
 * A deserted delivery can only be settled with -EOWNERDEAD. A value that had
 * come into the channel without its sender returns to the channel; refused,
 * it is dropped (-EOWNERDEAD: nobody can be told).
 */
#ifndef CHAN_DELIVERY_H
#define CHAN_DELIVERY_H

#include "chan/chan.h"
#include "task/timer.h"

/* Who may settle deliveries: one connection. */
struct holder {
	struct list deliveries;	    /* oldest first */
	struct delivery *by_number; /* the root of a tree of them */
	uint32_t count;
	uint32_t
	    wanted; /* that were made and have not ended: these, and more */
};

void holder_init(struct holder *holder);

/* All that it holds is lost; in their old order the values return. */
void holder_end(struct holder *holder);

/* The delivery of that number, or NULL: settled, lost, or never its own. */
struct delivery *holder_find(const struct holder *holder, uint64_t number);

/*
 * A delivery to be: memory and a timer are taken before anybody is met.
 *
 *   number  by which it will be known; never used twice
 *   lease   ns from when its receiver has it; 0: as long as its holder lives
 *
 * NULL when out of memory.
 */
struct delivery *delivery_new(struct holder *holder, uint64_t number,
			      int64_t lease);

/* Keep up to `most` that have ended for those that are new; at first none. */
void delivery_keep(size_t most);

/* NULL, always; NULL is welcome. Only one that was not delivered. */
struct delivery *delivery_free(struct delivery *delivery);

/*
 * chan_receive() and chan_next() to be acknowledged: after 0 the delivery is
 * its holder's, until it is settled or lost. On failure, and after
 * -EREMOTEIO, it is still the caller's.
 *
 *   value  a share of it; others may have one, so it must not be changed
 */
PARKS int delivery_receive(struct delivery *delivery, struct chan *chan,
			   struct blob **value, int64_t deadline);
PARKS int delivery_next(struct delivery *delivery, struct chan *chan,
			struct blob **value, int64_t deadline);

uint64_t delivery_number(const struct delivery *delivery);
/* The channel whose value it holds, or NULL. */
struct chan *delivery_chan(const struct delivery *delivery);
/* From 1. */
uint32_t delivery_attempt(const struct delivery *delivery);
/* Who waits for it to be settled, or NULL: nobody, or no more. */
const struct task *delivery_sender(const struct delivery *delivery);

/*
 * Settle: afterwards there is no such delivery. 0, or -EOWNERDEAD: the sender
 * has left, or there was none (broadcast: its ack is 0).
 *
 *   reply, error  given up in any case; the reply may be NULL
 */
int delivery_ack(struct delivery *delivery, struct blob *reply);
int delivery_fail(struct delivery *delivery, struct blob *error);
int delivery_nack(struct delivery *delivery);

/*
 * Let the lease end `lease` ns from now. 0, or -EOWNERDEAD, and then there
 * is no such delivery any more.
 */
int delivery_extend(struct delivery *delivery, int64_t lease);

#endif
