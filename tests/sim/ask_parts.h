/* SPDX-License-Identifier: MIT */
/*
 * ask_parts.h - what requests are put together of; for ask*.c alone.
 */
#ifndef SIM_ASK_PARTS_H
#define SIM_ASK_PARTS_H

#include "client.h"
#include "sim.h"

#include <string.h>

static const char *const channel_names[CHANNELS_MOST] = { "a", "bb", "c\u00e9",
							  "d" };

static const double timeouts[8] = { -1, -1, -1, 0, 0.001, 0.02, 1, -1 };
static const double leases[4] = { -1, 0.005, 0.05, 1 };

/* What is being written. */
struct asking {
	uint8_t *at;
	unsigned params;
	struct request *r;
	unsigned number; /* of `r` */
	const struct step *s;
};

extern struct asking out;

static inline void
text(const char *string)
{
	out.at = put_string(out.at, string, strlen(string));
}

static inline void
number(uint64_t value)
{
	out.at = put_unsigned(out.at, value);
}

static inline void
seconds(double value)
{
	out.at = put_float(out.at, value);
}

static inline void
param_text(const char *string)
{
	text(string);
	out.params++;
}

static inline void
param_channel(void)
{
	param_text(channel_names[out.s->channel]);
}

/* ---- values ---- */

static inline void
put_new(unsigned id, bool is_fat)
{
	static const uint8_t filling[20000];
	unsigned size = 600 + noise_below(sizeof filling - 600);

	if (!is_fat) {
		number(id);
		return;
	}
	out.at = put_array(out.at, 2);
	number(id);
	out.at = put_binary_head(out.at, size);
	memcpy(out.at, filling, size);
	out.at += size;
}

static inline struct operation *
add_operation(unsigned verb, unsigned channel)
{
	struct operation *o = &out.r->operations[out.r->count++];

	*o = (struct operation){ .verb = (uint8_t)verb,
				 .channel = (uint8_t)channel };
	return o;
}

/* A new value that this operation sends. */
static inline unsigned
new_value(struct operation *o, unsigned kind)
{
	unsigned id = ledger_value(kind, o->channel, out.number);

	if (o->count++ == 0)
		o->value = (uint16_t)id;
	return id;
}

static inline void
put_message(unsigned id)
{
	char message[16];

	snprintf(message, sizeof message, "v%u", id);
	text("Sim");
	text(message);
}

/* ---- options ---- */

static inline bool
has_timeout(void)
{
	return timeouts[out.s->timeout] >= 0;
}

static inline void
note_timeout(void)
{
	double given = timeouts[out.s->timeout];

	out.r->timeout = given < 0 ? -1 : (int64_t)(given * 1e9);
}

static inline void
put_timeout(void)
{
	text("timeout");
	seconds(timeouts[out.s->timeout]);
}

static inline void
param_timeout(void)
{
	note_timeout();
	if (!has_timeout())
		return;
	out.at = put_map(out.at, 1);
	put_timeout();
	out.params++;
}

/* ---- deliveries ---- */

static inline bool
is_useful(const struct delivery_seen *d)
{
	return d->conn == out.r->conn && d->asked == 0;
}

/* One of its own that is not settled; else, now and then, any. */
static inline unsigned
pick_delivery(void)
{
	unsigned found = 0, nth = out.s->pick % 4;

	for (unsigned i = ledger.deliveries; i-- > 0;)
		if (is_useful(&ledger.delivery[i])) {
			found = i + 1;
			if (nth-- == 0)
				return found;
		}
	if (found > 0 || ledger.deliveries == 0 || out.s->pick < 192)
		return found;
	return 1 + noise_below(ledger.deliveries);
}

static inline struct delivery_seen *
use_delivery(bool settles)
{
	unsigned i = pick_delivery();
	struct delivery_seen *d;

	if (i == 0)
		return NULL;
	d = &ledger.delivery[i - 1];
	out.r->delivery = (uint16_t)i;
	out.r->may_settle = settles;
	if (d->conn == out.r->conn)
		d->asked += settles;
	return d;
}

static inline unsigned
new_reply(const struct delivery_seen *d)
{
	unsigned id =
	    ledger_value(REPLY, ledger.value[d->value].channel, out.number);

	ledger.value[id].delivery = out.r->delivery;
	return id;
}

static inline void
note_ack(const struct delivery_seen *d)
{
	if (d->conn == out.r->conn)
		ledger.value[d->value].issued++;
}

/*
 * Write the parameters of a request that moves values, and enter these into
 * the ledger. False when it makes no sense now.
 */
bool ask_exchange(unsigned verb);

#endif
