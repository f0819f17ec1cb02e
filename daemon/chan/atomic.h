/* SPDX-License-Identifier: MIT */
/*
 * atomic.h - several operations, of which all happen or none does.
 *
 * No other task runs between them, as none of them waits: one that would have
 * to fails instead. What they have done so far can be seen on the channels,
 * but nobody is woken before atomic_commit(); that happens in the order in
 * which they were met, each to the tail, whatever the preference. The caller
 * goes on. atomic_undo() leaves every queue, value and setting as it was.
 */
#ifndef CHAN_ATOMIC_H
#define CHAN_ATOMIC_H

#include "chan/chan.h"

struct atomic {
	struct atomic_step *steps; /* done so far */
	size_t count;
	size_t room;
};

/* Begin. End with commit or undo, without a park before. */
void atomic_init(struct atomic *atomic);
void atomic_commit(struct atomic *atomic);
void atomic_undo(struct atomic *atomic);

/*
 * As chan_send() and chan_send_exception(): 0, -EPIPE, or -EAGAIN: it would
 * have to wait, for a receiver or because that one acknowledges; -ENOMEM.
 *
 *   value  on 0 it is taken, and comes back to `*value` by atomic_undo(): that
 *          must stay where it is until the end
 */
MUST_CHECK int atomic_send(struct atomic *atomic, struct chan *chan,
			   struct blob **value, bool is_error);

/*
 * As chan_receive() and, if `iterates`, chan_next(): 0, -EPIPE, -ENODATA,
 * -EAGAIN, -ENOMEM; -EREMOTEIO, `*value` is a share of the error, which was
 * not taken.
 *
 *   value  on 0 the value, which atomic_undo() takes away again
 */
MUST_CHECK int atomic_receive(struct atomic *atomic, struct chan *chan,
			      struct blob **value, bool iterates);

/* As chan_broadcast(), with the count in `*count`. 0, -ENOMEM. */
MUST_CHECK int atomic_broadcast(struct atomic *atomic, struct chan *chan,
				struct blob *value, size_t *count);

/* The settings may be changed after this: undo restores them. 0, -ENOMEM. */
MUST_CHECK int atomic_keep(struct atomic *atomic, struct chan *chan);

/* As chan_close_and_wake(). 0, -ENOMEM. */
MUST_CHECK int atomic_close_and_wake(struct atomic *atomic, struct chan *chan);

#endif
