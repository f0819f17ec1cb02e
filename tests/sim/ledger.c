/* SPDX-License-Identifier: MIT */
#include "ledger.h"

#include "answer.h"
#include "client.h"
#include "sim.h"

#include <stdlib.h>
#include <string.h>

struct ledger ledger;

void
ledger_begin(void)
{
	ledger.requests = ledger.values = ledger.deliveries = 0;
}

unsigned
ledger_request(unsigned verb, unsigned conn)
{
	struct request *r;

	if (ledger.requests + 2 >= REQUESTS_MOST)
		return 0;
	r = &ledger.request[++ledger.requests];
	*r = (struct request){ .verb = (uint8_t)verb,
			       .conn = (uint8_t)conn,
			       .timeout = -1,
			       .issued = sim.now,
			       .turned = sim.turned };
	return ledger.requests;
}

unsigned
ledger_value(unsigned kind, unsigned channel, unsigned request)
{
	must(ledger.values + 2 < VALUES_MOST, "the ledger is full of values");
	ledger.value[++ledger.values] =
	    (struct value){ .kind = (uint8_t)kind,
			    .channel = (uint8_t)channel,
			    .request = (uint16_t)request };
	return ledger.values;
}

/* ---- what a receiver was told ---- */

/* Could this delivery have ended without its holder's doing? */
static bool
may_have_ended(const struct delivery_seen *d)
{
	return d->is_settled || d->asked > 0 || !conns[d->conn].is_there ||
	       conns[d->conn].is_ended || conns[d->conn].has_erred ||
	       sockets[d->conn].is_half_closed || sockets[d->conn].is_hurt ||
	       sim.kills || sim.fails_memory || sim.now >= d->earliest;
}

/* Whoever had it before this attempt must have lost it. */
static void
check_not_held(unsigned id, unsigned attempt)
{
	const struct delivery_seen *d;

	if (ledger.value[id].kind == COPY || ledger.value[id].held == 0)
		return;
	for (unsigned i = 0; i < ledger.deliveries; i++) {
		d = &ledger.delivery[i];
		if (d->value != id || d->attempt >= attempt)
			continue;
		must(!d->is_acked,
		     "a value was given away that was acknowledged");
		must(may_have_ended(d), "a value was given away that is held");
	}
}

static void
check_failed_not(const struct value *v)
{
	must(v->code != CODE_TIMEOUT && v->code != CODE_WOULDBLOCK &&
		 v->code != CODE_LIMIT,
	     "a value was received whose sender was told that it was not");
}

static struct value *
find_value(uint64_t id, unsigned channel)
{
	must(id >= 1 && id <= ledger.values, "a value that nobody has sent");
	must(ledger.value[id].kind != REPLY, "a reply was received");
	must(ledger.value[id].channel == channel,
	     "a value was received on another channel");
	return &ledger.value[id];
}

static void
received(uint64_t id, unsigned channel)
{
	struct value *v = find_value(id, channel);

	check_failed_not(v);
	must(v->code == CODE_NONE || v->code == CODE_OK || v->kind == COPY,
	     "a value was received whose sender was told that it was not");
	must(v->plain == 0 || v->kind == COPY, "a value was received twice");
	check_not_held((unsigned)id, UINT8_MAX);
	v->plain++;
}

/* A value, or [value, filling]. */
static uint64_t
read_value(struct reader *reader)
{
	uint64_t id = 0;
	uint32_t count;
	struct span filling;

	if (read_array(reader, &count) == 0) {
		must(count == 2 && read_unsigned(reader, &id) == 0 &&
			 read_any(reader, &filling) == 0,
		     "a fat value has changed");
		return id;
	}
	must(read_unsigned(reader, &id) == 0, "what was received is no value");
	return id;
}

static void
delivered(const struct request *r, unsigned channel)
{
	struct delivery_seen *d = &ledger.delivery[ledger.deliveries];
	struct reader *at = &answer.result;
	uint32_t count;
	uint64_t id, attempt = 0;
	struct span receipt = { 0 };
	struct value *v;

	must(read_array(at, &count) == 0 && count == 3, "no delivery");
	id = read_value(at);
	must(read_string(at, &receipt) == 0 && receipt.size < 48 &&
		 read_unsigned(at, &attempt) == 0 && attempt > 0,
	     "no delivery");
	v = find_value(id, channel);
	/* Of a task that was waited for this is old news. */
	if (!r->is_spawned)
		check_not_held((unsigned)id, (unsigned)attempt);
	check_failed_not(v);
	must(v->kind == COPY || attempt > 31 ||
		 (v->attempts & 1u << attempt) == 0,
	     "two deliveries are the same attempt");
	v->attempts |= attempt < 32 ? 1u << attempt : 0;
	v->held++;
	must(++ledger.deliveries < DELIVERIES_MOST, "too many deliveries");
	*d = (struct delivery_seen){ .value = (uint16_t)id,
				     .conn = r->conn,
				     .attempt = (uint8_t)attempt,
				     .earliest = INT64_MAX,
				     .latest = INT64_MAX };
	if (r->lease > 0) {
		d->earliest = r->issued + r->lease;
		d->latest = sim.now + r->lease;
	}
	memcpy(d->receipt, receipt.data, receipt.size);
}

/* The error of somebody else: a value, "v7", a refusal, or what was thrown. */
static void
judge_raised(const struct request *r)
{
	const char *tail = strstr(answer.text, "Sim: ");
	unsigned id, channel;

	must(tail != NULL, "an error that nobody has sent");
	tail += 5;
	if (tail[0] != 'v')
		return;
	id = (unsigned)atoi(tail + 1);
	must(id >= 1 && id <= ledger.values &&
		 ledger.value[id].kind == EXCEPTION,
	     "an exception that nobody has sent");
	channel = ledger.value[id].channel;
	for (unsigned i = 0; i < r->count; i++)
		if (r->operations[i].channel == channel) {
			if (r->verb != VERB_atomic)
				received(id, channel);
			return;
		}
	violation("an exception came from another channel");
}

static void
judge_receive(const struct request *r, const struct operation *o)
{
	if (answer.code == CODE_RAISED)
		judge_raised(r);
	if (answer.code != CODE_OK)
		return;
	if (r->is_acking)
		delivered(r, o->channel);
	else
		received(read_value(&answer.result), o->channel);
}

/* ---- what a sender was told ---- */

static bool
is_refused(unsigned id)
{
	const char *tail = strstr(answer.text, "Sim: f");
	unsigned i;

	if (tail == NULL)
		return false;
	i = (unsigned)atoi(tail + 6);
	must(i < ledger.deliveries && ledger.delivery[i].value == id &&
		 ledger.delivery[i].is_failed,
	     "a refusal came to the wrong sender");
	return true;
}

static void
check_failure(unsigned id, const struct request *r)
{
	const struct value *v = &ledger.value[id];

	must(v->plain == 0, "a sender failed whose value was received");
	must(v->acks == 0, "a sender failed whose value was acknowledged");
	if (v->code == CODE_IN_DOUBT)
		must(r->timeout >= 0 || r->is_spawned ||
			 sim.service.is_stopping ||
			 (sockets[r->conn].is_half_closed && !r->is_serial),
		     "in doubt without a timeout");
	if (v->code == CODE_RAISED)
		is_refused(id);
}

/* What became of a value; its reply is in the result. */
static void
told(unsigned id, const struct request *r, unsigned code)
{
	struct value *v = &ledger.value[id];

	must(v->code == CODE_NONE, "a sender was told twice");
	v->code = (uint8_t)code;
	if (code != CODE_OK)
		check_failure(id, r);
}

/* The reply of who has acknowledged it, or nil. */
static void
judge_reply(unsigned id)
{
	const struct value *v = &ledger.value[id];
	uint64_t reply;
	const struct value *given;

	if (read_unsigned(&answer.result, &reply) < 0) {
		must(read_nil(&answer.result) == 0, "a reply that is no reply");
		return;
	}
	must(reply >= 1 && reply <= ledger.values &&
		 ledger.value[reply].kind == REPLY,
	     "a reply that nobody has given");
	given = &ledger.value[reply];
	must(ledger.delivery[given->delivery - 1].value == id && v->issued > 0,
	     "a reply came to the wrong sender");
}

static void
judge_send(const struct request *r, const struct operation *o)
{
	told(o->value, r, answer.code);
	if (answer.code == CODE_OK)
		judge_reply(o->value);
}

/* "N of M taken". */
static void
judge_sequence(const struct request *r, const struct operation *o)
{
	unsigned taken = 0, all;
	uint64_t count;

	if (answer.code == CODE_OK) {
		must(read_unsigned(&answer.result, &count) == 0 &&
			 count == o->count,
		     "a sequence was not taken whole");
		taken = o->count;
	} else if (sscanf(answer.text, "%u of %u taken", &taken, &all) != 2) {
		taken = 0;
	}
	must(taken <= o->count, "more was taken than was sent");
	for (unsigned i = 0; i < o->count; i++)
		told(o->value + i, r,
		     i < taken	  ? CODE_OK
		     : i == taken ? answer.code
				  : CODE_WOULDBLOCK);
}

static void
judge_broadcast(const struct operation *o)
{
	struct value *v = &ledger.value[o->value];
	uint64_t count = 0;

	if (answer.code == CODE_OK)
		must(read_unsigned(&answer.result, &count) == 0, "no count");
	v->code = (uint8_t)answer.code;
	v->copies = (uint16_t)count;
}

/* ---- calls of several operations ---- */

static void
judge_select(const struct request *r)
{
	const struct operation *o;
	uint64_t index = OPERATIONS_MOST;
	uint32_t count;

	if (answer.code == CODE_OK) {
		must(read_array(&answer.result, &count) == 0 && count == 2 &&
			 read_unsigned(&answer.result, &index) == 0 &&
			 index < r->count,
		     "a select that has chosen nothing");
		o = &r->operations[index];
		if (o->verb == VERB_send)
			judge_send(r, o);
		else
			judge_receive(r, o);
	} else if (answer.code == CODE_RAISED) {
		judge_raised(r);
	}
	for (unsigned i = 0; i < r->count; i++) {
		o = &r->operations[i];
		if (i == index || o->verb != VERB_send)
			continue;
		if (answer.code == CODE_RAISED && strstr(answer.text, ": f"))
			ledger.value[o->value].code = CODE_KILLED;
		else
			told(o->value, r,
			     answer.code == CODE_OK ? CODE_WOULDBLOCK
						    : answer.code);
	}
}

static void
judge_part(const struct request *r, const struct operation *o)
{
	struct span any;

	if (o->verb == VERB_send)
		judge_send(r, o);
	else if (o->verb == VERB_send_sequence)
		judge_sequence(r, o);
	else if (o->verb == VERB_broadcast)
		judge_broadcast(o);
	else if (o->verb == VERB_send_exception)
		judge_send(r, o);
	else if (o->verb == VERB_recv || o->verb == VERB_next)
		judge_receive(r, o);
	else
		must(read_any(&answer.result, &any) == 0, "no result");
}

/* All, or none. */
static void
judge_atomic(const struct request *r)
{
	const struct operation *o;
	uint32_t count;

	if (answer.code == CODE_OK) {
		must(read_array(&answer.result, &count) == 0 &&
			 count == r->count,
		     "an atomic call has not done all");
		for (unsigned i = 0; i < r->count; i++)
			judge_part(r, &r->operations[i]);
		return;
	}
	if (answer.code == CODE_RAISED)
		judge_raised(r);
	for (unsigned i = 0; i < r->count; i++) {
		o = &r->operations[i];
		for (unsigned n = 0; n < o->count; n++)
			ledger.value[o->value + n].code = CODE_WOULDBLOCK;
	}
}

static void judge(struct request *r);

/* The result, or the error, may be that of the task. */
static void
judge_wait(const struct request *r)
{
	struct request *inner = &ledger.request[r->inner];
	unsigned code = answer.code;
	bool is_inners = code == CODE_OK || code == CODE_CLOSED ||
			 code == CODE_STOP || code == CODE_IN_DOUBT ||
			 (r->timeout < 0 &&
			  (code == CODE_TIMEOUT || code == CODE_WOULDBLOCK));

	if (!is_inners || inner->code != CODE_NONE)
		return;
	inner->code = (uint8_t)code;
	judge(inner);
}

static void
judge_spawn(const struct request *r)
{
	struct request *inner = &ledger.request[r->inner];

	if (answer.code == CODE_OK)
		must(read_unsigned(&answer.result, &inner->task) == 0,
		     "no task");
	else
		inner->code = CODE_INVALID;
}

/* ---- any call ---- */

static void
judge(struct request *r)
{
	if (r->verb != VERB_wait)
		answer_check_code(r);
	switch (r->verb) {
	case VERB_send:
	case VERB_send_fat:
	case VERB_send_exception:
		judge_send(r, r->operations);
		break;
	case VERB_send_sequence:
		judge_sequence(r, r->operations);
		break;
	case VERB_broadcast:
		judge_broadcast(r->operations);
		break;
	case VERB_recv:
	case VERB_next:
	case VERB_recv_ack:
	case VERB_next_ack:
	case VERB_recv_done:
		if (r->delivery != 0)
			settle_judge_done(r);
		judge_receive(r, r->operations);
		break;
	case VERB_ack:
	case VERB_nack:
	case VERB_fail:
	case VERB_extend:
		settle_judge(r);
		break;
	case VERB_select:
		judge_select(r);
		break;
	case VERB_atomic:
		judge_atomic(r);
		break;
	case VERB_spawn:
		judge_spawn(r);
		break;
	case VERB_wait:
		judge_wait(r);
		break;
	case VERB_stats:
		if (sim.is_asking && answer.code == CODE_OK)
			audit_stats(answer.result);
		break;
	default:
		break;
	}
}

void
ledger_answer(unsigned request, struct span error, struct span result)
{
	struct request *r = &ledger.request[request];
	bool is_hurt;

	answer_read(error, result);
	must(r->code == CODE_NONE, "a call was answered twice");
	r->code = (uint8_t)answer.code;
	is_hurt =
	    answer.code == CODE_LIMIT && strstr(answer.text, "memory") != NULL;
	sim.hurt += is_hurt;
	/* Behind a message that was not read to its end nothing can follow. */
	conns[r->conn].has_erred |= is_hurt && socket_has_unread(r->conn);
	say("    #%u %s on %u: %s %s", request, verb_name(r->verb), r->conn,
	    answer.code == CODE_OK ? "ok" : answer_code_name(answer.code),
	    answer.text);
	judge(r);
}
