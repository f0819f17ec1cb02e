/* SPDX-License-Identifier: MIT */
/*
 * explore.c - every order in which a few clients can do what they have to
 * do, with one of them leaving at every place, in every way.
 *
 * Each order is a run of its own. Those that are alike begin in their order:
 * to exchange them would change nothing but their names.
 */
#include "base/log.h"
#include "chan/waiter.h"
#include "ledger.h"
#include "sim.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ACTIONS_MOST = 3, STATES = 1 << 22 };

/* What one client does, and with whom it can be exchanged. */
struct actor {
	unsigned count;
	struct step actions[ACTIONS_MOST];
	unsigned done;
	bool is_gone;
	bool is_like_the_last;
};

static struct actor actors[CLIENTS_MOST];
static unsigned actor_count;
static unsigned leave_verb;
static struct script script;
static uint64_t runs, states;
static uint64_t seen[STATES]; /* hashes; 0: free */

void
violation(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	printf("# ");
	vprintf(format, arguments);
	putchar('\n');
	va_end(arguments);
	script_print(&script, stdout);
	printf("0 passed, 1 failed\n");
	fflush(stdout);
	_exit(1);
}

/* ---- states ---- */

static uint64_t hash;

static void
mix(uint64_t value)
{
	hash = (hash ^ value) * 0x9e3779b97f4a7c15;
	hash ^= hash >> 29;
}

static void
mix_queue(const struct list *queue)
{
	const struct waiter *w;

	list_each (link, queue) {
		w = list_entry(link, struct waiter, link);
		mix(w->party != NULL ? task_id(w->party->task) : 99);
		mix(w->attempt);
	}
	mix(77);
}

/* Who waits where, what is held, and what everybody was told. */
static void
visit(void)
{
	struct chan *chan = NULL;
	unsigned at;

	hash = 1;
	while ((chan = hub_next(sim.service.hub, chan)) != NULL) {
		mix(hub_name(chan, &(size_t){ 0 })[0]);
		mix((uint64_t)chan->balance);
		mix(chan->held);
		mix_queue(&chan->senders);
		mix_queue(&chan->receivers);
	}
	for (unsigned i = 1; i <= ledger.requests; i++)
		mix(ledger.request[i].conn * 100u + ledger.request[i].code);
	at = (unsigned)(hash % STATES);
	while (seen[at] != 0 && seen[at] != hash)
		at = (at + 1) % STATES;
	states += seen[at] == 0;
	seen[at] = hash;
	must(states < STATES / 2, "too many states to remember");
}

/* ---- orders ---- */

static void
push(struct step step)
{
	script.steps[script.count++] = step;
}

static bool
may_begin(unsigned i)
{
	return actors[i].done > 0 || !actors[i].is_like_the_last ||
	       actors[i - 1].done > 0;
}

static void explore(bool has_left);

static void
act(unsigned i, bool has_left)
{
	struct actor *a = &actors[i];

	push(a->actions[a->done++]);
	explore(has_left);
	script.count--;
	a->done--;
}

/* One that has not begun would only be missing. */
static void
leave(unsigned i)
{
	push(
	    (struct step){ .verb = (uint8_t)leave_verb, .client = (uint8_t)i });
	actors[i].is_gone = true;
	explore(true);
	actors[i].is_gone = false;
	script.count--;
}

static void
explore(bool has_left)
{
	bool is_end = true;

	for (unsigned i = 0; i < actor_count; i++) {
		if (actors[i].is_gone)
			continue;
		if (actors[i].done < actors[i].count && may_begin(i)) {
			is_end = false;
			act(i, has_left);
		}
		if (!has_left && actors[i].done > 0)
			leave(i);
	}
	if (!is_end)
		return;
	runs++;
	sim_run(&script);
}

/* ---- casts ---- */

static struct actor *
add(unsigned verb, unsigned channel, unsigned options, unsigned pick)
{
	struct actor *a = &actors[actor_count];

	*a = (struct actor){ .count = 1 };
	a->actions[0] = (struct step){ .verb = (uint8_t)verb,
				       .client = (uint8_t)actor_count++,
				       .channel = (uint8_t)channel,
				       .options = (uint8_t)options,
				       .pick = (uint8_t)pick };
	return a;
}

static void
also(struct actor *a, unsigned verb)
{
	a->actions[a->count] = (struct step){ .verb = (uint8_t)verb };
	a->actions[a->count++].client = a->actions[0].client;
}

static void
add_alike(unsigned count, unsigned verb, unsigned then)
{
	struct actor *a;

	for (unsigned i = 0; i < count; i++) {
		a = add(verb, 0, 0, 0);
		a->is_like_the_last = i > 0;
		if (then != VERBS)
			also(a, then);
	}
}

/* The first channel's preference, and everybody's connection. */
static void
set_up(int preference)
{
	script.count = 0;
	for (unsigned i = 0; i < actor_count; i++)
		push((struct step){ .verb = VERB_connect,
				    .client = (uint8_t)i });
	/* Options: preference + 1 is the remainder by 3; no capacity. */
	push((struct step){ .verb = VERB_open,
			    .options = preference < 0	 ? 9
				       : preference == 0 ? 10
							 : 8 });
}

struct cast {
	unsigned senders, receivers, ackers;
	unsigned then; /* what those do with what they hold */
	int select;    /* its options; -1: none */
	int preference;
};

/* A select of two cases: on the first channel, and on the second. */
enum { RECV_RECV = 1, SEND_RECV = 10, RECV_SEND = 16, SEND_SEND = 25 };

static void
play(const struct cast *cast)
{
	static const uint8_t ways[] = { VERB_half_close, VERB_close,
					VERB_reset };

	actor_count = 0;
	add_alike(cast->senders, VERB_send, VERBS);
	add_alike(cast->receivers, VERB_recv, VERBS);
	add_alike(cast->ackers, VERB_recv_ack, cast->then);
	if (cast->select >= 0)
		add(VERB_select, 0, (unsigned)cast->select, 3);
	set_up(cast->preference);
	for (unsigned i = 0; i < 3; i++) {
		leave_verb = ways[i];
		explore(false);
	}
}

static const struct cast casts[] = {
	{ 3, 3, 0, VERBS, RECV_RECV, -1 },
	{ 3, 3, 0, VERBS, SEND_SEND, 0 },
	{ 3, 3, 0, VERBS, SEND_RECV, 1 },
	{ 2, 0, 2, VERB_ack, RECV_SEND, -1 },
	{ 2, 0, 2, VERB_nack, SEND_RECV, 0 },
	{ 2, 1, 1, VERB_nack, SEND_SEND, 1 },
	{ 2, 1, 1, VERB_fail, SEND_SEND, -1 },
	{ 3, 0, 2, VERB_nack, -1, -1 },
	{ 3, 1, 2, VERB_ack, -1, 1 },
	{ 3, 0, 3, VERBS, RECV_RECV, -1 },
};

int
main(void)
{
	log_set_level(LOG_ERROR);
	sim.one_by_one = true;
	sim.visit = visit;
	for (size_t i = 0; i < sizeof casts / sizeof casts[0]; i++)
		play(&casts[i]);
	printf("%zu passed, 0 failed: casts, %llu orders, %llu states\n",
	       sizeof casts / sizeof casts[0], (unsigned long long)runs,
	       (unsigned long long)states);
	return 0;
}
