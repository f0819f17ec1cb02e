/* SPDX-License-Identifier: MIT */
/*
 * settle.c - what a holder was told.
 */
#include "answer.h"
#include "client.h"
#include "sim.h"

/* Has a lease ended for certain before this was asked for? */
static bool
is_late(const struct request *r, const struct delivery_seen *d)
{
	return !d->is_extended && d->latest < r->turned;
}

static void
check_stale(const struct request *r, const struct delivery_seen *d)
{
	bool is_stopped = sim.service.is_stopping && !sim.service.is_draining;

	must(is_stopped || d->conn != r->conn || d->is_settled ||
		 d->asked > r->may_settle || d->is_extended ||
		 sim.now >= d->earliest,
	     "a delivery is stale that was never lost");
}

/* An acknowledgement that its holder was told to be none. */
static bool
is_denied(const struct request *r, const struct delivery_seen *d)
{
	return d->conn == r->conn &&
	       (answer.code == CODE_STALE || answer.code == CODE_GONE ||
		answer.code == CODE_LIMIT || answer.code == CODE_INVALID);
}

void
settle_judge(const struct request *r)
{
	struct delivery_seen *d = &ledger.delivery[r->delivery - 1];
	struct value *v = &ledger.value[d->value];
	bool acks = r->verb == VERB_ack || r->verb == VERB_recv_done;

	if (acks && is_denied(r, d))
		v->denied++;
	if (answer.code == CODE_STALE)
		check_stale(r, d);
	if (answer.code == CODE_GONE && v->kind != COPY)
		v->delivery = 1; /* its sender must have left */
	if (answer.code == CODE_GONE)
		d->is_settled = true;
	if (answer.code != CODE_OK)
		return;
	must(d->conn == r->conn, "somebody else has settled a delivery");
	must(!d->is_settled, "a delivery was settled twice");
	must(!is_late(r, d), "a delivery was settled whose lease had ended");
	d->is_settled |= r->may_settle;
	if (!acks || v->kind == COPY)
		return;
	d->is_acked = true;
	must(v->acks++ == 0, "a value was acknowledged twice");
	must(v->code == CODE_NONE || v->code == CODE_OK,
	     "an acknowledgement succeeded whose sender has failed");
}

/* After `done` the call may have failed for another reason. */
void
settle_judge_done(const struct request *r)
{
	unsigned code = answer.code;
	bool is_done = code != CODE_STALE && code != CODE_GONE &&
		       code != CODE_LIMIT && code != CODE_KILLED &&
		       code != CODE_INVALID;

	if (is_done)
		answer.code = CODE_OK;
	settle_judge(r);
	answer.code = code;
}
