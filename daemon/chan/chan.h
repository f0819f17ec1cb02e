/* SPDX-License-Identifier: MIT */
/*
 * chan.h - a rendezvous channel.
 *
 * Two tasks meet here and one value changes hands. Whoever comes first waits;
 * without a capacity the channel itself never stores a value. Rules and their
 * order are those of Stackless Python 3.7 (stackless.channel): who runs next
 * is decided by `preference` and `schedule_all`, read when the two meet:
 *
 *   schedule_all  preference  the caller   runs next       the other
 *   off           -1          sends        the receiver    -
 *   off           -1          receives     the caller      to the tail
 *   off            1          sends        the caller      to the tail
 *   off            1          receives     the sender      -
 *   off            0          either       the caller      to the tail
 *   on            any         either       R[1]            to the tail, then
 *                                                          the caller
 *
 * A caller that does not go on itself goes to the tail; its call returns when
 * its turn comes. First in, first out, over senders and over receivers.
 * Every operation takes constant time, however many wait.
 *
 * What Stackless does not have: deadlines, capacity, close with wake,
 * broadcast; and select.h, delivery.h, atomic.h. Where none of it is used,
 * none of it can be noticed.
 *
 * Knows base/ and task/. Must never know names, sockets or msgpack.
 */
#ifndef CHAN_CHAN_H
#define CHAN_CHAN_H

#include "base/blob.h"
#include "base/list.h"
#include "task/task.h"

struct chan {
	struct list senders;   /* in the order of their coming, as all three */
	struct list receivers; /* */
	struct list values;    /* that came in without their senders */
	struct waiter *returned; /* who came back last, if it still waits */
	int64_t balance;	 /* + senders and values, - receivers */
	uint64_t handoffs;	 /* values that have changed hands for good */
	uint64_t arrivals;	 /* who has come to meet somebody */
	uint32_t stored;	 /* values */
	uint32_t held;		 /* values that wait to be acknowledged */
	uint32_t capacity;
	int preference; /* -1 receivers, 1 senders, 0 whoever runs */
	bool schedule_all;
	bool is_closing;
	bool is_shut; /* closed with wake, and not opened since */
};

/* One case of a call that waits on a channel. Its fields are this room's. */
struct waiter {
	struct list link; /* in its queue, or in none */
	struct chan *chan;
	struct party *party; /* NULL: a value without its sender */
	struct waiter *peer; /* met, and neither has run since */
	struct blob *value;
	int64_t since;
	uint64_t arrival; /* its place among all that came */
	uint32_t attempt; /* how often the value was held */
	bool is_sender;
	bool is_error; /* the value is an exception */
};

/* A new, open channel: preference -1, schedule_all off, capacity 0. */
void chan_init(struct chan *chan);
/* Nobody may wait on it, and nothing of it be held; drops its values. */
void chan_fini(struct chan *chan);

/*
 * Hand `*value` to a receiver, waiting until one comes.
 *
 *   value     what to give: NULL afterwards once it has been taken, also
 *             where the call fails nevertheless (it was thrown out of it). On
 *             0 the reply of a receiver that acknowledged it, or NULL; on
 *             -EREMOTEIO the error. What is there is the caller's.
 *   deadline  monotonic ns; 0: meet somebody at once, or not at all;
 *             NO_DEADLINE: for ever
 *
 * 0, or when nobody waited to receive and the channel has no room (if it has,
 * -ENOMEM): -EDEADLK the task's block trap is set, -EPIPE the channel is
 * closing, -EAGAIN the deadline is 0; or, having waited, -ETIMEDOUT, -EPIPE
 * closed with wake, -ECANCELED or -EREMOTEIO thrown at this task. And where an
 * acknowledging receiver took it: -EREMOTEIO it refused it, -EINPROGRESS the
 * deadline came while it held the value, or after it had lost it.
 * -EDEADLK too where the switch trap is set and others would run; -EAGAIN where
 * the task is leaving, and an acknowledging receiver would have to take it.
 */
PARKS int chan_send(struct chan *chan, struct blob **value, int64_t deadline);

/*
 * The same with an error: the receiver's call fails with -EREMOTEIO. That is
 * never acknowledged.
 */
PARKS int chan_send_exception(struct chan *chan, struct blob **error,
			      int64_t deadline);

/*
 * chan_send() of one after the other, with one deadline for all.
 *
 *   values  as chan_send() says of each; the replies are dropped
 *   taken   how many were, also on failure
 *
 * 0, or what the send of values[*taken] failed with: the rest was not sent.
 */
PARKS int chan_send_sequence(struct chan *chan, struct blob **values,
			     size_t count, int64_t deadline, size_t *taken);

/*
 * Take a value, waiting until a sender comes.
 *
 *   value  the caller's, on 0, and on -EREMOTEIO the error, whether the
 *          sender sent it or it was thrown at this task; else untouched
 *
 * Otherwise fails as chan_send() does.
 */
PARKS int chan_receive(struct chan *chan, struct blob **value,
		       int64_t deadline);

/*
 * Stackless's iteration: as chan_receive(), but first of all -ENODATA when
 * the channel is closing and nothing is to come, even where receivers wait;
 * and for one that waits when the channel is closed with wake.
 */
PARKS int chan_next(struct chan *chan, struct blob **value, int64_t deadline);

/*
 * Give every receiver that waits at this moment a share of the value, in
 * their order, and let them go to the tail. Never waits. How many there were;
 * the value stays the caller's. One that acknowledges gets a delivery with no
 * sender behind it.
 */
size_t chan_broadcast(struct chan *chan, struct blob *value);

/*
 * Closing: nobody may begin to wait any more, nor leave a value behind. Those
 * who wait already stay, can still be served, and still come in where room
 * is made. Opening undoes it.
 */
void chan_close(struct chan *chan);
void chan_open(struct chan *chan);

/*
 * Close, and let everybody who waits go to the tail, in the order of the
 * queue, with -EPIPE, or -ENODATA from chan_next(). A value that is held and
 * comes back finds no queue: its sender gets -EPIPE. How many were woken.
 */
size_t chan_close_and_wake(struct chan *chan);

/* Withdraw all calls that wait: -ECANCELED, to the tail. How many. */
size_t chan_clear(struct chan *chan);

/* Closing, and nobody waits, nor any value. */
bool chan_is_closed(const struct chan *chan);

/* Sets it by its sign; returns the one now in force. */
int chan_set_preference(struct chan *chan, int64_t preference);

/*
 * Up to so many values may wait in the channel without their senders. A send
 * that finds room returns at once, and its caller goes on. A receiver takes
 * what came first, goes on, and makes room for the sender that has waited
 * longest, which goes to the tail. What is above a lowered capacity stays.
 */
void chan_set_capacity(struct chan *chan, uint32_t capacity);

/*
 * The tasks that wait, in order; NULL at the end. Stackless's `queue` is the
 * first.
 *
 *   place  where we are: NULL to begin with; good until somebody runs
 */
struct task *chan_queue(const struct chan *chan, const struct list **place);

/* When the first of the queue began to wait, by sched_time(); else -1. */
int64_t chan_oldest(const struct chan *chan);

/* Is what this task waits for that a receiver acknowledge its value? */
bool chan_is_held(const struct task *task);

/* Does it wait with a value that a receiver has, or has had and lost? */
bool chan_is_in_doubt(const struct task *task);

/* What all channels together have done, and hold now. */
struct chan_totals {
	uint64_t handoffs;
	uint64_t deliveries;   /* values that were held */
	uint64_t redeliveries; /* of these, not for the first time */
	size_t senders;	       /* cases that wait, as in the queues */
	size_t receivers;
	size_t values; /* that wait without their senders */
	size_t held;
};

const struct chan_totals *chan_totals(void);

/*
 * Tell `function` of every operation on every channel before anything else
 * happens (Stackless: set_channel_callback); NULL: nobody. It must only look.
 */
typedef void chan_operation_fn(struct chan *chan, struct task *task,
			       bool is_send, bool will_block);
void chan_on_operation(chan_operation_fn *function);

#endif
