/* SPDX-License-Identifier: MIT */
#include "chan/select.h"

#include "chan/waiter.h"

#include <errno.h>

static void
begin(struct party *party, struct select_case *cases)
{
	for (unsigned i = 0; i < party->count; i++) {
		waiter_init(&party->cases[i], cases[i].chan, party,
			    cases[i].is_send);
		party->cases[i].value = cases[i].value;
	}
}

/* The values that are left are the caller's again. */
static void
end(const struct party *party, struct select_case *cases)
{
	for (unsigned i = 0; i < party->count; i++)
		cases[i].value = party->cases[i].value;
}

int
chan_select(struct select_case *cases, struct waiter *waiters, unsigned count,
	    int64_t deadline, struct blob **error)
{
	struct party party = { .cases = waiters,
			       .count = count,
			       .deadline = deadline };
	struct select_case *met;
	int r;

	begin(&party, cases);
	r = party_transfer(&party);
	end(&party, cases);
	if (r < 0) {
		if (r == -EREMOTEIO)
			*error = party.reply;
		return r;
	}
	met = &cases[party.met - waiters];
	if (met->is_send) {
		met->value = party.reply;
	} else if (party.met->is_error) {
		*error = met->value;
		met->value = NULL;
		return -EREMOTEIO;
	}
	return (int)(met - cases);
}
