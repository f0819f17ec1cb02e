/* SPDX-License-Identifier: MIT */
#include "net/listener.h"

#include "base/log.h"
#include "net/watch.h"
#include "task/sched.h"
#include "task/timer.h"

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

enum { PER_ROUND = 64, REST_MS = 100 };

struct listener {
	struct watch watch;
	struct timer rested; /* setting it takes no memory */
	struct loop *loop;
	int fd;
	accepted_fn *accepted;
	void *context;
	uint64_t failures;
};

static void
describe_unix(int fd, char *peer)
{
	struct ucred who = { .pid = 0 };
	socklen_t size = sizeof who;

	getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &size);
	snprintf(peer, PEER_TEXT, "unix:uid=%u,pid=%d", (unsigned)who.uid,
		 (int)who.pid);
}

static void
describe(int fd, const struct sockaddr_storage *address, socklen_t size,
	 char *peer)
{
	char host[PEER_TEXT - 10], port[8];

	if (address->ss_family == AF_UNIX) {
		describe_unix(fd, peer);
		return;
	}
	if (getnameinfo((const void *)address, size, host, sizeof host, port,
			sizeof port, NI_NUMERICHOST | NI_NUMERICSERV) != 0)
		strcpy(host, strcpy(port, "?"));
	snprintf(peer, PEER_TEXT,
		 address->ss_family == AF_INET6 ? "[%s]:%s" : "%s:%s", host,
		 port);
}

/* These are about one connection, which is not there any more. */
static bool
is_passing(int error)
{
	return error == -EINTR || error == -ECONNABORTED || error == -EPROTO ||
	       error == -EPERM || error == -ENETDOWN || error == -EHOSTDOWN ||
	       error == -EHOSTUNREACH || error == -ENETUNREACH ||
	       error == -ENONET || error == -ENOPROTOOPT ||
	       error == -EOPNOTSUPP;
}

static void
rest(struct listener *listener, int error)
{
	listener->failures++;
	log_event(EVENT_not_accepting, LOG_TEXT("error", strerror(-error)),
		  LOG_NUMBER("milliseconds", REST_MS));
	watch_clear(&listener->watch);
	timer_set(&listener->rested, sched_time() + REST_MS * (int64_t)1000000);
}

static void
look_again(struct timer *timer)
{
	struct listener *listener = list_entry(timer, struct listener, rested);

	if (watch_set(&listener->watch, WATCH_READ) < 0)
		rest(listener, -ENOMEM);
}

static void
accept_some(void *context, int what)
{
	struct listener *listener = context;
	struct sockaddr_storage address;
	char peer[PEER_TEXT];
	socklen_t size;
	int fd;

	(void)what;
	for (int i = 0; i < PER_ROUND; i++) {
		size = sizeof address;
		fd = loop_sys(listener->loop)
			 ->accept(listener->fd, (void *)&address, &size);
		if (fd == -EAGAIN)
			break;
		if (fd >= 0) {
			describe(fd, &address, size, peer);
			listener->accepted(listener->context, fd, peer);
		} else if (!is_passing(fd)) {
			rest(listener, fd);
			return;
		}
	}
}

struct listener *
listener_new(struct loop *loop, int fd, accepted_fn *accepted, void *context)
{
	struct listener *listener = calloc(1, sizeof *listener);

	if (listener == NULL)
		return NULL;
	listener->loop = loop;
	listener->fd = fd;
	listener->accepted = accepted;
	listener->context = context;
	watch_init(&listener->watch, loop, fd, accept_some, listener);
	if (timer_init(&listener->rested, look_again) < 0) {
		free(listener);
		return NULL;
	}
	if (watch_set(&listener->watch, WATCH_READ) == 0)
		return listener;
	timer_fini(&listener->rested);
	free(listener);
	return NULL;
}

struct listener *
listener_free(struct listener *listener)
{
	if (listener == NULL)
		return NULL;
	watch_clear(&listener->watch);
	timer_fini(&listener->rested);
	loop_sys(listener->loop)->close(listener->fd);
	free(listener);
	return NULL;
}

uint64_t
listener_failures(const struct listener *listener)
{
	return listener->failures;
}
