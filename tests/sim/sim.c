/* SPDX-License-Identifier: MIT */
#include "sim.h"

#include "chan/waiter.h"
#include "client.h"
#include "net/listener.h"
#include "net/poller.h"
#include "task/sched.h"
#include "tests/memory.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct sim sim;

enum phase { SCRIPT, CALM, ASKING, LEAVING };
enum { LOOKS_MOST = 20000, CALM_ROUNDS = 2 * STEPS_MOST, ROUNDS_AT_ONCE = 4 };

void
say(const char *format, ...)
{
	va_list arguments;

	if (!sim.is_loud)
		return;
	va_start(arguments, format);
	printf("%9.4f  ", (double)sim.now / 1e9);
	vprintf(format, arguments);
	putchar('\n');
	fflush(stdout);
	va_end(arguments);
}

/* ---- one run's daemon ---- */

static void
accepted(void *context, int fd, const char *peer)
{
	struct service *service = &sim.service;

	(void)context;
	if (service_is_full(service, 0))
		loop_close(sim.loop, fd, NULL);
	else if (session_start(sim.loop, service, &sim.limits, fd,
			       &(struct arrival){ .peer = peer }) < 0)
		return; /* it was closed */
}

/* The daemon would finish its loop; here the script goes on. */
static void
drained(void *context)
{
	(void)context;
	must(!sim.service.is_draining, "drained, and drains still");
}

static void
set_limits(uint64_t seed)
{
	static const size_t outputs[4] = { 300, 3000, 1 << 20, 1 << 20 };

	sim.limits = (struct session_limits){
		.max_message = 64 << 10,
		.max_output = outputs[seed % 4],
		.turn_requests = 1 + (unsigned)(seed / 4 % 8),
		.linger = 1000 * (int64_t)MS,
	};
	sim.service = (struct service){ .clock = socket_sys.clock,
					.max_message = 64 << 10,
					.max_output = sim.limits.max_output,
					.max_connections = 40,
					.max_channels = 3 + seed / 32 % 4,
					.max_capacity = 4,
					.max_held = 12,
					.max_tasks = 12,
					.max_watchers = 2,
					.boot = "000000000000feed" };
}

static void
open_daemon(uint64_t seed)
{
	static const uint64_t keys[2] = { 1, 2 };

	memory_begin();
	sched_init(&(struct sched_config){ 0 });
	memset(&totals, 0, sizeof totals);
	chan_on_operation(NULL);
	set_limits(seed);
	sim.loop = loop_new(&socket_sys);
	must(service_init(&sim.service, keys) == 0, "no service");
	must(drain_init(&sim.drain, &sim.service, drained, NULL) == 0,
	     "no drain");
	sim.service.hub = hub_new(keys, sim.service.max_channels);
	sim.service.started = loop_time(sim.loop);
	sim.listener = listener_new(sim.loop, FIRST_FD, accepted, NULL);
}

static void
close_daemon(void)
{
	listener_free(sim.listener);
	drain_fini(&sim.drain);
	hub_free(sim.service.hub);
	service_fini(&sim.service);
	loop_free(sim.loop);
	sched_fini();
	must(memory_live() == 0, "memory was lost");
}

/* ---- the script ---- */

/* Some steps come at once, others after the daemon has looked at the last. */
static void
do_steps(void)
{
	const struct step *step;
	unsigned left = ROUNDS_AT_ONCE;

	do {
		if (sim.at == sim.script->count)
			break;
		step = &sim.script->steps[sim.at++];
		sim.noise = step->noise;
		trace(sim.at);
		sim.fails_memory |= step->verb == VERB_no_memory;
		say("client %u: %s", step->client, verb_name(step->verb));
		client_step(step);
	} while (--left > 0 && !sim.one_by_one && noise_below(3) == 0);
	if (sim.at == sim.script->count && sim.phase == SCRIPT) {
		sim.phase = CALM;
		clients_calm();
	}
}

/* Nothing happens by itself any more: let time go by, and then go on. */
static void
rest(void)
{
	int64_t deadline = sched_next_deadline();

	if (++sim.calm_looks < CALM_ROUNDS && deadline != INT64_MAX) {
		sim.now = deadline > sim.now ? deadline : sim.now;
		return;
	}
	sim.now += 200 * (int64_t)MS;
	sim.calm_looks = 0;
	if (sim.phase == CALM) {
		clients_calm();
		clients_judge();
		sim.phase = ASKING;
		sim.is_asking = true;
		clients_ask_stats();
	} else if (sim.phase == ASKING) {
		sim.phase = LEAVING;
		clients_leave();
		loop_finish(sim.loop);
	} else {
		must(sched_tasks() == 0, "all have left, but somebody stays");
		loop_stop(sim.loop);
	}
}

/* ---- the poller ---- */

struct poller {
	int unused;
};

struct poller *
poller_new(void)
{
	return calloc(1, sizeof(struct poller));
}

struct poller *
poller_free(struct poller *poller)
{
	free(poller);
	return NULL;
}

/* Here the world turns. */
int
poller_look(struct poller *poller, int64_t now, int64_t until)
{
	bool sleeps = until > now, is_ready;

	(void)poller;
	must(++sim.looks < LOOKS_MOST, "the loop spins");
	sim.turned = now;
	must(!sleeps || until <= sched_next_deadline(),
	     "it would sleep past a deadline");
	audit_round();
	if (sim.phase != SCRIPT) {
		sim.noise = sim.looks;
		clients_calm();
	}
	if (sim.phase == SCRIPT && !sim.one_by_one &&
	    (sleeps || (sim.looks & 1)))
		do_steps();
	is_ready = sockets_fire() || task_runcount() > 0;
	while (sleeps && !is_ready && sim.now < until) {
		audit_rest();
		if (sim.visit != NULL)
			sim.visit();
		if (sim.phase == SCRIPT)
			do_steps();
		else
			rest();
		is_ready = sockets_fire() || task_runcount() > 0;
		if (sim.phase != SCRIPT)
			break;
	}
	return 0;
}

uint64_t
sim_run(const struct script *script)
{
	uint64_t seed = script->count > 0 ? script->steps[0].noise : 0;

	sim = (struct sim){ .script = script,
			    .is_loud = sim.is_loud,
			    .one_by_one = sim.one_by_one,
			    .visit = sim.visit,
			    .garbage = sim.garbage,
			    .fail_nth = sim.fail_nth,
			    .fail_more = sim.fail_more,
			    .now = 1000 * (int64_t)MS,
			    .trace = 0xcbf29ce484222325 };
	ledger_begin();
	sockets_begin();
	clients_begin();
	audit_begin();
	open_daemon(seed);
	turns_begin();
	if (sim.fail_nth > 0) {
		sim.fails_memory = true;
		memory_fail(sim.fail_nth, sim.fail_more);
	}
	must(loop_run(sim.loop) == 0, "the loop has failed");
	audit_end();
	sockets_end();
	ledger_close();
	must(sim.fail_nth == 0 || sim.fail_more > 0 || sim.hurt <= 1,
	     "one failure has hurt more than one");
	trace(sched_switches());
	trace((uint64_t)sim.now);
	close_daemon();
	return sim.trace;
}
