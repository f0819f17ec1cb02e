/* SPDX-License-Identifier: MIT */
#include "client/lib/dial.h"

#include "client/lib/sys.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/*
 * As the daemon has it (net/bind.c): a host is dead 30 s after its last sign of
 * life. That we give up what is never acknowledged lets the daemon notice us,
 * too, where nothing of it comes through: until then we send it again.
 */
enum {
	KEEPALIVE_IDLE_S = 15,
	KEEPALIVE_INTERVAL_S = 5,
	KEEPALIVE_COUNT = 3,
	UNACKNOWLEDGED_MS = 30000,
};

/* A Unix socket whose queue is full cannot be polled: how often to look. */
enum { AGAIN_MS = 20 };

void
dial_init(struct dial *dial)
{
	*dial = (struct dial){ .fd = -1 };
}

void
dial_stop(struct dial *dial)
{
	if (dial->fd >= 0)
		close(dial->fd);
	dial->fd = -1;
	dial->at = NULL;
}

static void
forget_addresses(struct dial *dial)
{
	if (dial->addresses != NULL && dial->addresses != &dial->local)
		sys_forget(dial->addresses);
	dial->addresses = NULL;
}

void
dial_fini(struct dial *dial)
{
	dial_stop(dial);
	forget_addresses(dial);
}

static void
use_path(struct dial *dial, const char *path)
{
	_Static_assert(sizeof dial->path.sun_path >=
			   sizeof((struct url *)NULL)->path,
		       "a path that url_parse() takes fits");
	dial->path = (struct sockaddr_un){ .sun_family = AF_UNIX };
	strcpy(dial->path.sun_path, path);
	dial->local = (struct addrinfo){
		.ai_family = AF_UNIX,
		.ai_addr = (struct sockaddr *)&dial->path,
		.ai_addrlen = sizeof dial->path,
	};
	dial->addresses = &dial->local;
}

int
dial_look_up(struct dial *dial, const struct url *url, const char **reason)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	char port[8];
	int r;

	forget_addresses(dial);
	if (url->scheme == URL_UNIX) {
		use_path(dial, url->path);
		return 0;
	}
	snprintf(port, sizeof port, "%u", (unsigned)url->port);
	r = sys_look_up(url->host, port, &hints, &dial->addresses);
	if (r == 0)
		return 0;
	dial->addresses = NULL;
	*reason = gai_strerror(r);
	return r == EAI_MEMORY ? -ENOMEM : -EHOSTUNREACH;
}

/* Somebody may wait for days: a dead host must be noticed all the same. */
static void
tune(int fd)
{
	static const struct {
		int level, name, value;
	} options[] = {
		{ IPPROTO_TCP, TCP_NODELAY, 1 },
		{ SOL_SOCKET, SO_KEEPALIVE, 1 },
		{ IPPROTO_TCP, TCP_KEEPIDLE, KEEPALIVE_IDLE_S },
		{ IPPROTO_TCP, TCP_KEEPINTVL, KEEPALIVE_INTERVAL_S },
		{ IPPROTO_TCP, TCP_KEEPCNT, KEEPALIVE_COUNT },
		{ IPPROTO_TCP, TCP_USER_TIMEOUT, UNACKNOWLEDGED_MS },
	};

	for (size_t i = 0; i < sizeof options / sizeof options[0]; i++)
		setsockopt(fd, options[i].level, options[i].name,
			   &options[i].value, sizeof options[i].value);
}

/* An address that does not answer must leave time for those behind it. */
static int
open_socket(struct dial *dial, int64_t now)
{
	int64_t left = dial->deadline > now ? dial->deadline - now : 0;

	dial->is_begun = false;
	dial->again = NEVER;
	dial->until = sys_after(now, left / dial->left);
	dial->fd = socket(dial->at->ai_family,
			  SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (dial->fd < 0)
		return -errno;
	if (dial->at->ai_family != AF_UNIX)
		tune(dial->fd);
	return 0;
}

/* 1, 0 or a negative errno, as dial_step() has it, of this one address. */
static int
call_connect(struct dial *dial, int64_t now)
{
	dial->again = NEVER;
	if (connect(dial->fd, dial->at->ai_addr, dial->at->ai_addrlen) == 0)
		return 1;
	if (errno == EAGAIN)
		dial->again = sys_after(now, AGAIN_MS);
	else if (errno == EINPROGRESS || errno == EINTR)
		dial->is_begun = true;
	else
		return -errno;
	return 0;
}

static int
look_whether_connected(const struct dial *dial)
{
	struct pollfd wait = { .fd = dial->fd, .events = POLLOUT };
	int error = 0;
	socklen_t size = sizeof error;

	if (poll(&wait, 1, 0) <= 0)
		return 0;
	if (getsockopt(dial->fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0)
		return -errno;
	return error == 0 ? 1 : -error;
}

static int
try_address(struct dial *dial, int64_t now)
{
	int r = dial->fd < 0 ? open_socket(dial, now) : 0;

	if (r == 0)
		r = dial->is_begun ? look_whether_connected(dial)
				   : call_connect(dial, now);
	return r == 0 && now >= dial->until ? -ETIMEDOUT : r;
}

int
dial_step(struct dial *dial, int64_t now)
{
	while (dial->at != NULL) {
		struct addrinfo *next = dial->at->ai_next;
		int r = try_address(dial, now);

		if (r >= 0)
			return r;
		dial->error = r;
		dial_stop(dial);
		dial->at = next;
		dial->left--;
	}
	return dial->error;
}

int
dial_begin(struct dial *dial, int64_t now, int64_t deadline)
{
	dial->fd = -1;
	dial->at = dial->addresses;
	dial->deadline = deadline;
	dial->error = -EHOSTUNREACH;
	dial->left = 0;
	for (struct addrinfo *a = dial->addresses; a != NULL; a = a->ai_next)
		dial->left++;
	return dial_step(dial, now);
}

int64_t
dial_alarm(const struct dial *dial)
{
	return dial->again < dial->until ? dial->again : dial->until;
}
