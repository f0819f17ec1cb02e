/* SPDX-License-Identifier: MIT */
/*
 * delivery_methods.c - ack, nack, fail, extend.
 */
#include "rpc/call.h"
#include "rpc/receipt.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

size_t
receipt_print(const struct service *service, const struct delivery *delivery,
	      char text[RECEIPT_MOST])
{
	return (size_t)snprintf(text, RECEIPT_MOST,
				"%016" PRIx64 "-%" PRIu64 "-%" PRIu32,
				service->boot, delivery_number(delivery),
				delivery_attempt(delivery));
}

/* Read and printed again it must be the same: there is one way to write it. */
static bool
parse(struct span span, uint64_t *boot, uint64_t *number, uint32_t *attempt)
{
	char text[RECEIPT_MOST], again[RECEIPT_MOST];

	if (span.size >= sizeof text)
		return false;
	memcpy(text, span.data, span.size);
	text[span.size] = '\0';
	if (sscanf(text, "%16" SCNx64 "-%20" SCNu64 "-%10" SCNu32, boot, number,
		   attempt) != 3)
		return false;
	snprintf(again, sizeof again, "%016" PRIx64 "-%" PRIu64 "-%" PRIu32,
		 *boot, *number, *attempt);
	return span_is(span, again);
}

int
receipt_find(struct call *call, const char *name, struct span text,
	     struct delivery **delivery)
{
	uint64_t boot, number;
	uint32_t attempt;

	if (!parse(text, &boot, &number, &attempt))
		return call_fail(call, -EINVAL,
				 "%s: %s must be a delivery, as recv returned "
				 "it, not another string",
				 call->method->name, name);
	if (boot != call->service->boot)
		return call_fail(call, -ESTALE,
				 "this delivery was made before the daemon was "
				 "started again");
	*delivery = holder_find(&call->client->holder, number);
	return *delivery != NULL && delivery_attempt(*delivery) == attempt
		   ? 0
		   : -ESTALE;
}

/*
 * A value that had come in without its sender may have been what kept its
 * channel.
 */
static struct chan *
hold_channel(const struct delivery *delivery)
{
	struct chan *chan = delivery_chan(delivery);

	if (chan != NULL)
		hub_hold(chan);
	return chan;
}

static int
release_channel(struct call *call, struct chan *chan, int r)
{
	if (chan != NULL)
		hub_release(call->service->hub, chan);
	return r;
}

int
receipt_ack(struct call *call, struct delivery *delivery, struct blob *reply)
{
	struct chan *chan = hold_channel(delivery);

	return release_channel(call, chan, delivery_ack(delivery, reply));
}

static int
find(struct call *call, struct delivery **delivery)
{
	return receipt_find(call, "delivery", call_string(call, 0), delivery);
}

int
do_ack(struct call *call)
{
	struct delivery *delivery;
	struct blob *reply = NULL;
	int r = find(call, &delivery);

	if (r < 0)
		return r;
	if (call->given > 1) {
		reply = call_take(call, 1);
		if (reply == NULL)
			return -ENOMEM;
	}
	r = receipt_ack(call, delivery, reply);
	return r == 0 ? call_reply_nil(call) : r;
}

int
do_nack(struct call *call)
{
	struct delivery *delivery;
	int r = find(call, &delivery);

	if (r == 0)
		r = delivery_nack(delivery);
	return r == 0 ? call_reply_nil(call) : r;
}

int
do_fail(struct call *call)
{
	struct delivery *delivery;
	struct blob *error;
	struct chan *chan;
	int r = find(call, &delivery);

	if (r < 0)
		return r;
	error = call_make_error(call, 1);
	if (error == NULL)
		return -ENOMEM;
	chan = hold_channel(delivery);
	r = release_channel(call, chan, delivery_fail(delivery, error));
	return r == 0 ? call_reply_nil(call) : r;
}

int
do_extend(struct call *call)
{
	struct delivery *delivery;
	int r = find(call, &delivery);

	if (r == 0)
		r = delivery_extend(
		    delivery, call_nanoseconds(call->parameters[1].seconds));
	return r == 0 ? call_reply_nil(call) : r;
}
