/* SPDX-License-Identifier: MIT */
/*
 * ask.c - from a step to the bytes of a request.
 */
#include "client.h"
#include "sim.h"

#include <string.h>

static const char *const channel_names[CHANNELS_MOST] = { "a", "bb", "c\u00e9",
							  "d" };

static const double timeouts[8] = { -1, -1, -1, 0, 0.001, 0.02, 1, -1 };
static const double leases[4] = { -1, 0.005, 0.05, 1 };

/* What is being written. */
static struct {
	uint8_t *at;
	unsigned params;
	struct request *r;
	unsigned number; /* of `r` */
	const struct step *s;
} out;

static void
text(const char *string)
{
	out.at = put_string(out.at, string, strlen(string));
}

static void
number(uint64_t value)
{
	out.at = put_unsigned(out.at, value);
}

static void
seconds(double value)
{
	out.at = put_float(out.at, value);
}

static void
param_text(const char *string)
{
	text(string);
	out.params++;
}

static void
param_channel(void)
{
	param_text(channel_names[out.s->channel]);
}

/* ---- values ---- */

static void
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

static struct operation *
add_operation(unsigned verb, unsigned channel)
{
	struct operation *o = &out.r->operations[out.r->count++];

	*o = (struct operation){ .verb = (uint8_t)verb,
				 .channel = (uint8_t)channel };
	return o;
}

/* A new value that this operation sends. */
static unsigned
new_value(struct operation *o, unsigned kind)
{
	unsigned id = ledger_value(kind, o->channel, out.number);

	if (o->count++ == 0)
		o->value = (uint16_t)id;
	return id;
}

static void
put_message(unsigned id)
{
	char message[16];

	snprintf(message, sizeof message, "v%u", id);
	text("Sim");
	text(message);
}

/* ---- options ---- */

static bool
has_timeout(void)
{
	return timeouts[out.s->timeout] >= 0;
}

static void
note_timeout(void)
{
	double given = timeouts[out.s->timeout];

	out.r->timeout = given < 0 ? -1 : (int64_t)(given * 1e9);
}

static void
put_timeout(void)
{
	text("timeout");
	seconds(timeouts[out.s->timeout]);
}

static void
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

static bool
is_useful(const struct delivery_seen *d)
{
	return d->conn == out.r->conn && d->asked == 0;
}

/* One of its own that is not settled; else, now and then, any. */
static unsigned
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

static struct delivery_seen *
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

static unsigned
new_reply(const struct delivery_seen *d)
{
	unsigned id =
	    ledger_value(REPLY, ledger.value[d->value].channel, out.number);

	ledger.value[id].delivery = out.r->delivery;
	return id;
}

static void
note_ack(const struct delivery_seen *d)
{
	if (d->conn == out.r->conn)
		ledger.value[d->value].issued++;
}

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

	out.at = put_array(out.at, count);
	for (unsigned i = 0; i < count; i++)
		put_part(verbs[noise_below(16)],
			 (out.s->channel + noise_below(2)) % CHANNELS_MOST);
	out.params++;
	return true;
}

static bool put_verb(unsigned verb);

static const char *
method_of(unsigned verb)
{
	static const char *const names[VERBS] = {
		[VERB_send_fat] = "send",
		[VERB_recv_ack] = "recv",
		[VERB_next_ack] = "next",
		[VERB_recv_done] = "recv",
		[VERB_open] = "channel.open",
		[VERB_shut] = "channel.close",
		[VERB_shut_wake] = "channel.close",
		[VERB_clear] = "channel.clear",
		[VERB_info] = "channel.info",
		[VERB_list] = "channel.list",
		[VERB_watch] = "channel.watch",
		[VERB_spawn] = "task.spawn",
		[VERB_wait] = "task.wait",
		[VERB_kill] = "task.kill",
		[VERB_throw] = "task.throw",
		[VERB_schedule] = "task.schedule",
		[VERB_park] = "task.park",
		[VERB_wake] = "task.wake",
		[VERB_tasks] = "task.list",
		[VERB_stats] = "server.stats",
		[VERB_invalid] = "send",
	};

	return names[verb] != NULL ? names[verb] : verb_name(verb);
}

/* The params of what is spawned have a head of their own. */
static bool
ask_spawn(void)
{
	static const uint8_t verbs[8] = { VERB_send,   VERB_recv,
					  VERB_select, VERB_recv_ack,
					  VERB_next,   VERB_send_sequence,
					  VERB_park,   VERB_recv };
	unsigned verb = verbs[out.s->pick % 8], outer = out.number;
	unsigned inner = ledger_request(verb, out.r->conn);
	uint8_t *head;

	if (inner == 0)
		return false;
	out.r->inner = (uint16_t)inner;
	text(method_of(verb));
	head = out.at++;
	out.r = &ledger.request[inner];
	out.r->is_spawned = true;
	out.number = inner;
	out.params = 0;
	put_verb(verb);
	put_array(head, out.params); /* of one byte, as they are few */
	out.r = &ledger.request[outer];
	out.number = outer;
	out.params = 2;
	return true;
}

/* ---- what is about others ---- */

static bool
ask_wait(void)
{
	unsigned found = 0, nth = out.s->pick % 4;

	for (unsigned i = ledger.requests; i > 0; i--)
		if (ledger.request[i].task != 0 &&
		    ledger.request[i].code == CODE_NONE) {
			found = i;
			if (nth-- == 0)
				break;
		}
	if (found == 0)
		return false;
	out.r->inner = (uint16_t)found;
	number(ledger.request[found].task);
	out.params++;
	param_timeout();
	return true;
}

/* Any task that there is. */
static uint64_t
pick_task(void)
{
	const struct list *link = &sim.service.workers;
	unsigned nth = out.s->pick % 16;

	do
		link = link->next;
	while (nth-- > 0);
	if (link == &sim.service.workers)
		return 0;
	return list_entry(link, const struct worker, link)->id;
}

static void
put_pending(void)
{
	if ((out.s->options & 1) == 0)
		return;
	out.at = put_map(out.at, 1);
	text("pending");
	out.at = put_boolean(out.at, true);
	out.params++;
}

static bool
ask_task(unsigned verb)
{
	uint64_t task = pick_task();

	if (task == 0)
		return false;
	number(task);
	out.params++;
	if (verb == VERB_throw) {
		param_text("Sim");
		param_text("t0");
	}
	if (verb == VERB_kill)
		sim.kills = true;
	if (verb != VERB_wake)
		put_pending();
	return true;
}

static bool
ask_cancel(void)
{
	unsigned i = conns[out.r->conn].first, nth = out.s->pick % 4;

	while (i != 0 && nth-- > 0)
		i = ledger.request[i].next;
	if (i == 0)
		return false;
	sim.kills = true;
	number(i);
	out.params++;
	return true;
}

/* ---- what is about a channel ---- */

static bool
ask_open(void)
{
	param_channel();
	out.params++;
	out.at = put_map(out.at, 3);
	text("preference");
	out.at = put_integer(out.at, (int)(out.s->options % 3) - 1);
	text("schedule_all");
	out.at = put_boolean(out.at, out.s->options >> 2 & 1);
	text("capacity");
	number(out.s->options & 0x38 ? 0 : out.s->pick % 4);
	sim.stores[out.s->channel] |= (out.s->options & 0x38) == 0;
	return true;
}

static bool
ask_shut(bool wakes)
{
	param_channel();
	sim.closes[out.s->channel] = true;
	if (!wakes)
		return true;
	out.at = put_map(out.at, 1);
	text("wake");
	out.at = put_boolean(out.at, true);
	out.params++;
	return true;
}

static bool
put_verb(unsigned verb)
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
	case VERB_ack:
	case VERB_nack:
	case VERB_fail:
	case VERB_extend:
		return ask_settle(verb);
	case VERB_select:
		return ask_select();
	case VERB_atomic:
		return ask_atomic();
	case VERB_open:
		return ask_open();
	case VERB_shut:
	case VERB_shut_wake:
		return ask_shut(verb == VERB_shut_wake);
	case VERB_clear:
		sim.kills = true;
		param_channel();
		return true;
	case VERB_info:
		param_channel();
		return true;
	case VERB_watch:
		param_text("*");
		return true;
	case VERB_cancel:
		return ask_cancel();
	case VERB_spawn:
		return ask_spawn();
	case VERB_wait:
		return ask_wait();
	case VERB_kill:
	case VERB_throw:
	case VERB_wake:
		return ask_task(verb);
	case VERB_park:
		param_timeout();
		return true;
	default: /* without parameters; one too few is invalid */
		return true;
	}
}

static size_t
put_head(uint8_t *head, unsigned msgid, const char *method, unsigned params,
	 bool is_notification)
{
	uint8_t *end = head;

	if (!is_notification)
		return (size_t)(put_request(head, msgid, method, params) -
				head);
	end = put_unsigned(put_array(head, 3), 2);
	end = put_array(put_string(end, method, strlen(method)), params);
	return (size_t)(end - head);
}

enum { HEAD_MOST = 100 };

static void
begin(unsigned conn, unsigned number_, uint8_t *bytes, const struct step *s)
{
	out.at = bytes + HEAD_MOST;
	out.params = 0;
	out.number = number_;
	out.r = &ledger.request[number_];
	out.s = s;
	out.r->is_serial = !conns[conn].is_concurrent;
}

/* The head comes last, when all is known, and both are put together. */
static size_t
end(uint8_t *bytes, const char *method)
{
	size_t body = (size_t)(out.at - bytes) - HEAD_MOST;
	size_t head = put_head(bytes, out.number, method, out.params,
			       out.r->is_notification);

	memmove(bytes + head, bytes + HEAD_MOST, body);
	return head + body;
}

unsigned
ask_put(const struct step *step, unsigned conn, uint8_t *bytes, size_t *size)
{
	unsigned r = ledger_request(step->verb, conn);

	if (r == 0)
		return 0;
	begin(conn, r, bytes, step);
	if (!put_verb(step->verb)) {
		ledger.requests = r - 1;
		return 0;
	}
	out.r->is_notification =
	    step->verb != VERB_spawn && (step->noise & 31) == 31;
	*size = end(bytes, method_of(step->verb));
	return r;
}

unsigned
ask_hello(unsigned conn, bool concurrent, bool array, uint8_t *bytes,
	  size_t *size)
{
	static const struct step none;
	unsigned r = ledger_request(VERB_ping, conn);

	if (r == 0)
		return 0;
	begin(conn, r, bytes, &none);
	out.at = put_map(out.at, 2);
	text("concurrent");
	out.at = put_boolean(out.at, concurrent);
	text("errors");
	text(array ? "array" : "string");
	out.params = 1;
	*size = end(bytes, "hello");
	return r;
}
