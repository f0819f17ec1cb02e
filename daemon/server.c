/* SPDX-License-Identifier: MIT */
#include "server.h"

#include "base/blob.h"
#include "config.h"
#include "net/bind.h"
#include "net/listener.h"
#include "net/loop.h"
#include "net/peer.h"
#include "passed.h"
#include "report.h"
#include "rights.h"
#include "rpc/drain.h"
#include "sandbox.h"
#include "session.h"
#include "settings.h"
#include "sources.h"
#include "task/sched.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
	SOCKETS_MOST = PASSED_MOST + LISTEN_MOST * BIND_MOST,
	SPARES = 4096, /* of each kind; together some five megabytes */
};

/* A socket file of ours: to be removed, if it is still the same. */
struct socket_file {
	char path[URL_PATH_MAX + 1];
	dev_t device;
	ino_t inode;
};

struct server {
	struct loop *loop;
	struct options *options; /* that are in force */
	const struct source *source;
	struct access *access; /* the rules that they make */
	struct service service;
	struct drain drain;
	struct report report;
	struct passed passed;
	struct session_limits limits;
	struct listener *listeners[SOCKETS_MOST];
	unsigned listener_count;
	struct socket_file files[LISTEN_MOST];
	unsigned file_count;
	struct sources sources;
};

/* ---- connections ---- */

static void
left(void *context, struct source_count *source)
{
	struct server *server = context;

	sources_leave(&server->sources, source);
}

/* NULL, or why it cannot be served; then it is closed. */
static const char *
begin_session(struct server *server, int fd, struct arrival *arrival)
{
	if (session_start(server->loop, &server->service, &server->limits, fd,
			  arrival) == 0)
		return NULL;
	sources_leave(&server->sources, arrival->source);
	return "out of memory";
}

static void
look_at(int fd, struct peer *place, struct credentials *credentials)
{
	peer_look(fd, place);
	*credentials = (struct credentials){
		.is_unix = place->is_unix,
		.uid = place->uid,
		.gid = place->gid,
		.is_loopback = place->is_loopback,
	};
}

/* NULL when it is counted where it comes from; else why it is not let in. */
static const char *
let_in(struct server *server, const struct peer *place,
       struct source_count **source)
{
	uint64_t *refused = server->service.refused;
	size_t most = server->options->max_connections_per_address;
	int r;

	if (service_is_full(&server->service)) {
		refused[REFUSED_connections]++;
		return "max_connections are open";
	}
	r = sources_enter(&server->sources, place, most, source);
	refused[REFUSED_addresses] += r == -ENOBUFS;
	if (r == -ENOBUFS)
		return "max_connections_per_address are open";
	return r < 0 ? "out of memory" : NULL;
}

static const char *
enter(struct server *server, int fd, const char *peer)
{
	struct arrival arrival = { .peer = peer,
				   .left = left,
				   .context = server };
	struct peer place;
	const char *reason;

	look_at(fd, &place, &arrival.credentials);
	reason = let_in(server, &place, &arrival.source);
	if (reason == NULL)
		return begin_session(server, fd, &arrival);
	close(fd);
	return reason;
}

static void
accept_connection(void *context, int fd, const char *peer)
{
	struct server *server = context;
	const char *reason = enter(server, fd, peer);

	if (reason != NULL)
		log_event(EVENT_refused, LOG_TEXT("peer", peer),
			  LOG_TEXT("reason", reason));
}

/* ---- the end ---- */

static void
remove_files(struct server *server)
{
	struct stat found;

	while (server->file_count > 0) {
		struct socket_file *file = &server->files[--server->file_count];

		if (lstat(file->path, &found) == 0 &&
		    found.st_dev == file->device && found.st_ino == file->inode)
			unlink(file->path);
	}
}

static void
stop_listening(struct server *server)
{
	while (server->listener_count > 0)
		listener_free(server->listeners[--server->listener_count]);
	remove_files(server);
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

/* All of them, or none, and the event says why: what can fail comes first. */
static int
apply(struct server *server, const struct options *options,
      enum log_event event)
{
	char reason[OPTIONS_REASON];
	struct access *access = NULL;
	struct room room;
	int r = settings_room(options, &room, reason);

	if (r == 0 && (access = rights_read(options, reason)) == NULL)
		r = -EINVAL;
	if (r < 0) {
		log_event(event, LOG_TEXT("reason", reason));
		return r;
	}
	settings_apply(options, &room, &server->service, &server->limits);
	service_set_access(&server->service, access);
	access_free(server->access);
	server->access = access;
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
	sources_fini(&server->sources);
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
	    sources_init(&server->sources, random + 3) < 0 ||
	    report_init(&server->report, service) < 0)
		return fail("out of memory", -ENOMEM);
	service->boot = random[2];
	service->started = loop_time(server->loop);
	service->epoch_s = time(NULL);
	return 0;
}

static void
remember_file(struct server *server, const char *path)
{
	struct socket_file *file = &server->files[server->file_count];
	struct stat found;

	if (lstat(path, &found) < 0)
		return;
	strcpy(file->path, path);
	file->device = found.st_dev;
	file->inode = found.st_ino;
	server->file_count++;
}

static int
add_listener(struct server *server, const struct url *url, int fd)
{
	struct listener *listener =
	    listener_new(server->loop, fd, accept_connection, server);
	char text[URL_TEXT_MAX];
	struct url name;

	if (listener == NULL) {
		close(fd);
		return fail("cannot listen", -ENOMEM);
	}
	server->listeners[server->listener_count++] = listener;
	bind_name(url, fd, &name);
	url_print(&name, text);
	log_event(EVENT_listening, LOG_TEXT("url", text));
	return 0;
}

static int
listen_at(struct server *server, const struct url *url)
{
	char text[URL_TEXT_MAX], reason[BIND_REASON];
	int fds[BIND_MOST];
	int count =
	    bind_url(url, (unsigned)server->options->socket_mode, fds, reason);
	int r = 0;

	if (count < 0) {
		url_print(url, text);
		log_event(EVENT_cannot_listen, LOG_TEXT("url", text),
			  LOG_TEXT("reason", reason));
		return count;
	}
	if (url->scheme == URL_UNIX)
		remember_file(server, url->path);
	for (int i = 0; i < count; i++)
		if (r < 0)
			close(fds[i]);
		else
			r = add_listener(server, url, fds[i]);
	return r;
}

/* Wherever the sockets come from. */
static int
check_reach(const struct server *server, const struct options *options)
{
	const struct passed *passed = &server->passed;
	char reason[OPTIONS_REASON];
	int r = rights_check_reach(options, server->access, passed->urls,
				   passed->count, reason);

	if (r == 0)
		r = rights_check_reach(options, server->access,
				       options->listen.items,
				       options->listen.count, reason);
	if (r < 0)
		log_event(EVENT_cannot_listen, LOG_TEXT("reason", reason));
	return r;
}

/* What was passed, and what was asked for; by default the first will do. */
static int
listen_everywhere(struct server *server, const struct options *options)
{
	const struct passed *passed = &server->passed;
	int r = check_reach(server, options);

	for (unsigned i = 0; i < passed->count; i++)
		if (r < 0)
			close(passed->fds[i]);
		else
			r = add_listener(server, &passed->urls[i],
					 passed->fds[i]);
	if (passed->count > 0 &&
	    options->origins[ROW_listen_listen].place == NULL)
		return r;
	for (unsigned i = 0; i < options->listen.count && r == 0; i++)
		if (!passed_has(passed, &options->listen.items[i]))
			r = listen_at(server, &options->listen.items[i]);
	return r;
}

/* Signals last: until then they end the process in the ordinary way. */
static int
init(struct server *server, const struct sys *sys)
{
	const struct options *options = server->options;
	static const int signals[] = { SIGTERM, SIGINT, SIGHUP };
	int r = init_service(server, sys);

	if (r == 0)
		r = apply(server, options, EVENT_cannot_start);
	if (r == 0)
		r = passed_take(&server->passed);
	if (r == 0)
		r = listen_everywhere(server, options);
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

	for (unsigned i = 0; i < server->file_count && r == 0; i++)
		r = sandbox_add(sandbox, server->files[i].path,
				LANDLOCK_UNLINK);
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
