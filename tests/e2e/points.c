/* SPDX-License-Identifier: MIT */
/*
 * points.c - linked around the daemon's own objects: where POINT says, on the
 * way of the first value through them, the process stops itself.
 *
 *   parsed   the sender's call is understood, and nothing was done yet
 *   queued   its party stands on the channel, and is about to park
 *   matched  sender and receiver have met, and nothing parks in between
 *   taken    the receiver's call has been done: its answer is in its outbox
 *   acked    its acknowledgement has been done, likewise
 */
#include "chan/delivery.h"
#include "chan/waiter.h"
#include "rpc/dispatch.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

/* The linker's --wrap gives these names; no header can. */
PARKS int __real_chan_send(struct chan *chan, struct blob **value,
			   int64_t deadline);
PARKS int __wrap_chan_send(struct chan *chan, struct blob **value,
			   int64_t deadline);
void __real_party_join(struct party *party);
void __wrap_party_join(struct party *party);
void __real_waiter_take_off(struct waiter *w);
void __wrap_waiter_take_off(struct waiter *w);
int __real_delivery_ack(struct delivery *delivery, struct blob *reply);
int __wrap_delivery_ack(struct delivery *delivery, struct blob *reply);
PARKS int __real_dispatch(struct call *call, const struct frame *frame);
PARKS int __wrap_dispatch(struct call *call, const struct frame *frame);

static void
stop_at(const char *point)
{
	static bool has_stopped;
	const char *wanted = getenv("POINT");

	if (has_stopped || wanted == NULL || strcmp(wanted, point) != 0)
		return;
	has_stopped = true;
	raise(SIGSTOP);
}

int
__wrap_chan_send(struct chan *chan, struct blob **value, int64_t deadline)
{
	stop_at("parsed");
	return __real_chan_send(chan, value, deadline);
}

void
__wrap_party_join(struct party *party)
{
	__real_party_join(party);
	stop_at("queued");
}

void
__wrap_waiter_take_off(struct waiter *w)
{
	__real_waiter_take_off(w);
	stop_at("matched");
}

int
__wrap_delivery_ack(struct delivery *delivery, struct blob *reply)
{
	int r = __real_delivery_ack(delivery, reply);

	stop_at("acked");
	return r;
}

int
__wrap_dispatch(struct call *call, const struct frame *frame)
{
	bool receives = span_is(frame->method, "recv");
	int r = __real_dispatch(call, frame);

	if (receives)
		stop_at("taken");
	return r;
}
