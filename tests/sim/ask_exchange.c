/* SPDX-License-Identifier: MIT */
/*
 * ask_exchange.c - the parameters of requests that move values.
 */
#include "ask_parts.h"

/* ---- each kind of request: false when it makes no sense now ---- */

static bool
ask_send(unsigned verb)
{
	struct operation *o = add_operation(verb, out.s->channel);

	param_channel();
	if (verb == VERB_send_exception) {
		put_message(new_value(o, EXCEPTION));
		out.params += 2;
	} else {
		put_new(new_value(o, verb == VERB_broadcast ? COPY : PLAIN),
			verb == VERB_send_fat);
		out.params++;
	}
	if (verb != VERB_broadcast)
		param_timeout();
	return true;
}

static bool
ask_sequence(void)
{
	struct operation *o = add_operation(VERB_send_sequence, out.s->channel);
	unsigned count = out.s->options % 5;

	param_channel();
	out.at = put_array(out.at, count);
	for (unsigned i = 0; i < count; i++)
		number(new_value(o, PLAIN));
	out.params++;
	param_timeout();
	return true;
}

static void
put_ack(void)
{
	double lease = leases[out.s->options % 4];

	out.r->is_acking = true;
	text("ack");
	out.at = put_boolean(out.at, true);
	if (lease < 0)
		return;
	out.r->lease = (int64_t)(lease * 1e9);
	text("lease");
	seconds(lease);
}

static void
put_done(const struct delivery_seen *done, bool replies)
{
	text("done");
	text(done->receipt);
	note_ack(done);
	if (!replies)
		return;
	text("reply");
	number(new_reply(done));
}

static bool
ask_receive(unsigned verb)
{
	bool acks = verb == VERB_recv_ack || verb == VERB_next_ack ||
		    verb == VERB_recv_done;
	bool leases_it = acks && out.s->options % 4 > 0;
	bool replies = (out.s->options & 4) != 0;
	const struct delivery_seen *done =
	    verb == VERB_recv_done ? use_delivery(true) : NULL;
	unsigned options = acks + leases_it + has_timeout();

	if (done != NULL)
		options += 1 + replies;
	note_timeout();
	add_operation(verb, out.s->channel);
	param_channel();
	if (options == 0)
		return true;
	out.at = put_map(out.at, options);
	out.params++;
	if (acks)
		put_ack();
	if (done != NULL)
		put_done(done, replies);
	if (has_timeout())
		put_timeout();
	return true;
}

static bool
ask_settle(unsigned verb)
{
	struct delivery_seen *d = use_delivery(verb != VERB_extend);

	if (d == NULL)
		return false;
	param_text(d->receipt);
	if (verb == VERB_ack)
		note_ack(d);
	if (verb == VERB_ack && (out.s->options & 1)) {
		number(new_reply(d));
		out.params++;
	}
	d->is_nacked |= verb == VERB_nack && d->conn == out.r->conn;
	if (verb == VERB_fail) {
		char message[16];

		snprintf(message, sizeof message, "f%u", out.r->delivery - 1u);
		param_text("Sim");
		param_text(message);
		d->is_failed |= d->conn == out.r->conn;
	}
	if (verb == VERB_extend && d->conn == out.r->conn) {
		d->is_extended = true;
		if (sim.now + 20 * MS < d->earliest)
			d->earliest = sim.now + 20 * MS;
	}
	if (verb == VERB_extend) {
		seconds(0.02);
		out.params++;
	}
	return true;
}

static bool
ask_select(void)
{
	unsigned count = 1 + out.s->options % 3, channel;
	struct operation *o;

	out.at = put_array(out.at, count);
	for (unsigned i = 0; i < count; i++) {
		bool sends = (out.s->options >> (3 + i)) & 1;

		channel =
		    (out.s->channel + (out.s->pick >> i) % 3) % CHANNELS_MOST;
		o = add_operation(sends ? VERB_send : VERB_recv, channel);
		out.at = put_array(out.at, sends ? 3 : 2);
		text(sends ? "send" : "recv");
		text(channel_names[channel]);
		if (sends)
			number(new_value(o, PLAIN));
	}
	out.params++;
	param_timeout();
	return true;
}

/* ---- several at once ---- */

static void
put_part(unsigned verb, unsigned channel)
{
	struct operation *o = add_operation(verb, channel);
	const char *name = verb == VERB_shut	    ? "channel.close"
			   : verb == VERB_open	    ? "channel.open"
			   : verb == VERB_shut_wake ? "channel.close"
						    : verb_name(verb);
	bool sends = verb == VERB_send || verb == VERB_broadcast;
	bool sequence = verb == VERB_send_sequence;

	out.at = put_array(out.at, 2);
	text(name);
	out.at = put_array(out.at, verb == VERB_send_exception ? 3
				   : sends || sequence || verb == VERB_shut_wake
				       ? 2
				       : 1);
	text(channel_names[channel]);
	if (sends)
		put_new(new_value(o, verb == VERB_send ? PLAIN : COPY), false);
	else if (verb == VERB_send_exception)
		put_message(new_value(o, EXCEPTION));
	if (sequence) {
		out.at = put_array(out.at, 2);
		number(new_value(o, PLAIN));
		number(new_value(o, PLAIN));
	}
	if (verb == VERB_shut_wake) {
		out.at = put_map(out.at, 1);
		text("wake");
		out.at = put_boolean(out.at, true);
		sim.kills = true;
	}
	if (verb == VERB_shut || verb == VERB_shut_wake)
		sim.closes[channel] = true;
}

static bool
ask_atomic(void)
{
	static const uint8_t verbs[16] = {
		VERB_send,	    VERB_recv,	    VERB_send,
		VERB_recv,	    VERB_send,	    VERB_recv,
		VERB_send,	    VERB_recv,	    VERB_next,
		VERB_broadcast,	    VERB_broadcast, VERB_open,
		VERB_send,	    VERB_shut_wake, VERB_send_sequence,
		VERB_send_exception
	};
	unsigned count = 1 + out.s->options % OPERATIONS_MOST;
	unsigned verb, channel;

	out.at = put_array(out.at, count);
	for (unsigned i = 0; i < count; i++) {
		verb = verbs[noise_below(16)];
		channel = (out.s->channel + noise_below(2)) % CHANNELS_MOST;
		put_part(verb, channel);
	}
	out.params++;
	return true;
}

bool
ask_exchange(unsigned verb)
{
	switch (verb) {
	case VERB_send:
	case VERB_send_fat:
	case VERB_send_exception:
	case VERB_broadcast:
		return ask_send(verb);
	case VERB_send_sequence:
		return ask_sequence();
	case VERB_recv:
	case VERB_next:
	case VERB_recv_ack:
	case VERB_next_ack:
	case VERB_recv_done:
		return ask_receive(verb);
	case VERB_select:
		return ask_select();
	case VERB_atomic:
		return ask_atomic();
	default:
		return ask_settle(verb);
	}
}
