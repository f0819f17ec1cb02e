/* SPDX-License-Identifier: MIT */
/*
 * audit.c - counts all of the daemon again, between its rounds.
 */
#include "chan/atomic.h"
#include "chan/waiter.h"
#include "client.h"
#include "rpc/job.h"
#include "sim.h"
#include "task/ring.h"

#include <string.h>

static struct {
	struct chan_totals totals;
	size_t parties; /* that stand in queues */
	size_t joiners;
	size_t held_tasks;
	size_t blocked;
	size_t channels;
	size_t clients, workers;
	bool has_chosen; /* a select that waits on with one case */
} found;

/* ---- one party ---- */

static bool
is_first_case(const struct waiter *w)
{
	const struct party *party = w->party;

	for (unsigned i = 0; i < party->count; i++)
		if (!list_is_empty(&party->cases[i].link))
			return &party->cases[i] == w;
	return false;
}

/* Either all its cases stand in queues, or the only one that is left. */
static void
check_party(const struct party *party)
{
	bool is_open, stands;

	must(party->is_queued && party->met == NULL,
	     "somebody stands in a queue who does not wait");
	must(task_is_blocked(party->task), "who waits is not blocked");
	must(!task_is_cancelled(party->task), "the dead wait");
	for (unsigned i = 0; i < party->count; i++) {
		is_open =
		    party->only == NULL || party->only == &party->cases[i];
		stands = !list_is_empty(&party->cases[i].link);
		must(is_open == stands, "a case of a select is not in place");
	}
	found.parties++;
	found.has_chosen |= party->only != NULL;
}

static void
check_waiter(const struct waiter *w, const struct chan *chan, bool is_sender)
{
	must(w->chan == chan && w->is_sender == is_sender,
	     "a waiter stands in the wrong queue");
	must((w->value != NULL) == is_sender,
	     "a sender without a value, or a receiver with one");
	if (w->party != NULL && is_first_case(w))
		check_party(w->party);
}

/* ---- who returns stands where he stood ---- */

enum { PLACES = 64 };

static struct place {
	const struct waiter *waiter;
	uint64_t value; /* what it says: memory is used again */
	uint64_t task, request, arrival;
	uint32_t attempt;
} places[PLACES];

static uint64_t
sum_of(struct blob *value)
{
	uint64_t sum = 0;

	for (size_t i = 0; value != NULL && i < blob_size(value); i++)
		sum = sum * 31 + blob_data(value)[i];
	return sum;
}

static void
check_place(const struct waiter *w)
{
	uint64_t task = task_id(w->party->task);
	const struct worker *worker = worker_find(&sim.service, task);
	struct place *old = &places[task % PLACES];
	struct place now = { w,		 sum_of(w->value),
			     task,	 worker->requests,
			     w->arrival, w->attempt };

	if (old->waiter == w && old->task == task && old->value == now.value &&
	    old->request == now.request && w->attempt > old->attempt)
		must(w->arrival == old->arrival,
		     "a value came back to another place");
	*old = now;
}

void
audit_begin(void)
{
	memset(places, 0, sizeof places);
}

/* ---- one channel ---- */

static size_t
check_queue(const struct list *queue, const struct chan *chan, bool is_sender)
{
	const struct waiter *w, *before = NULL;
	size_t count = 0;

	list_each (link, queue) {
		w = list_entry(link, struct waiter, link);
		must(before == NULL || before->arrival < w->arrival,
		     "a queue is out of order");
		check_waiter(w, chan, is_sender);
		if (is_sender && w->party != NULL)
			check_place(w);
		before = w;
		must(++count < 10000, "a queue without an end");
	}
	return count;
}

static const struct party *
first_party(const struct list *queue)
{
	return list_entry(queue->next, struct waiter, link)->party;
}

/* Only one and the same select can wait on both sides. */
static void
check_no_match(const struct chan *chan)
{
	const struct party *party;

	if (list_is_empty(&chan->receivers))
		return;
	must(list_is_empty(&chan->values),
	     "a receiver waits, and so does a value");
	if (list_is_empty(&chan->senders))
		return;
	party = first_party(&chan->receivers);
	list_each (link, &chan->senders)
		must(list_entry(link, struct waiter, link)->party == party,
		     "a sender and a receiver wait for each other");
	list_each (link, &chan->receivers)
		must(list_entry(link, struct waiter, link)->party == party,
		     "a sender and a receiver wait for each other");
}

static void
check_chan(const struct chan *chan)
{
	size_t senders = check_queue(&chan->senders, chan, true);
	size_t receivers = check_queue(&chan->receivers, chan, false);
	size_t values = check_queue(&chan->values, chan, true);

	must(chan->balance == (int64_t)(senders + values) - (int64_t)receivers,
	     "the balance is wrong");
	must(chan->stored == values, "the count of values is wrong");
	must(!chan->is_shut || senders + receivers == 0,
	     "somebody waits on a channel that was closed with wake");
	must(senders == 0 || chan->stored >= chan->capacity || sim.fails_memory,
	     "a sender waits outside of a channel with room");
	check_no_match(chan);
	found.totals.senders += senders;
	found.totals.receivers += receivers;
	found.totals.values += values;
	found.totals.held += chan->held;
	found.channels++;
}

/* ---- those who hold ---- */

/* A delivery begins with its link. */
static size_t
count_held(const struct chan *chan)
{
	size_t held = 0;

	list_each (link, &sim.service.workers) {
		const struct worker *worker =
		    list_entry(link, struct worker, link);

		if (worker != &worker->client->worker)
			continue;
		list_each (d, &worker->client->holder.deliveries)
			held += delivery_chan((struct delivery *)d) == chan;
	}
	return held;
}

static void
check_client(const struct client *client)
{
	size_t count = 0;

	list_each (link, &client->holder.deliveries)
		count++;
	must(count == client->holder.count, "the count of a holder is wrong");
	count = 0;
	list_each (link, &client->jobs)
		count++;
	must(count == client->job_count, "the count of jobs is wrong");
}

static void
check_worker(const struct worker *worker)
{
	found.joiners += job_joiners(worker);
	must(worker_find(&sim.service, worker->id) == worker,
	     "a task cannot be found");
	if (worker->task == NULL)
		return;
	must(task_id(worker->task) == worker->id, "a task is another one");
	if (!task_is_blocked(worker->task))
		return;
	found.blocked++;
	found.held_tasks += chan_is_held(worker->task);
}

static void
check_workers(void)
{
	size_t count = 0, clients = 0;

	list_each (link, &sim.service.workers) {
		const struct worker *worker =
		    list_entry(link, struct worker, link);

		count += worker->task != NULL;
		check_worker(worker);
		if (worker != &worker->client->worker)
			continue;
		clients++;
		check_client(worker->client);
	}
	found.clients = clients;
	found.workers = count;
	must(clients == sim.service.client_count, "a client is not counted");
	must(count == clients + sim.service.job_count, "a job is not counted");
	must(found.blocked == found.parties + found.joiners + found.held_tasks,
	     "somebody is blocked on nothing, or waits and is not blocked");
}

/* ---- the ring ---- */

static void
check_ring(void)
{
	const struct task *task = sched.first;
	size_t count = 0;

	for (; task != NULL && (count == 0 || task != sched.first);
	     task = task->next) {
		must(!task->is_parked, "a parked task is on the ring");
		must(task->turn == 0 || sched.turn - task->turn <= 1,
		     "a task was passed over");
		must(++count <= sched.tasks, "a ring without an end");
	}
	must(count == sched.runcount, "the run count is wrong");
}

/* ---- all of it ---- */

static void
check_channels(void)
{
	struct chan *chan = NULL;

	while ((chan = hub_next(sim.service.hub, chan)) != NULL)
		check_chan(chan);
	must(found.channels == hub_count(sim.service.hub),
	     "the count of channels is wrong");
}

static void
check_totals(void)
{
	const struct chan_totals *totals_ = chan_totals();

	must(totals_->senders == found.totals.senders &&
		 totals_->receivers == found.totals.receivers &&
		 totals_->values == found.totals.values &&
		 totals_->held == found.totals.held,
	     "the totals are wrong");
}

void
audit_round(void)
{
	memset(&found, 0, sizeof found);
	check_ring();
	check_channels();
	check_totals();
	check_workers();
}

static bool
is_wanted(const struct chan *chan)
{
	return chan->balance != 0 || chan->held > 0 || chan->is_closing ||
	       chan->schedule_all || chan->preference != -1 ||
	       chan->capacity > 0 || !list_is_empty(&chan->senders);
}

/* Nobody waits for somebody else whom the daemon has had time to look at. */
static void
audit_drain(void)
{
	const struct drain *drain = &sim.drain;
	const struct chan_totals *now = chan_totals();

	if (!sim.service.is_draining || drain->held != now->held ||
	    drain->switches != sched_switches())
		return;
	must(now->senders + now->receivers == 0,
	     "somebody waits although the daemon stops");
	must(sim.turned < drain->until, "draining takes too long");
}

void
audit_rest(void)
{
	struct chan *chan = NULL;

	must(sched.runcount == 0, "it sleeps while somebody could run");
	must(sched_next_deadline() > sim.turned, "somebody oversleeps");
	while ((chan = hub_next(sim.service.hub, chan)) != NULL) {
		/* A select that is held may come back to its other ones. */
		must(is_wanted(chan) || found.held_tasks > 0 ||
			 found.has_chosen,
		     "a channel exists for nobody");
		must(count_held(chan) == chan->held,
		     "the count of what is held is wrong");
	}
	audit_drain();
}

/* What is counted in two ways, and must be the same. */
static bool
recount(struct span name, size_t *value)
{
	const struct {
		const char *name;
		size_t value;
	} rows[] = {
		{ "connections", found.clients },
		{ "tasks", found.workers },
		{ "channels", found.channels },
		{ "senders", found.totals.senders },
		{ "receivers", found.totals.receivers },
		{ "values", found.totals.values },
		{ "held", found.totals.held },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (span_is(name, rows[i].name)) {
			*value = rows[i].value;
			return true;
		}
	return false;
}

void
audit_stats(struct reader stats)
{
	uint32_t pairs, compared = 0;
	struct span name;
	uint64_t value;
	size_t counted;

	audit_round();
	must(read_map(&stats, &pairs) == 0, "server.stats is no map");
	while (pairs-- > 0) {
		must(read_string(&stats, &name) == 0 &&
			 read_unsigned(&stats, &value) == 0,
		     "server.stats has another shape");
		if (!recount(name, &counted))
			continue;
		compared++;
		must(counted == value, "server.stats is wrong");
	}
	must(compared == 7, "server.stats has left something out");
}

void
audit_end(void)
{
	const struct chan_totals *totals_ = chan_totals();

	must(list_is_empty(&sim.service.workers) &&
		 sim.service.client_count == 0 && sim.service.job_count == 0,
	     "all have gone, but a client is left");
	must(totals_->senders + totals_->receivers + totals_->held == 0,
	     "all have gone, but somebody waits");
	must(sim.service.watcher_count == 0, "all have gone, but one watches");
	must(sched.timers == 2 /* the listener's and the drain's */,
	     "all have gone, but a timer is left");
}

/* ---- meetings, as they happen ---- */

void __real_waiter_take_off(struct waiter *w);
void __wrap_waiter_take_off(struct waiter *w);
void __real_atomic_undo(struct atomic *atomic);
void __wrap_atomic_undo(struct atomic *atomic);

static void
check_is_first(const struct list *queue, const struct waiter *w)
{
	list_each (link, queue)
		must(list_entry(link, struct waiter, link)->arrival >=
			 w->arrival,
		     "somebody is met before his turn");
}

/* Nobody who is seen to be gone takes anything. */
static void
check_taker(const struct waiter *w)
{
	const struct task *self = task_self();
	struct worker *worker =
	    self != NULL ? worker_find(&sim.service, task_id(self)) : NULL;

	if (w->is_sender && worker != NULL)
		must(!worker->client->is_gone, "a value goes to the dead");
}

/* Called by whoever meets a waiter; not by one who leaves. */
void
__wrap_waiter_take_off(struct waiter *w)
{
	if (!sim.is_undoing && w->is_sender) {
		check_is_first(&w->chan->senders, w);
		check_is_first(&w->chan->values, w);
		check_taker(w);
	} else if (!sim.is_undoing) {
		check_is_first(&w->chan->receivers, w);
	}
	__real_waiter_take_off(w);
}

void
__wrap_atomic_undo(struct atomic *atomic)
{
	sim.is_undoing = true;
	__real_atomic_undo(atomic);
	sim.is_undoing = false;
}
