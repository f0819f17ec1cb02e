/* SPDX-License-Identifier: MIT */
/*
 * select.h - wait on several channels for the first rendezvous.
 */
#ifndef CHAN_SELECT_H
#define CHAN_SELECT_H

#include "chan/chan.h"

/*
 * One case. The same channel may stand in several of them, on either side.
 *
 *   value  what to send; or to receive: NULL
 */
struct select_case {
	struct chan *chan;
	struct blob *value;
	bool is_send;
};

/*
 * Do one of the `count` cases (1 or more): of those that can go at once the
 * first. Otherwise wait on all the channels, in each one's order; the first
 * that is met takes the task off all the others. Who runs next is decided by
 * that channel and that pair, as ever. Two selects can meet, but not one
 * itself.
 *
 * A select whose value was held, and has come back because its receiver died
 * or was late, has made its choice: it waits on with that case alone.
 *
 *   cases     after 0 or more: that case's value is what was received, or the
 *             reply, or NULL. After -EREMOTEIO the values of the case that
 *             was met are gone. All others are still the caller's.
 *   waiters   room for `count` of them, the caller's, while it waits
 *   error     what -EREMOTEIO is about; the caller's
 *
 * The index of the case; or the errors of chan_send() and chan_receive(),
 * -EPIPE when no case can go at once and any of the channels is closing.
 */
PARKS int chan_select(struct select_case *cases, struct waiter *waiters,
		      unsigned count, int64_t deadline, struct blob **error);

#endif
