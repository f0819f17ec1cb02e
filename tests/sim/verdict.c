/* SPDX-License-Identifier: MIT */
/*
 * verdict.c - the ledger at the end of a run: what can only be judged when
 * everybody has been told all that he will ever be told.
 */
#include "client.h"
#include "sim.h"

/* Receives of which nobody knows what they have got; with ack, of these. */
static unsigned blind[CHANNELS_MOST];
static unsigned blind_acking[CHANNELS_MOST];

static bool
receives(const struct operation *o)
{
	return o->verb == VERB_recv || o->verb == VERB_next ||
	       o->verb == VERB_recv_ack || o->verb == VERB_next_ack ||
	       o->verb == VERB_recv_done;
}

static bool
is_unknown(const struct request *r)
{
	return r->code == CODE_NONE || r->code == CODE_KILLED ||
	       r->code == CODE_SHUTDOWN || r->code == CODE_LIMIT;
}

static void
count_blind(void)
{
	for (unsigned i = 0; i < CHANNELS_MOST; i++)
		blind[i] = blind_acking[i] = 0;
	for (unsigned i = 1; i <= ledger.requests; i++) {
		const struct request *r = &ledger.request[i];

		for (unsigned n = 0; n < r->count && is_unknown(r); n++) {
			if (!receives(&r->operations[n]))
				continue;
			blind[r->operations[n].channel]++;
			blind_acking[r->operations[n].channel] += r->is_acking;
		}
	}
}

static bool
is_definite(unsigned code)
{
	return code == CODE_TIMEOUT || code == CODE_WOULDBLOCK ||
	       code == CODE_LIMIT;
}

/* Whoever was told that it was received: by whom? */
static void
judge_success(const struct value *v)
{
	if (v->code != CODE_OK || v->plain > 0 || v->issued > v->denied ||
	    sim.stores[v->channel])
		return;
	must(blind[v->channel] > 0,
	     "a sender was told of a success that nobody has had");
	blind[v->channel]--;
}

static void
judge_value(const struct value *v)
{
	if (v->kind == COPY) {
		must(v->code != CODE_OK || v->plain + v->held <= v->copies,
		     "more have got a broadcast than were told");
		return;
	}
	must(v->plain + v->acks <= 1, "a value was received twice");
	must(v->acks == 0 || v->code == CODE_OK || v->code == CODE_NONE ||
		 sim.stores[v->channel],
	     "acknowledged, but its sender has failed");
	/* Whoever was told GONE must be right. */
	must(v->delivery == 0 || v->code != CODE_OK || v->issued > 1 ||
		 sim.stores[v->channel],
	     "a sender is gone that has succeeded");
	judge_success(v);
}

/*
 * Attempts count from 1. One that nobody has seen went to a receive of which
 * nobody knows; one that was seen has ended for a reason (see ledger.c).
 */
static void
judge_attempts(const struct value *v)
{
	unsigned most = 0;

	if (v->kind == COPY || v->attempts == 0)
		return;
	for (unsigned i = 1; i < 32; i++)
		if (v->attempts & 1u << i)
			most = i;
	for (unsigned i = 1; i < most; i++) {
		if (v->attempts & 1u << i)
			continue;
		must(blind_acking[v->channel] > 0,
		     "a value was delivered again for no reason");
		blind_acking[v->channel]--;
	}
}

static void
judge_delivery(const struct delivery_seen *d)
{
	const struct value *v = &ledger.value[d->value];

	if (v->kind == COPY)
		return;
	must(!is_definite(v->code) || d->is_nacked,
	     "a definite error, but a receiver has had the value");
}

void
ledger_close(void)
{
	count_blind();
	for (unsigned i = 1; i <= ledger.values; i++)
		if (ledger.value[i].kind != REPLY)
			judge_value(&ledger.value[i]);
	for (unsigned i = 1; i <= ledger.values; i++)
		judge_attempts(&ledger.value[i]);
	for (unsigned i = 0; i < ledger.deliveries; i++)
		judge_delivery(&ledger.delivery[i]);
}
