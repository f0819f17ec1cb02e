/* SPDX-License-Identifier: MIT */
#include "server.h"

#include "base/blob.h"
#include "config.h"
#include "entrance.h"
#include "net/loop.h"
#include "places.h"
#include "report.h"
#include "rights.h"
#include "rpc/drain.h"
#include "sandbox.h"
#include "session.h"
#include "settings.h"
#include "task/sched.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

enum { SPARES = 4096 }; /* of each kind; together some five megabytes */

struct server {
	struct loop *loop;
	struct options *options; /* that are in force */
	const struct source *source;
	struct access *access; /* the rules that they make */
	struct service service;
	struct drain drain;
	struct report report;
	struct session_limits limits;
	struct entrance entrance;
	struct places *places;
	bool needs_tls; /* somewhere it is spoken */
};

/* ---- the end ---- */

static void
stop_listening(struct server *server)
{
	server->places = places_free(server->places);
	entrance_close(&server->entrance);
}

static void
drained(void *context)
{
	struct server *server = context;

	loop_finish(server->loop);
}

/*
 * Nobody new; whoever waits is told; what is held may still be acknowledged,
 * and what is written read. A second signal ends the first of these, another
 * one everything.
 */
static void
stop(struct server *server, int signal_number)
{
	int64_t patience = (int64_t)server->options->drain_timeout * 1000000;

	if (server->service.is_draining) {
		log_event(EVENT_drain_ended,
			  LOG_NUMBER("held", chan_totals()->held));
		drain_end(&server->drain);
		return;
	}
	if (server->service.is_stopping) {
		log_event(EVENT_stopped_at_once);
		_exit(EXIT_FAILURE);
	}
	log_event(EVENT_stopping, LOG_TEXT("signal", strsignal(signal_number)),
		  LOG_NUMBER("connections", server->service.client_count),
		  LOG_NUMBER("held", chan_totals()->held));
	stop_listening(server);
	drain_begin(&server->drain, patience);
	report_stopping(&server->report, patience + server->limits.linger);
}

/* ---- other options ---- */

static int
fail(const char *what, int error)
{
	log_event(EVENT_cannot_start, LOG_TEXT("reason", what),
		  LOG_TEXT("error", strerror(-error)));
	return error;
}

static struct options *
options_free(struct options *options)
{
	if (options != NULL)
		options_fini(options);
	free(options);
	return NULL;
}

/* What options become; NULL where they say nothing of it. */
struct prepared {
	struct room room;
	struct access *access;
	struct tls_context *tls;
};

static int
prepare(const struct server *server, const struct options *options,
	struct prepared *next, char *reason)
{
	int r = settings_room(options, &next->room, reason);

	if (r < 0)
		return r;
	next->access = rights_read(options, reason);
	if (next->access == NULL)
		return -EINVAL;
	if (server->needs_tls)
		next->tls = secure_read(options, reason);
	if (!server->needs_tls || next->tls != NULL)
		return 0;
	access_free(next->access);
	return -EINVAL;
}

/* All of them, or none, and the event says why: what can fail comes first. */
static int
apply(struct server *server, const struct options *options,
      enum log_event event)
{
	char reason[OPTIONS_REASON];
	struct prepared next = { .access = NULL };
	int r = prepare(server, options, &next, reason);

	if (r < 0) {
		log_event(event, LOG_TEXT("reason", reason));
		return r;
	}
	settings_apply(options, &next.room, &server->service, &server->limits);
	entrance_use(&server->entrance, options, next.tls);
	service_set_access(&server->service, next.access);
	access_free(server->access);
	server->access = next.access;
	return 0;
}

static void
read_again(struct server *server)
{
	struct options *next = malloc(sizeof *next);

	if (next == NULL) {
		log_event(EVENT_not_reloaded,
			  LOG_TEXT("reason", "out of memory"));
		return;
	}
	if (reload(server->source, server->options, next) < 0) {
		free(next);
		return;
	}
	if (apply(server, next, EVENT_not_reloaded) < 0) {
		options_free(next);
		return;
	}
	options_free(server->options);
	server->options = next;
	log_event(EVENT_reloaded);
}

static void
reload_and_report(struct server *server)
{
	report_reloading(&server->report);
	read_again(server);
	report_ready(&server->report);
}

static void
caught_signal(void *context, int signal_number)
{
	struct server *server = context;

	if (signal_number != SIGHUP)
		stop(server, signal_number);
	else if (!server->service.is_stopping)
		reload_and_report(server);
}

/* What most messages need anew is kept from the one before. */
static void
keep_spares(size_t most)
{
	blob_keep(most);
	delivery_keep(most);
}

struct server *
server_free(struct server *server)
{
	if (server == NULL)
		return NULL;
	stop_listening(server);
	drain_fini(&server->drain);
	report_fini(&server->report);
	hub_free(server->service.hub);
	service_fini(&server->service);
	entrance_fini(&server->entrance);
	loop_free(server->loop);
	keep_spares(0);
	sched_fini();
	options_free(server->options);
	access_free(server->access);
	free(server);
	return NULL;
}

/* ---- the beginning ---- */

static int
init_service(struct server *server, const struct sys *sys)
{
	struct service *service = &server->service;
	uint64_t random[5];

	service->clock = sys->clock;
	if (getrandom(random, sizeof random, 0) != sizeof random)
		return fail("no random numbers", -errno);
	service->hub = hub_new(random, server->options->max_channels);
	if (service->hub == NULL || service_init(service, random + 3) < 0 ||
	    drain_init(&server->drain, service, drained, server) < 0 ||
	    entrance_init(&server->entrance, server->loop, service,
			  &server->limits, random + 3) < 0 ||
	    report_init(&server->report, service) < 0)
		return fail("out of memory", -ENOMEM);
	snprintf(service->boot, sizeof service->boot, "%016" PRIx64, random[2]);
	service->started = loop_time(server->loop);
	service->epoch_s = time(NULL);
	return 0;
}

/* Signals last: until then they end the process in the ordinary way. */
static int
init(struct server *server, const struct sys *sys)
{
	const struct options *options = server->options;
	static const int signals[] = { SIGTERM, SIGINT, SIGHUP };
	int r = init_service(server, sys);

	if (r < 0)
		return r;
	server->places = places_new(server->loop, &server->entrance);
	if (server->places == NULL)
		return -EINVAL;
	server->needs_tls = places_need_tls(server->places, options);
	r = apply(server, options, EVENT_cannot_start);
	if (r == 0)
		r = places_open(server->places, options, server->access);
	if (r < 0)
		return r;
	if (options->watchdog > 0)
		r = loop_watch_tasks(server->loop,
				     (int64_t)options->watchdog * 1000000);
	if (r < 0)
		return fail("cannot watch tasks", r);
	r = loop_catch_signals(server->loop, signals, 3, caught_signal, server);
	return r == 0 ? 0 : fail("cannot catch signals", r);
}

struct server *
server_new(struct options *options, const struct source *source,
	   const struct sys *sys)
{
	struct server *server = calloc(1, sizeof *server);

	keep_spares(SPARES);
	sched_init(&(struct sched_config){ 0 });
	if (server == NULL) {
		options_free(options);
	} else {
		server->options = options;
		server->source = source;
		server->loop = loop_new(sys);
	}
	if (server == NULL || server->loop == NULL)
		fail("out of memory", -ENOMEM);
	else if (init(server, sys) == 0)
		return server;
	return server_free(server);
}

/* From here on only what is needed to serve, to reload, and to leave. */
static int
confine(const struct server *server)
{
	struct sandbox *sandbox =
	    sandbox_new(server->options, server->source->default_file);
	int r = sandbox != NULL ? 0 : -ENOMEM;

	if (r == 0)
		r = places_confine(server->places, sandbox);
	if (r < 0)
		fail("cannot make a sandbox", r);
	else
		r = sandbox_enter(sandbox, server->options->sandbox);
	sandbox_free(sandbox);
	return r;
}

int
server_run(struct server *server)
{
	int r = confine(server);

	if (r < 0)
		return r;
	log_event(
	    EVENT_started, LOG_TEXT("version", PACKAGE_VERSION),
	    LOG_NUMBER("pid", getpid()),
	    LOG_NUMBER("max_connections", server->service.max_connections));
	report_ready(&server->report);
	r = loop_run(server->loop);
	if (r < 0)
		log_event(EVENT_loop_failed, LOG_TEXT("error", strerror(-r)));
	else
		log_event(EVENT_stopped);
	return r;
}
