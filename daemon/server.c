/* SPDX-License-Identifier: MIT */
#include "server.h"

#include "base/blob.h"
#include "base/log.h"
#include "config.h"
#include "net/bind.h"
#include "net/listener.h"
#include "net/loop.h"
#include "rpc/service.h"
#include "secure.h"
#include "session.h"
#include "task/sched.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
	SOCKETS_MOST = LISTEN_MOST * BIND_MOST,
	SPARE_FILES = 32, /* for what is no connection */
	SOCKET_MODE = 0600,
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
	struct service service;
	struct session_limits limits;
	struct secure *secure; /* or NULL: no url is a tls:// one */
	struct listener *listeners[SOCKETS_MOST];
	unsigned listener_count;
	struct socket_file files[LISTEN_MOST];
	unsigned file_count;
	struct log_gate full_gate;
};

/* ---- connections ---- */

static void
refuse(struct server *server, const char *peer, const char *reason)
{
	if (log_gate_pass(&server->full_gate, sched_time()))
		log_line(LOG_WARNING,
			 "a connection was refused peer=\"%s\" reason=\"%s\"",
			 peer, reason);
}

/* Who is on its way in counts, too: there is one descriptor for each. */
static bool
is_full(const struct server *server)
{
	return service_is_full(&server->service, secure_coming(server->secure));
}

static void
admit(void *context, int fd, struct layer *layer, const char *peer)
{
	struct server *server = context;

	if (session_start(server->loop, &server->service, &server->limits, fd,
			  layer, peer) < 0)
		refuse(server, peer, "out of memory");
}

static void
accept_connection(void *context, int fd, const char *peer)
{
	struct server *server = context;

	if (is_full(server)) {
		refuse(server, peer, "max_connections are open");
		loop_close(server->loop, fd, NULL);
	} else {
		admit(server, fd, NULL, peer);
	}
}

static void
accept_secure(void *context, int fd, const char *peer)
{
	struct server *server = context;

	if (is_full(server)) {
		refuse(server, peer, "max_connections are open");
		loop_close(server->loop, fd, NULL);
	} else {
		secure_begin(server->secure, fd, peer);
	}
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
	server->secure = secure_free(server->secure);
	remove_files(server);
}

static void
reload(struct server *server)
{
	if (server->secure != NULL)
		secure_reload(server->secure);
	else
		log_line(LOG_INFO, "there is nothing to read again");
}

/* Nobody new; whoever waits is told; what is written may still be read. */
static void
stop(struct server *server, int signal_number)
{
	if (server->service.is_stopping) {
		log_line(LOG_WARNING, "stopped at once by a second signal");
		_exit(EXIT_FAILURE);
	}
	log_line(LOG_INFO, "stopping signal=\"%s\" connections=%zu",
		 strsignal(signal_number), server->service.client_count);
	stop_listening(server);
	service_stop(&server->service);
	loop_finish(server->loop);
}

static void
caught_signal(void *context, int signal_number)
{
	struct server *server = context;

	if (signal_number == SIGHUP)
		reload(server);
	else
		stop(server, signal_number);
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
	hub_free(server->service.hub);
	service_fini(&server->service);
	loop_free(server->loop);
	keep_spares(0);
	sched_fini();
	free(server);
	return NULL;
}

/* ---- the beginning ---- */

static int
fail(const char *what, int error)
{
	log_line(LOG_ERROR, "%s error=\"%s\"", what, strerror(-error));
	return error;
}

/* As many files as we may have. */
static size_t
raise_file_limit(void)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) < 0)
		return 1024;
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
	return getrlimit(RLIMIT_NOFILE, &files) < 0 ? 1024 : files.rlim_cur;
}

static int
set_limits(struct server *server, const struct options *options)
{
	size_t files = raise_file_limit();
	size_t most = files > SPARE_FILES ? files - SPARE_FILES : 0;

	if (most > sched_most_tasks())
		most = sched_most_tasks();
	if (options->max_connections > most || most == 0) {
		log_line(
		    LOG_ERROR,
		    "max_connections is %zu, but descriptors (%zu) and stacks "
		    "allow %zu: raise the limit of open files, or lower it",
		    options->max_connections, files, most);
		return -EINVAL;
	}
	server->service.max_connections =
	    options->max_connections > 0 ? options->max_connections : most;
	server->service.max_message = options->max_message;
	server->service.max_output = options->max_output;
	server->service.max_channels = options->max_channels;
	server->service.max_capacity = options->max_capacity;
	server->service.max_held = options->max_held;
	server->service.max_tasks = options->max_tasks;
	server->service.max_watchers = options->max_watchers;
	server->limits = (struct session_limits){
		.max_message = options->max_message,
		.max_output = options->max_output,
		.turn_requests = (unsigned)options->turn_requests,
		.linger = (int64_t)options->linger_timeout * 1000000000,
	};
	return 0;
}

static int
init_service(struct server *server, const struct sys *sys)
{
	struct service *service = &server->service;
	uint64_t random[5];

	service->clock = sys->clock;
	if (getrandom(random, sizeof random, 0) != sizeof random)
		return fail("no random numbers", -errno);
	service->hub = hub_new(random, service->max_channels);
	if (service->hub == NULL || service_init(service, random + 3) < 0)
		return fail("cannot start", -ENOMEM);
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
	accepted_fn *accepted =
	    url->scheme == URL_TLS ? accept_secure : accept_connection;
	struct listener *listener =
	    listener_new(server->loop, fd, accepted, server);
	char text[URL_TEXT_MAX];
	struct url name;

	if (listener == NULL) {
		close(fd);
		return fail("cannot listen", -ENOMEM);
	}
	server->listeners[server->listener_count++] = listener;
	bind_name(url, fd, &name);
	url_print(&name, text);
	log_line(LOG_INFO, "listening url=\"%s\"", text);
	return 0;
}

static int
listen_at(struct server *server, const struct options *options,
	  const struct url *url)
{
	char text[URL_TEXT_MAX], reason[BIND_REASON];
	int fds[BIND_MOST];
	int count, r = 0;

	if (url->scheme == URL_TLS && server->secure == NULL) {
		server->secure = secure_new(server->loop, options,
					    &server->service, admit, server);
		if (server->secure == NULL)
			return -EINVAL;
	}
	count = bind_url(url, SOCKET_MODE, fds, reason);
	if (count < 0) {
		url_print(url, text);
		log_line(LOG_ERROR, "cannot listen url=\"%s\" reason=\"%s\"",
			 text, reason);
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

/* Signals last: until then they end the process in the ordinary way. */
static int
init(struct server *server, const struct options *options,
     const struct sys *sys)
{
	static const int signals[] = { SIGTERM, SIGINT, SIGHUP };
	int r = set_limits(server, options);

	if (r == 0)
		r = init_service(server, sys);
	for (unsigned i = 0; i < options->listen_count && r == 0; i++)
		r = listen_at(server, options, &options->listen[i]);
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
server_new(const struct options *options, const struct sys *sys)
{
	struct server *server = calloc(1, sizeof *server);

	keep_spares(SPARES);
	sched_init(&(struct sched_config){ 0 });
	if (server == NULL || (server->loop = loop_new(sys)) == NULL)
		fail("cannot start", -ENOMEM);
	else if (init(server, options, sys) == 0)
		return server;
	return server_free(server);
}

int
server_run(struct server *server)
{
	int r;

	log_line(LOG_INFO, "started version=\"%s\" pid=%d max_connections=%zu",
		 PACKAGE_VERSION, (int)getpid(),
		 server->service.max_connections);
	r = loop_run(server->loop);
	if (r < 0)
		return fail("the loop has failed", r);
	log_line(LOG_INFO, "stopped");
	return 0;
}
