/* SPDX-License-Identifier: MIT */
/*
 * delivery_methods.c - ack, nack, fail, extend.
 */
#include "rpc/call.h"
#include "rpc/receipt.h"

#include <errno.h>
#include <string.h>

/* Digits without the printf family: this is done for every message. */
static char *
put_hexadecimal(char *at, uint64_t number)
{
	for (int shift = 60; shift >= 0; shift -= 4)
		*at++ = "0123456789abcdef"[number >> shift & 15];
	return at;
}

static char *
put_decimal(char *at, uint64_t number)
{
	char digits[20];
	int count = 0;

	do
		digits[count++] = (char)('0' + number % 10);
	while ((number /= 10) > 0);
	while (count > 0)
		*at++ = digits[--count];
	return at;
}

static size_t
print(char text[RECEIPT_MOST], uint64_t boot, uint64_t number, uint64_t attempt)
{
	char *at = put_hexadecimal(text, boot);

	*at++ = '-';
	at = put_decimal(at, number);
	*at++ = '-';
	at = put_decimal(at, attempt);
	*at = '\0';
	return (size_t)(at - text);
}

size_t
receipt_print(const struct service *service, const struct delivery *delivery,
	      char text[RECEIPT_MOST])
{
	return print(text, service->boot, delivery_number(delivery),
		     delivery_attempt(delivery));
}

/* As many digits of that base as there are, whatever number that makes. */
static uint64_t
take_number(struct span *span, unsigned base)
{
	static const char digits[] = "0123456789abcdef";
	uint64_t number = 0;
	const char *digit;

	while (span->size > 0 && *span->data != '\0' &&
	       (digit = memchr(digits, *span->data, base)) != NULL) {
		number = number * base + (uint64_t)(digit - digits);
		span->data++;
		span->size--;
	}
	if (span->size > 0) {
		span->data++;
		span->size--;
	}
	return number;
}

/* Read and printed again it must be the same: there is one way to write it. */
static bool
parse(struct span span, uint64_t *boot, uint64_t *number, uint64_t *attempt)
{
	struct span rest = span;
	char again[RECEIPT_MOST];

	*boot = take_number(&rest, 16);
	*number = take_number(&rest, 10);
	*attempt = take_number(&rest, 10);
	return *attempt <= UINT32_MAX &&
	       print(again, *boot, *number, *attempt) == span.size &&
	       memcmp(again, span.data, span.size) == 0;
}

int
receipt_find(struct call *call, const char *name, struct span text,
	     struct delivery **delivery)
{
	uint64_t boot, number, attempt;

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
