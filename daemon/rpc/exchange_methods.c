/* SPDX-License-Identifier: MIT */
/*
 * exchange_methods.c - send, send_sequence, send_exception, broadcast, recv,
 * next.
 */
#include "rpc/call.h"
#include "rpc/receipt.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

/* Of what is told of a peer: an address, or a certificate's first name. */
enum { PEER_MOST = 100 };

/* ---- giving ---- */

/* A value on its way, or why there is none. */
static int
finish_send(struct call *call, int r, struct blob *value)
{
	if (r == 0)
		return call_reply(call, value);
	if (r == -EREMOTEIO)
		return call_raise(call, value);
	blob_unref(value);
	return r;
}

int
do_send(struct call *call)
{
	int64_t deadline = call_deadline(call);
	struct blob *value = NULL;
	struct chan *chan;
	int r = call_use_channel(call, &chan);

	if (r < 0)
		return r;
	value = call_take(call, 1);
	r = value != NULL ? chan_send(chan, &value, deadline) : -ENOMEM;
	call_release_channel(call, chan);
	return finish_send(call, r, value);
}

int
do_send_exception(struct call *call)
{
	int64_t deadline = call_deadline(call);
	struct blob *error;
	struct chan *chan;
	int r = call_use_channel(call, &chan);

	if (r < 0)
		return r;
	error = call_make_error(call, 1);
	r = error != NULL ? chan_send_exception(chan, &error, deadline)
			  : -ENOMEM;
	call_release_channel(call, chan);
	return finish_send(call, r, error);
}

/* Its values are copied one at a time: a byte of it may be one of them. */
struct sequence {
	struct blob *values; /* as they came */
	size_t count;
	size_t taken;
};

/* What was taken is taken: the error says how much that is. */
static int
finish_sequence(struct call *call, const struct sequence *sequence, int r)
{
	if (r == 0)
		return call_reply_unsigned(call, sequence->taken);
	call->taken = (int64_t)sequence->taken;
	return call_fail(call, r, "%zu of %zu taken", sequence->taken,
			 sequence->count);
}

/* As chan_send_sequence(), whose values are all there at once. */
PARKS static int
send_one(struct call *call, struct chan *chan, struct span span,
	 int64_t deadline)
{
	struct blob *value = blob_copy(span.data, span.size);
	int r = value != NULL ? chan_send(chan, &value, deadline) : -ENOMEM;

	if (r == -EREMOTEIO)
		return call_raise(call, value);
	blob_unref(value); /* or the reply, which nobody asked for */
	return r;
}

PARKS static int
send_each(struct call *call, struct chan *chan, struct sequence *sequence,
	  int64_t deadline)
{
	struct reader items = { blob_data(sequence->values),
				blob_data(sequence->values) +
				    blob_size(sequence->values) };
	struct span value;
	int r = 0;

	while (r == 0 && sequence->taken < sequence->count) {
		r = read_any(&items, &value);
		if (r == 0)
			r = send_one(call, chan, value, deadline);
		sequence->taken += r == 0;
	}
	return r;
}

int
do_send_sequence(struct call *call)
{
	int64_t deadline = call_deadline(call);
	struct reader items = call->parameters[1].array.items;
	struct sequence sequence = {
		.count = call->parameters[1].array.count,
	};
	struct chan *chan;
	int r = call_use_channel(call, &chan);

	if (r < 0)
		return r;
	sequence.values = call->take(
	    call->take_context,
	    (struct span){ items.at, (size_t)(items.end - items.at) });
	r = sequence.values != NULL ? send_each(call, chan, &sequence, deadline)
				    : -ENOMEM;
	call_release_channel(call, chan);
	blob_unref(sequence.values);
	return finish_sequence(call, &sequence, r);
}

int
do_broadcast(struct call *call)
{
	struct blob *value;
	struct chan *chan;
	size_t count;
	int r = call_use_channel(call, &chan);

	if (r < 0)
		return r;
	value = call_take(call, 1);
	count = value != NULL ? chan_broadcast(chan, value) : 0;
	call_release_channel(call, chan);
	if (value == NULL)
		return -ENOMEM;
	blob_unref(value);
	return call_reply_unsigned(call, count);
}

/* ---- taking ---- */

static int
check_options(struct call *call)
{
	const char *name = call->method->name;

	if (call_has(call, OPTION_lease) && !call_flag(call, OPTION_ack))
		return call_fail(call, -EINVAL,
				 "%s: lease needs ack: only what is to be "
				 "acknowledged is held",
				 name);
	if (call_has(call, OPTION_peer) && !call_flag(call, OPTION_ack))
		return call_fail(call, -EINVAL,
				 "%s: peer needs ack: only with a delivery is "
				 "there a place for it",
				 name);
	if (call_has(call, OPTION_reply) && !call_has(call, OPTION_done))
		return call_fail(call, -EINVAL,
				 "%s: reply needs done: the delivery that it "
				 "is the reply to",
				 name);
	return 0;
}

/* The delivery that this call settles first, or NULL. */
static int
find_done(struct call *call, struct delivery **done)
{
	*done = NULL;
	if (!call_has(call, OPTION_done))
		return 0;
	return receipt_find(call, "done", call->options[OPTION_done].span,
			    done);
}

static int64_t
lease_of(const struct call *call, const struct chan *chan)
{
	if (!call_has(call, OPTION_lease))
		return hub_lease(chan);
	return call_nanoseconds(call->options[OPTION_lease].seconds);
}

static int
make_delivery(struct call *call, const struct chan *chan, bool settles_one,
	      struct delivery **delivery)
{
	struct service *service = call->service;
	struct holder *holder = &call->client->holder;

	*delivery = NULL;
	if (!call_flag(call, OPTION_ack))
		return 0;
	if (holder->wanted - settles_one >= service->max_held)
		return call_fail(call, call_over(call, REFUSED_deliveries),
				 "this connection holds or waits for %u "
				 "deliveries, no more are allowed (max_held): "
				 "settle some",
				 holder->wanted);
	*delivery =
	    delivery_new(holder, ++service->deliveries, lease_of(call, chan));
	return *delivery != NULL ? 0 : -ENOMEM;
}

static int
settle(struct call *call, struct delivery *done)
{
	struct span given = call->options[OPTION_reply].span;
	struct blob *reply = NULL;

	if (done == NULL)
		return 0;
	if (call_has(call, OPTION_reply)) {
		reply = blob_copy(given.data, given.size);
		if (reply == NULL)
			return -ENOMEM;
	}
	return receipt_ack(call, done, reply);
}

/* Where the sender is, or nil: it has left, or was answered long ago. */
static uint8_t *
put_peer(uint8_t *at, const struct call *call, const struct delivery *delivery)
{
	const struct task *sender = delivery_sender(delivery);
	const struct worker *worker =
	    sender != NULL ? worker_find(call->service, task_id(sender)) : NULL;

	if (worker == NULL)
		return put_nil(at);
	return put_string(at, worker->client->peer,
			  strnlen(worker->client->peer, PEER_MOST));
}

/* [value, delivery, attempt], and with `peer` that. */
static int
reply_delivery(struct call *call, const struct delivery *delivery,
	       struct blob *value)
{
	bool has_peer = call_flag(call, OPTION_peer);
	char text[RECEIPT_MOST];
	size_t size = receipt_print(call->service, delivery, text);
	uint8_t head[PUT_MAX], tail[RECEIPT_MOST + PEER_MOST + 3 * PUT_MAX];
	const uint8_t *head_end = put_array(head, has_peer ? 4 : 3);
	uint8_t *tail_end = put_unsigned(put_string(tail, text, size),
					 delivery_attempt(delivery));

	if (has_peer)
		tail_end = put_peer(tail_end, call, delivery);
	return call_reply_within(
	    call, (struct span){ head, (size_t)(head_end - head) }, value,
	    (struct span){ tail, (size_t)(tail_end - tail) });
}

PARKS static WOVEN int
receive_plain(struct call *call, struct chan *chan, struct blob **value,
	      int64_t deadline)
{
	return call->method->run == do_next
		   ? chan_next(chan, value, deadline)
		   : chan_receive(chan, value, deadline);
}

PARKS static int
receive_held(struct call *call, struct chan *chan, struct delivery *delivery,
	     struct blob **value, int64_t deadline)
{
	int r = call->method->run == do_next
		    ? delivery_next(delivery, chan, value, deadline)
		    : delivery_receive(delivery, chan, value, deadline);

	if (r < 0)
		delivery_free(delivery);
	return r;
}

PARKS static WOVEN int
receive_from(struct call *call, struct chan *chan, struct delivery *delivery)
{
	int64_t deadline = call_deadline(call);
	struct blob *value = NULL;
	int r = delivery == NULL
		    ? receive_plain(call, chan, &value, deadline)
		    : receive_held(call, chan, delivery, &value, deadline);

	call_release_channel(call, chan);
	if (r == 0 && delivery != NULL)
		return reply_delivery(call, delivery, value);
	return finish_send(call, r, value);
}

/* All that can fail comes before `done` is settled. */
PARKS static WOVEN int
receive(struct call *call)
{
	struct delivery *done, *delivery;
	struct chan *chan;
	int r = call_check_alive(call);

	if (r == 0)
		r = check_options(call);
	if (r == 0)
		r = find_done(call, &done);
	if (r == 0)
		r = call_use_channel(call, &chan);
	if (r != 0)
		return r;
	r = make_delivery(call, chan, done != NULL, &delivery);
	if (r == 0) {
		r = settle(call, done);
		if (r == 0 && call->service->is_stopping)
			r = -ESHUTDOWN; /* that was all it could do */
		if (r == 0)
			return receive_from(call, chan, delivery);
		delivery_free(delivery);
	}
	call_release_channel(call, chan);
	return r;
}

int
do_recv(struct call *call)
{
	return receive(call);
}

int
do_next(struct call *call)
{
	return receive(call);
}
