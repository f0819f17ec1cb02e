/* SPDX-License-Identifier: MIT */
/*
 * chan.h - a rendezvous channel.
 *
 * Two tasks meet here and one value changes hands. Whoever comes first waits;
 * the channel itself never stores a value. Rules and their order are those of
 * Stackless Python 3.7 (stackless.channel): who runs next is decided by
 * `preference` and `schedule_all`, read when the two meet:
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
 * Knows base/ and task/. Must never know names, sockets or msgpack.
 */
#ifndef CHAN_CHAN_H
#define CHAN_CHAN_H

#include "base/blob.h"
#include "base/list.h"
#include "task/task.h"

struct chan {
	struct list waiters; /* all senders or all receivers */
	int64_t balance;     /* + senders, - receivers that wait */
	uint64_t handoffs;   /* values that have changed hands */
	uint64_t arrivals;   /* who has come to meet somebody */
	int preference;	     /* -1 receivers, 1 senders, 0 whoever runs */
	bool schedule_all;
	bool is_closing;
};

/* A new, open channel: preference -1, schedule_all off. */
void chan_init(struct chan *chan);
/* Nobody may wait on it. */
void chan_fini(struct chan *chan);

/*
 * Hand `value` to a receiver, waiting until one comes.
 *
 *   value     given away on 0; on failure still the caller's
 *   deadline  0: do not wait; NO_DEADLINE: for ever
 *
 * 0, or when nobody waited to receive: -EDEADLK the task's block trap is set,
 * -EPIPE the channel is closing, -EAGAIN the deadline is 0; or, having
 * waited, -ETIMEDOUT or -ECANCELED.
 */
PARKS int chan_send(struct chan *chan, struct blob *value, int64_t deadline);

/* The same with an error: the receiver's call fails with -EREMOTEIO. */
PARKS int chan_send_exception(struct chan *chan, struct blob *error,
			      int64_t deadline);

/*
 * Take a value, waiting until a sender comes.
 *
 *   value  the caller's, on 0 and on -EREMOTEIO; else untouched
 *
 * 0, or -EREMOTEIO: the sender sent an error, `*value` is that. Otherwise
 * fails as chan_send() does.
 */
PARKS int chan_receive(struct chan *chan, struct blob **value,
		       int64_t deadline);

/*
 * Stackless's iteration: as chan_receive(), but first of all -ENODATA when
 * the channel is closing and no sender waits, even where receivers do.
 */
PARKS int chan_next(struct chan *chan, struct blob **value, int64_t deadline);

/*
 * Closing: nobody may begin to wait any more. Those who wait already stay,
 * and can still be served. Opening undoes it.
 */
void chan_close(struct chan *chan);
void chan_open(struct chan *chan);

/* Closing, and nobody waits. */
bool chan_is_closed(const struct chan *chan);

/* Sets it by its sign; returns the one now in force. */
int chan_set_preference(struct chan *chan, int64_t preference);

/*
 * The tasks that wait, in order: the first when `task` is NULL, else the one
 * behind it; NULL at the end. Stackless's `queue` is the first.
 */
struct task *chan_queue(const struct chan *chan, const struct task *task);

/* When the first of the queue began to wait, by sched_time(); else -1. */
int64_t chan_oldest(const struct chan *chan);

#endif
