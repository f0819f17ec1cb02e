/* SPDX-License-Identifier: MIT */
#include "client/conn.h"

#include "client/clock.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* Seconds of silence before the kernel asks whether the host still lives. */
enum { KEEPALIVE_IDLE = 60 };

/* The default socket, if it is there: a path that fits, or "". */
static void
find_socket(char *path, size_t room)
{
	const char *folder =
	    geteuid() == 0 ? "/run/chand" : getenv("XDG_RUNTIME_DIR");
	int n = 0;

	if (folder != NULL && folder[0] == '/')
		n = snprintf(path, room, "%s/chand.sock", folder);
	if (n <= 0 || (size_t)n >= room || access(path, F_OK) != 0)
		path[0] = '\0';
}

static void
find_default(struct url *url)
{
	*url = (struct url){ .scheme = URL_UNIX };
	find_socket(url->path, sizeof url->path);
	if (url->path[0] != '\0')
		return;
	url->scheme = URL_TCP;
	strcpy(url->host, "127.0.0.1");
	url->port = URL_PORT;
}

int
conn_find(const char *given, struct url *url, struct place *place,
	  const char **reason)
{
	*place = (struct place){ "-s", given };
	if (given != NULL)
		return url_parse(given, url, reason);
	*place = (struct place){ "CHAND_URL", getenv("CHAND_URL") };
	if (place->text != NULL && place->text[0] != '\0')
		return url_parse(place->text, url, reason);
	find_default(url);
	return 0;
}

static int
wait_connected(int fd, int64_t deadline)
{
	struct pollfd wait = { .fd = fd, .events = POLLOUT };
	int error = 0;
	socklen_t size = sizeof error;
	int r;

	do {
		r = poll(&wait, 1, clock_left_ms(deadline));
	} while (r < 0 && errno == EINTR);
	if (r == 0)
		return -ETIMEDOUT;
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0)
		return -errno;
	return -error;
}

static int
connect_within(int fd, const struct sockaddr *address, socklen_t size,
	       int64_t deadline)
{
	int error = 0;

	while (connect(fd, address, size) < 0) {
		error = errno;
		if (error == EINPROGRESS)
			return wait_connected(fd, deadline);
		/* A Unix socket whose queue is full: it cannot be polled. */
		if (error != EAGAIN)
			return -error;
		if (clock_left_ms(deadline) == 0)
			return -ETIMEDOUT;
		poll(NULL, 0, 20);
	}
	return 0;
}

/* Somebody may wait for days: a dead host must be noticed all the same. */
static void
tune(int fd)
{
	int on = 1;
	int idle = KEEPALIVE_IDLE;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof idle);
}

static int
open_address(const struct sockaddr *address, socklen_t size, int64_t deadline)
{
	int fd = socket(address->sa_family,
			SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int r;

	if (fd < 0)
		return -errno;
	r = connect_within(fd, address, size, deadline);
	if (r < 0) {
		close(fd);
		return r;
	}
	if (address->sa_family != AF_UNIX)
		tune(fd);
	return fd;
}

static int
open_unix(const struct url *url, int64_t deadline)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	_Static_assert(sizeof address.sun_path >= sizeof url->path,
		       "a path that url_parse() takes fits");
	strcpy(address.sun_path, url->path);
	return open_address((const struct sockaddr *)&address, sizeof address,
			    deadline);
}

/* An address that does not answer must leave time for those behind it. */
static int
try_each(const struct addrinfo *list, int64_t deadline)
{
	const struct addrinfo *at;
	int left = 0;
	int r = -EHOSTUNREACH;

	for (at = list; at != NULL; at = at->ai_next)
		left++;
	for (at = list; at != NULL && r < 0; at = at->ai_next) {
		int64_t now = clock_now();
		int64_t share = deadline > now ? (deadline - now) / left-- : 0;
		r = open_address(at->ai_addr, at->ai_addrlen, now + share);
	}
	return r;
}

static int
open_tcp(const struct url *url, int64_t span, const char **reason)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	struct addrinfo *list;
	char port[8];
	int r;

	snprintf(port, sizeof port, "%u", (unsigned)url->port);
	r = getaddrinfo(url->host, port, &hints, &list);
	if (r != 0) {
		*reason = gai_strerror(r);
		return -EHOSTUNREACH;
	}
	r = try_each(list, clock_after(span));
	freeaddrinfo(list);
	return r;
}

int
conn_open(const struct url *url, int64_t span, const char **reason)
{
	int r;

	*reason = NULL;
	if (url->scheme == URL_UNIX)
		r = open_unix(url, clock_after(span));
	else
		r = open_tcp(url, span, reason);
	if (r < 0 && *reason == NULL)
		*reason = strerror(-r);
	return r;
}
