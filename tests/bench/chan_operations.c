/* SPDX-License-Identifier: MIT */
#include "operations.h"

#include "chan/hub.h"
#include "chan/select.h"
#include "meeting.h"
#include "task/control.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- rendezvous ---- */

PARKS static void
receive_all(size_t index)
{
	(void)index;
	while (receive_from(CROWDED) == 0)
		continue;
}

PARKS static void
send_own(void *count)
{
	for (size_t i = 0; i < *(size_t *)count; i++)
		send_to(&own);
}

PARKS static void
receive_own(void *count)
{
	for (size_t i = 0; i < *(size_t *)count; i++)
		MUST(receive_from(&own));
}

static void
open_apart(void)
{
	open_own();
	crowd_assign(receive_all);
}

static void
open_senders_preferred(void)
{
	open_apart();
	chan_set_preference(&own, 1);
}

static void
open_nobody_preferred(void)
{
	open_apart();
	chan_set_preference(&own, 0);
}

static void
open_schedule_all(void)
{
	open_apart();
	own.schedule_all = true;
}

static void
run_rendezvous(size_t count)
{
	crowd_spawn(receive_own, &count);
	crowd_spawn(send_own, &count);
	sched_run();
}

/* ---- by name ---- */

static struct hub *hub;
static struct name {
	char text[16];
	size_t size;
} * names;

static struct chan *
use(size_t i)
{
	struct chan *chan;

	MUST(hub_use(hub, names[i].text, names[i].size, &chan));
	return chan;
}

static void
open_hub(void)
{
	static const uint64_t seed[2] = { 1, 2 };

	open_own();
	hub = hub_new(seed, 2 * crowd.count);
	names = calloc(crowd.count, sizeof *names);
	meeting_must(hub != NULL && names != NULL, "hub_new");
	for (size_t i = 0; i < crowd.count; i++) {
		names[i].size = (size_t)snprintf(
		    names[i].text, sizeof names[i].text, "channel-%zu", i);
		use(i);
	}
}

static void
close_hub(void)
{
	for (size_t i = 0; i < crowd.count; i++)
		hub_release(hub, hub_find(hub, names[i].text, names[i].size));
	hub = hub_free(hub);
	free(names);
	close_own();
}

struct by_name {
	size_t count;
	size_t at; /* whose turn it is: both take the same way */
};

static struct chan *
use_next(struct by_name *way)
{
	way->at = (way->at + 7919) % crowd.count;
	return use(way->at);
}

PARKS static void
send_by_name(void *argument)
{
	struct by_name way = *(struct by_name *)argument;
	struct chan *chan;

	while (way.count-- > 0) {
		chan = use_next(&way);
		send_to(chan);
		hub_release(hub, chan);
	}
}

PARKS static void
receive_by_name(void *argument)
{
	struct by_name way = *(struct by_name *)argument;
	struct chan *chan;

	while (way.count-- > 0) {
		chan = use_next(&way);
		MUST(receive_from(chan));
		hub_release(hub, chan);
	}
}

static void
run_by_name(size_t count)
{
	static size_t begin;
	struct by_name way = { count, begin };

	crowd_spawn(receive_by_name, &way);
	crowd_spawn(send_by_name, &way);
	sched_run();
	begin = (begin + count) % crowd.count;
}

/* ---- leaving ---- */

/* Whatever it is thrown out with, it waits again. */
PARKS static void
receive_stubbornly(size_t index)
{
	(void)index;
	while (crowd.job == receive_stubbornly &&
	       receive_from(CROWDED) != -ECANCELED)
		continue;
}

static void
open_stubborn(void)
{
	crowd_assign(receive_stubbornly);
}

static void
run_close(size_t count)
{
	for (size_t i = 0; i < count; i++) {
		chan_close(CROWDED);
		chan_open(CROWDED);
	}
}

static void
run_close_and_wake(size_t count)
{
	for (size_t i = 0; i < count; i += crowd.count) {
		chan_close_and_wake(CROWDED);
		chan_open(CROWDED);
		sched_run();
	}
}

PARKS static void
kill_often(void *count)
{
	for (size_t i = 0; i < *(size_t *)count; i++)
		MUST(task_kill(crowd.tasks[crowd_anyone()], false));
}

static void
run_kill(size_t count)
{
	crowd_spawn(kill_often, &count);
	sched_run();
}

static void
run_cancel(size_t count)
{
	size_t victim;

	for (size_t i = 0; i < count; i++) {
		victim = crowd_anyone();
		task_cancel(crowd.tasks[victim]);
		sched_run();
		crowd_replace(victim);
		sched_run();
	}
}

/* ---- select ---- */

static unsigned cases;

PARKS static void
select_all(size_t index)
{
	struct waiter waiters[CROWD_CHANNELS];
	struct select_case chosen[CROWD_CHANNELS];
	struct blob *error;
	int r;

	(void)index;
	for (unsigned i = 0; i < cases; i++)
		chosen[i] = (struct select_case){ .chan = &crowd.channels[i] };
	while ((r = chan_select(chosen, waiters, cases, NO_DEADLINE, &error)) >=
	       0)
		chosen[r].value = blob_unref(chosen[r].value);
}

static void
open_select_2(void)
{
	open_own();
	cases = 2;
	crowd_assign(select_all);
}

static void
open_select_8(void)
{
	open_own();
	cases = CROWD_CHANNELS;
	crowd_assign(select_all);
}

PARKS static void
send_around(void *count)
{
	for (size_t i = 0; i < *(size_t *)count; i++)
		send_to(&crowd.channels[i % cases]);
}

static void
run_around(size_t count)
{
	crowd_spawn(send_around, &count);
	sched_run();
}

/* ---- values without senders ---- */

PARKS static void
send_and_receive(void *count)
{
	for (size_t i = 0; i < *(size_t *)count; i++) {
		send_to(&own);
		MUST(receive_from(&own));
	}
}

static void
run_stored(size_t count)
{
	crowd_spawn(send_and_receive, &count);
	sched_run();
}

/* ---- all of them ---- */

const struct operation chan_operations[] = {
	{ .name = "rendezvous, receivers preferred",
	  .others = "waiting elsewhere",
	  .open = open_apart,
	  .batch = 2,
	  .run = run_rendezvous,
	  .close = close_own },
	{ .name = "rendezvous, nobody preferred",
	  .others = "waiting elsewhere",
	  .open = open_nobody_preferred,
	  .batch = 2,
	  .run = run_rendezvous,
	  .close = close_own },
	{ .name = "rendezvous, senders preferred",
	  .others = "waiting elsewhere",
	  .open = open_senders_preferred,
	  .batch = 2,
	  .run = run_rendezvous,
	  .close = close_own },
	{ .name = "rendezvous, schedule_all",
	  .others = "waiting elsewhere",
	  .open = open_schedule_all,
	  .batch = 2,
	  .run = run_rendezvous,
	  .close = close_own },
	{ .name = "rendezvous with each in turn",
	  .others = "waiting there",
	  .open = open_apart,
	  .batch = 2,
	  .run = run_among_crowd,
	  .close = close_own },
	{ .name = "rendezvous by name, each in turn",
	  .others = "channels",
	  .open = open_hub,
	  .batch = 2,
	  .run = run_by_name,
	  .close = close_hub },
	{ .name = "stored send, receive",
	  .others = "stored values",
	  .open = open_stored,
	  .batch = 2,
	  .run = run_stored,
	  .close = close_own },
	{ .name = "select of 2, met",
	  .others = "such selects",
	  .open = open_select_2,
	  .batch = 2,
	  .run = run_around,
	  .close = close_own },
	{ .name = "select of 8, met",
	  .others = "such selects",
	  .open = open_select_8,
	  .batch = CROWD_CHANNELS,
	  .run = run_around,
	  .close = close_own },
	{ .name = "close, open",
	  .others = "waiting there",
	  .open = open_stubborn,
	  .batch = 2,
	  .run = run_close },
	{ .name = "close with wake, wait again",
	  .others = "woken waiters",
	  .open = open_stubborn,
	  .batch = 1,
	  .run = run_close_and_wake,
	  .is_for_all = true },
	{ .name = "kill anyone, who waits again",
	  .others = "waiting there",
	  .open = open_stubborn,
	  .batch = 2,
	  .run = run_kill },
	{ .name = "cancel anyone, spawn another",
	  .others = "waiting there",
	  .open = open_stubborn,
	  .batch = 2,
	  .run = run_cancel },
	{ 0 },
};
