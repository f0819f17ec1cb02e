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

size_t
receipt_print(const struct service *service, const struct delivery *delivery,
	      char text[RECEIPT_MOST])
{
	char *at = mempcpy(text, service->boot, BOOT_DIGITS);

	*at++ = '-';
	at = put_decimal(at, delivery_number(delivery));
	*at++ = '-';
	at = put_decimal(at, delivery_attempt(delivery));
	*at = '\0';
	return (size_t)(at - text);
}

/* A hyphen, and a number in the one way that there is to write it. */
static bool
take_number(struct span *rest, uint64_t *number)
{
	const uint8_t *at = rest->data + 1, *end = rest->data + rest->size;

	if (rest->size < 2 || rest->data[0] != '-' || *at < '0' || *at > '9' ||
	    (*at == '0' && at + 1 < end && at[1] != '-'))
		return false;
	*number = 0;
	for (; at < end && *at >= '0' && *at <= '9'; at++)
		if (__builtin_mul_overflow(*number, 10, number) ||
		    __builtin_add_overflow(*number, *at - '0', number))
			return false;
	*rest = (struct span){ at, (size_t)(end - at) };
	return true;
}

static bool
is_boot(const uint8_t *text)
{
	for (int i = 0; i < BOOT_DIGITS; i++)
		if (!(text[i] >= '0' && text[i] <= '9') &&
		    !(text[i] >= 'a' && text[i] <= 'f'))
			return false;
	return true;
}

static bool
parse(struct span text, uint64_t *number, uint64_t *attempt)
{
	struct span rest;

	if (text.size < BOOT_DIGITS || !is_boot(text.data))
		return false;
	rest.data = text.data + BOOT_DIGITS;
	rest.size = text.size - BOOT_DIGITS;
	return take_number(&rest, number) && take_number(&rest, attempt) &&
	       rest.size == 0 && *attempt <= UINT32_MAX;
}

int
receipt_find(struct call *call, const char *name, struct span text,
	     struct delivery **delivery)
{
	uint64_t number, attempt;

	if (!parse(text, &number, &attempt))
		return call_fail(call, -EINVAL,
				 "%s: %s must be a delivery, as recv returned "
				 "it, not another string",
				 call->method->name, name);
	if (memcmp(text.data, call->service->boot, BOOT_DIGITS) != 0)
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
