/* SPDX-License-Identifier: MIT */
/*
 * A load generator: one process, one epoll, both ends of every channel.
 *
 *   load peer=chand url=tcp:7000 pid=4711 mode=ack lanes=64 ...
 *
 * Prints one object of JSON. Its status is 1, and a sentence tells why, where
 * something was lost, doubled, changed, or came out of order.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "cost.h"
#include "crowd.h"
#include "lanes.h"
#include "value.h"

/* What can be given: NAME=NUMBER, each once. */
static struct setting {
	const char *name;
	unsigned value;
} settings[] = {
	{ "pid", 0 },	     /* of the server */
	{ "lanes", 0 },	     /* pairs that are measured */
	{ "depth", 1 },	     /* values on their way on each */
	{ "size", 64 },	     /* bytes of a value */
	{ "background", 0 }, /* pairs that are not */
	{ "background_depth", 128 },
	{ "parked", 0 },  /* receivers that wait */
	{ "shared", 0 },  /* 1: on one channel */
	{ "wake", 0 },	  /* 1: wake them in the end */
	{ "churn", 0 },	  /* connections that come and go at a time */
	{ "warm", 200 },  /* ms */
	{ "span", 1000 }, /* ms */
};

static const struct dialect *const dialects[] = {
	&chand_dialect,	     &redis_dialect, &nats_dialect,
	&beanstalkd_dialect, &floor_dialect,
};

static const char *const modes[] = {
	[PLAIN] = "plain",
	[ACK] = "ack",
	[CALL] = "call",
};

enum { SETTINGS = sizeof settings / sizeof *settings };

static const struct dialect *dialect;
static const char *url = "";
static enum mode mode;

static unsigned
setting(const char *name)
{
	for (unsigned i = 0; i < SETTINGS; i++)
		if (strcmp(settings[i].name, name) == 0)
			return settings[i].value;
	abort();
}

static bool
set_number(const char *name, size_t length, const char *value)
{
	for (unsigned i = 0; i < SETTINGS; i++)
		if (strlen(settings[i].name) == length &&
		    memcmp(settings[i].name, name, length) == 0) {
			settings[i].value = (unsigned)atoi(value);
			return true;
		}
	return false;
}

static void
set_peer(const char *name)
{
	for (unsigned i = 0; i < sizeof dialects / sizeof *dialects; i++)
		if (strcmp(dialects[i]->name, name) == 0)
			dialect = dialects[i];
}

static void
set_mode(const char *name)
{
	for (unsigned i = PLAIN; i <= CALL; i++)
		if (strcmp(modes[i], name) == 0)
			mode = i;
}

static void
set(const char *argument)
{
	const char *value = strchr(argument, '=');

	if (value == NULL)
		fail("NAME=VALUE, not %s", argument);
	value++;
	if (strncmp(argument, "peer=", 5) == 0)
		set_peer(value);
	else if (strncmp(argument, "mode=", 5) == 0)
		set_mode(value);
	else if (strncmp(argument, "url=", 4) == 0)
		url = value;
	else if (!set_number(argument, (size_t)(value - 1 - argument), value))
		fail("there is no %s", argument);
}

static void
check_settings(void)
{
	if (dialect == NULL)
		fail("which peer?");
	if ((mode == CALL && !dialect->can_call) ||
	    (mode == ACK && !dialect->can_ack))
		fail("%s has no mode %s", dialect->name, modes[mode]);
	if (mode == CALL && setting("depth") != 1)
		fail("a caller has one call on its way");
	if (setting("size") < VALUE_LEAST)
		fail("a value has %d bytes or more", VALUE_LEAST);
}

static void
heard_any(struct line *line, enum heard heard, const struct event *event)
{
	if (line->lane != NULL)
		lanes_heard(line, heard, event);
	else
		crowd_heard(line, heard, event);
}

static void
allow_descriptors(void)
{
	struct rlimit limit;

	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

static int64_t
ms(const char *name)
{
	return setting(name) * INT64_C(1000000);
}

static void
say(const char *name, double value)
{
	printf(", \"%s\": %.3f", name, value);
}

static double
us(int64_t ns)
{
	return (double)ns / 1e3;
}

static double
per(double amount, double count)
{
	return count > 0 ? amount / count : 0;
}

/* What parking costs, and what it costs to stay parked. */
static void
run_parked(int pid, unsigned count)
{
	struct cost before = cost_now(pid), parked, quiet;

	crowd_park(dialect, count, setting("size"), setting("shared") > 0);
	parked = cost_now(pid);
	lines_for(ms("warm"));
	quiet = cost_now(pid);
	lines_for(ms("span"));
	say("connects", count);
	say("connect_us", per(us(parked.server - before.server), count));
	say("resident", per((double)(quiet.resident - before.resident), count));
	before = quiet;
	quiet = cost_now(pid);
	say("idle_percent", 100 * per((double)(quiet.server - before.server),
				      (double)(quiet.clock - before.clock)));
}

static void
say_lanes(struct cost begin, struct cost end)
{
	double span = (double)(end.clock - begin.clock);
	double cpu = (double)(end.server - begin.server);
	double busy = (double)(end.own - begin.own);

	say("rate", lanes_measured() / span * 1e9);
	say("background_rate", lanes_background() / span * 1e9);
	say("cpu_us", per(cpu / 1e3, lanes_measured() + lanes_background()));
	say("server_busy", 100 * cpu / span);
	say("load_busy", 100 * busy / span);
	say("p50_us", delay_at(.5));
	say("p99_us", delay_at(.99));
	say("p999_us", delay_at(.999));
}

static void
run_lanes(int pid)
{
	struct cost begin, end;

	lanes_open(&(struct plan){
	    .dialect = dialect,
	    .mode = mode,
	    .lanes = setting("lanes"),
	    .background = setting("background"),
	    .depth = setting("depth"),
	    .background_depth = setting("background_depth"),
	    .size = setting("size"),
	});
	lanes_start();
	lines_for(ms("warm"));
	lanes_measure(true);
	begin = cost_now(pid);
	lines_for(ms("span"));
	lanes_measure(false);
	end = cost_now(pid);
	lanes_stop();
	say_lanes(begin, end);
	say("total", lanes_total());
}

static void
run_wake(int pid)
{
	struct cost before = cost_now(pid);
	int64_t took = crowd_wake();
	double cpu = (double)(cost_now(pid).server - before.server);

	say("wake_rate", setting("parked") / (double)took * 1e9);
	say("wake_us", cpu / 1e3 / setting("parked"));
}

static void
run_churn(int pid)
{
	struct cost before = cost_now(pid), after;
	unsigned came = crowd_churn(dialect, setting("churn"), ms("span"));

	after = cost_now(pid);
	say("churn_rate", came / (double)(after.clock - before.clock) * 1e9);
	say("churn_us", per(us(after.server - before.server), came));
}

int
main(int argc, char **argv)
{
	int pid;

	for (int i = 1; i < argc; i++)
		set(argv[i]);
	check_settings();
	allow_descriptors();
	lines_open(url, dialect, heard_any);
	pid = (int)setting("pid");
	printf("{\"peer\": \"%s\", \"mode\": \"%s\"", dialect->name,
	       modes[mode]);
	if (setting("parked") > 0)
		run_parked(pid, setting("parked"));
	if (setting("lanes") > 0)
		run_lanes(pid);
	if (setting("wake") > 0)
		run_wake(pid);
	if (setting("churn") > 0)
		run_churn(pid);
	puts("}");
	return 0;
}
