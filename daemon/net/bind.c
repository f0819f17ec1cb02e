/* SPDX-License-Identifier: MIT */
#include "net/bind.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum {
	BACKLOG = 4096,
	SOCKET_FLAGS = SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
	/*
	 * A peer is dead 30 s after its last sign of life, whether it owes us
	 * or we it. Three probes: the kernel compares silence with the time of
	 * what is unacknowledged, too, and counts no probes then. One that
	 * hears nothing of us sends again what it has sent, each a sign of
	 * life: only its own giving up after 30 s (libchand's does) keeps that
	 * within 60.
	 */
	KEEPALIVE_IDLE_S = 15,
	KEEPALIVE_INTERVAL_S = 5,
	KEEPALIVE_COUNT = 3,
	UNACKNOWLEDGED_MS = 30000,
};

static int FORMAT(3) fail(int r, char *reason, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(reason, BIND_REASON, format, arguments);
	va_end(arguments);
	return r;
}

static int
fail_closed(int fd, char *reason, const char *what)
{
	int error = errno;

	if (fd >= 0)
		close(fd);
	return fail(-error, reason, "%s: %s", what, strerror(error));
}

/* ---- unix ---- */

/* Whether somebody accepts connections there: 1, 0, or -errno. */
static int
is_in_use(const struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCKET_FLAGS, 0);
	int r;

	if (fd < 0)
		return -errno;
	r = connect(fd, (const void *)address, sizeof *address);
	r = r == 0 || errno == EAGAIN ? 1 : errno == ECONNREFUSED ? 0 : -errno;
	close(fd);
	return r;
}

static int
clear_the_way(const struct sockaddr_un *address, char *reason)
{
	const char *path = address->sun_path;
	struct stat found;
	int r;

	if (lstat(path, &found) < 0)
		return errno == ENOENT ? 0 : fail_closed(-1, reason, path);
	if (!S_ISSOCK(found.st_mode))
		return fail(-EEXIST, reason,
			    "%s is there and is no socket: move it away", path);
	r = is_in_use(address);
	if (r == 1)
		return fail(-EADDRINUSE, reason,
			    "another process listens on %s", path);
	if (r < 0 && r != -ENOENT)
		return fail(r, reason, "%s: %s", path, strerror(-r));
	return unlink(path) < 0 && errno != ENOENT
		   ? fail_closed(-1, reason, path)
		   : 0;
}

/*
 * The mode is set on the socket before it gets a name, so that it is right
 * from the first moment on; the umask must not take anything away from it.
 */
static int
bind_at(const struct sockaddr_un *address, unsigned mode, char *reason)
{
	int fd = socket(AF_UNIX, SOCKET_FLAGS, 0);
	mode_t umask_before = umask(0);
	int r = fd < 0 ? -1 : fchmod(fd, mode);

	if (r == 0)
		r = bind(fd, (const void *)address, sizeof *address);
	if (r == 0)
		r = listen(fd, BACKLOG);
	if (r < 0)
		fd = fail_closed(fd, reason, address->sun_path);
	umask(umask_before);
	return fd;
}

/* Two daemons that start at once must not take the path from each other. */
static int
lock_folder(const char *path, char *reason)
{
	const struct timespec a_moment = { .tv_nsec = 20000000 };
	char folder[URL_PATH_MAX + 1];
	int tries = 100; /* two seconds: somebody may hold it for ever */
	int fd;

	strcpy(folder, path);
	fd = open(dirname(folder), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	while (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) < 0) {
		if (errno != EWOULDBLOCK || tries-- == 0)
			return fail_closed(fd, reason, folder);
		nanosleep(&a_moment, NULL);
	}
	return fd >= 0 ? fd : fail_closed(fd, reason, folder);
}

static int
bind_unix(const char *path, unsigned mode, int *fds, char *reason)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int folder = lock_folder(path, reason);
	int r;

	if (folder < 0)
		return folder;
	strcpy(address.sun_path, path);
	r = clear_the_way(&address, reason);
	if (r == 0)
		r = bind_at(&address, mode, reason);
	close(folder);
	if (r < 0)
		return r;
	fds[0] = r;
	return 1;
}

/* ---- tcp ---- */

/* Accepted sockets inherit all of it. */
static int
set_options(int fd)
{
	static const struct {
		int level, name, value;
	} options[] = {
		{ SOL_SOCKET, SO_REUSEADDR, 1 },
		{ SOL_SOCKET, SO_KEEPALIVE, 1 },
		{ IPPROTO_TCP, TCP_KEEPIDLE, KEEPALIVE_IDLE_S },
		{ IPPROTO_TCP, TCP_KEEPINTVL, KEEPALIVE_INTERVAL_S },
		{ IPPROTO_TCP, TCP_KEEPCNT, KEEPALIVE_COUNT },
		{ IPPROTO_TCP, TCP_USER_TIMEOUT, UNACKNOWLEDGED_MS },
		{ IPPROTO_TCP, TCP_NODELAY, 1 },
	};

	for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
		if (setsockopt(fd, options[i].level, options[i].name,
			       &options[i].value, sizeof options[i].value) < 0)
			return -errno;
	}
	return 0;
}

static int
bind_address(const struct addrinfo *info, char *reason)
{
	const int on = 1;
	int fd = socket(info->ai_family, SOCKET_FLAGS, 0);

	if (fd < 0)
		return fail_closed(fd, reason, "socket");
	if (set_options(fd) < 0 ||
	    (info->ai_family == AF_INET6 &&
	     setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on) < 0))
		return fail_closed(fd, reason, "setsockopt");
	if (bind(fd, info->ai_addr, info->ai_addrlen) < 0)
		return fail_closed(fd, reason, "bind");
	if (listen(fd, BACKLOG) < 0)
		return fail_closed(fd, reason, "listen");
	return fd;
}

/* "localhost" may have an IPv6 address where the machine has no IPv6. */
static bool
is_not_here(int error)
{
	return error == -EAFNOSUPPORT || error == -EADDRNOTAVAIL;
}

static int
bind_all(const struct addrinfo *info, int *fds, char *reason)
{
	int count = 0, failed = 0;
	int fd;

	for (; info != NULL && count < BIND_MOST; info = info->ai_next) {
		fd = bind_address(info, reason);
		if (fd >= 0) {
			fds[count++] = fd;
			continue;
		}
		failed = fd;
		if (!is_not_here(fd))
			break;
	}
	if (count > 0 && (failed == 0 || is_not_here(failed)))
		return count;
	while (count > 0)
		close(fds[--count]);
	return failed;
}

static int
look_up(const struct url *url, struct addrinfo **info, char *reason)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM,
					.ai_flags = AI_PASSIVE };
	char port[8];
	int r;

	snprintf(port, sizeof port, "%u", (unsigned)url->port);
	r = getaddrinfo(url->host, port, &hints, info);
	return r == 0 ? 0
		      : fail(-ENOENT, reason, "%s: %s", url->host,
			     gai_strerror(r));
}

static bool
is_loopback(const struct sockaddr *address)
{
	const struct sockaddr_in6 *ipv6 = (const void *)address;
	const struct sockaddr_in *ipv4 = (const void *)address;

	if (address->sa_family == AF_INET6)
		return IN6_IS_ADDR_LOOPBACK(&ipv6->sin6_addr);
	return address->sa_family == AF_INET &&
	       ntohl(ipv4->sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
}

int
bind_is_local(const struct url *url, char *reason)
{
	struct addrinfo *info;
	int r;

	if (url->scheme == URL_UNIX)
		return true;
	r = look_up(url, &info, reason);
	if (r < 0)
		return r;
	r = true;
	for (const struct addrinfo *at = info; at != NULL; at = at->ai_next)
		r = r && is_loopback(at->ai_addr);
	freeaddrinfo(info);
	return r;
}

static int
bind_tcp(const struct url *url, int *fds, char *reason)
{
	struct addrinfo *info;
	int r = look_up(url, &info, reason);

	if (r < 0)
		return r;
	r = bind_all(info, fds, reason);
	freeaddrinfo(info);
	return r;
}

int
bind_url(const struct url *url, unsigned mode, int *fds, char *reason)
{
	return url->scheme == URL_UNIX ? bind_unix(url->path, mode, fds, reason)
				       : bind_tcp(url, fds, reason);
}

void
bind_name(const struct url *url, int fd, struct url *name)
{
	struct sockaddr_storage address;
	socklen_t size = sizeof address;
	char port[8];

	*name = *url;
	if (url->scheme == URL_UNIX ||
	    getsockname(fd, (void *)&address, &size) < 0 ||
	    getnameinfo((void *)&address, size, name->host, sizeof name->host,
			port, sizeof port,
			NI_NUMERICHOST | NI_NUMERICSERV) != 0)
		return;
	sscanf(port, "%hu", &name->port);
}

/* ---- somebody else's ---- */

static int
value_of(int fd, int name)
{
	int value = -1;
	socklen_t size = sizeof value;

	return getsockopt(fd, SOL_SOCKET, name, &value, &size) < 0 ? -errno
								   : value;
}

static int
judge(int fd, char *reason)
{
	int type = value_of(fd, SO_TYPE);
	int family = value_of(fd, SO_DOMAIN);

	if (type < 0)
		return fail(type, reason, "it is no socket: %s",
			    strerror(-type));
	if (type != SOCK_STREAM)
		return fail(-EPROTOTYPE, reason, "it is no stream socket");
	if (family != AF_UNIX && family != AF_INET && family != AF_INET6)
		return fail(-EAFNOSUPPORT, reason,
			    "it is neither a TCP nor a Unix socket");
	if (value_of(fd, SO_ACCEPTCONN) != 1)
		return fail(-EINVAL, reason, "it does not listen");
	return family;
}

/* A path; not a name in the abstract, which has no owner to be asked. */
static int
name_unix(int fd, struct url *url, char *reason)
{
	struct sockaddr_un address = { 0 };
	socklen_t size = sizeof address;

	if (getsockname(fd, (void *)&address, &size) < 0)
		return fail(-errno, reason, "it has no name");
	if (address.sun_path[0] != '/')
		return fail(-EINVAL, reason, "it is at no path");
	url->scheme = URL_UNIX;
	snprintf(url->path, sizeof url->path, "%.*s", URL_PATH_MAX,
		 address.sun_path);
	return 0;
}

static int
name_tcp(int fd, struct url *url, char *reason)
{
	static const struct url tcp = { .scheme = URL_TCP };

	if (value_of(fd, SO_PROTOCOL) != IPPROTO_TCP)
		return fail(-EPROTONOSUPPORT, reason, "it does not speak TCP");
	if (set_options(fd) < 0)
		return fail(-errno, reason, "setsockopt: %s", strerror(errno));
	bind_name(&tcp, fd, url);
	return 0;
}

int
bind_adopt(int fd, struct url *url, char *reason)
{
	int family = judge(fd, reason);
	struct url found = { .port = 0 };
	int r = family;

	if (family >= 0)
		r = family == AF_UNIX ? name_unix(fd, &found, reason)
				      : name_tcp(fd, &found, reason);
	if (r < 0)
		return r;
	if (fcntl(fd, F_SETFD, FD_CLOEXEC) < 0 ||
	    fcntl(fd, F_SETFL, O_NONBLOCK) < 0)
		return fail(-errno, reason, "fcntl: %s", strerror(errno));
	*url = found;
	return 0;
}
