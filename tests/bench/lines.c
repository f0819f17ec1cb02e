/* SPDX-License-Identifier: MIT */
#include "lines.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
	EVENTS = 256,
	MARKED_MOST = 1 << 17,
	READ_LEAST = 1 << 14, /* a read asks for this, or for two values */
	PORTS_EACH = 8000,    /* connections from one address of ours */
	PATIENCE_S = 60,
};

static struct {
	int epoll;
	struct address server;
	const struct dialect *dialect;
	line_heard *heard;
	struct line *marked[MARKED_MOST];
	unsigned marks;
	unsigned opened;
	uint8_t *scratch;
	size_t scratch_size;
} all;

void
fail(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	exit(1);
}

int64_t
clock_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

size_t
dialect_text(const uint8_t *data, size_t size)
{
	const uint8_t *end = memchr(data, '\n', size);

	return end == NULL ? 0 : (size_t)(end - data) + 1;
}

static void
find_server(const char *url)
{
	struct address *server = &all.server;

	if (strncmp(url, "tcp:", 4) == 0) {
		server->tcp.sin_family = AF_INET;
		server->tcp.sin_port = htons((uint16_t)atoi(url + 4));
		server->tcp.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		server->size = sizeof server->tcp;
	} else {
		server->local.sun_family = AF_UNIX;
		snprintf(server->local.sun_path, sizeof server->local.sun_path,
			 "%s", url + strlen("unix:"));
		server->size = sizeof server->local;
	}
	server->family = server->any.sa_family;
}

void
lines_open(const char *url, const struct dialect *dialect, line_heard *heard)
{
	all.dialect = dialect;
	all.heard = heard;
	all.epoll = epoll_create1(0);
	find_server(url);
}

/* One address of the loopback has too few ports for all connections. */
static void
spread(int fd)
{
	struct sockaddr_in own = {
		.sin_family = AF_INET,
		.sin_addr.s_addr =
		    htonl(INADDR_LOOPBACK + 1 + all.opened++ / PORTS_EACH % 64),
	};

	setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &(int){ 1 },
		   sizeof(int));
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof(int));
	if (bind(fd, (void *)&own, sizeof own) != 0)
		fail("bind: %s", strerror(errno));
}

static int
reach_server(void)
{
	int fd = socket(all.server.family, SOCK_STREAM, 0);

	if (fd < 0)
		fail("socket: %s", strerror(errno));
	if (all.server.family == AF_INET)
		spread(fd);
	if (connect(fd, &all.server.any, all.server.size) != 0)
		fail("connect: %s", strerror(errno));
	fcntl(fd, F_SETFL, O_NONBLOCK);
	return fd;
}

static void
watch(struct line *line, int operation, bool is_full)
{
	struct epoll_event event = {
		.events = EPOLLIN | (is_full ? EPOLLOUT : 0),
		.data.ptr = line,
	};

	line->is_full = is_full;
	if (epoll_ctl(all.epoll, operation, line->fd, &event) != 0)
		fail("epoll: %s", strerror(errno));
}

void
line_open(struct line *line)
{
	line->fd = reach_server();
	watch(line, EPOLL_CTL_ADD, false);
	all.dialect->greet(line);
	line_mark(line);
}

void
line_close(struct line *line)
{
	close(line->fd);
	free(line->in.data);
	free(line->out.data);
	*line = (struct line){ .fd = -1, .is_marked = line->is_marked };
}

void
line_mark(struct line *line)
{
	if (line->is_marked)
		return;
	line->is_marked = true;
	all.marked[all.marks++] = line;
}

static void
put_out(struct line *line)
{
	struct buffer *out = &line->out;
	ssize_t n;

	if (buffer_size(out) == 0 || line->fd < 0)
		return;
	n = write(line->fd, out->data + out->from, buffer_size(out));
	if (n < 0 && errno != EAGAIN)
		fail("write: %s", strerror(errno));
	if (n > 0)
		buffer_use(out, (size_t)n);
	if (line->is_full != (buffer_size(out) > 0))
		watch(line, EPOLL_CTL_MOD, !line->is_full);
}

static void
put_all_out(void)
{
	for (unsigned i = 0; i < all.marks; i++) {
		all.marked[i]->is_marked = false;
		put_out(all.marked[i]);
	}
	all.marks = 0;
}

/* Whether there was one, whole. */
static bool
hear_one(struct line *line, const uint8_t *data, size_t size, size_t *used)
{
	struct event event = { 0 };
	enum heard heard = all.dialect->hear(line, data, size, &event);

	if (heard == MORE)
		return false;
	if (heard == WRONG)
		fail("a %s line of %s was told: %.*s",
		     line->is_ready ? "greeted" : "new", line->channel,
		     (int)(size < 80 ? size : 80), (const char *)data);
	*used = event.used;
	if (heard == READY)
		line->is_ready = true;
	if (heard != NOTHING)
		all.heard(line, heard, &event);
	if (buffer_size(&line->out) > 0)
		line_mark(line);
	return true;
}

/* How much of it could be used. A line may be closed by what it hears. */
static size_t
hear_all(struct line *line, const uint8_t *data, size_t size)
{
	size_t used = 0, one;

	while (used < size && line->fd >= 0 &&
	       hear_one(line, data + used, size - used, &one))
		used += one;
	return used;
}

/* A parked line has no buffer: what is whole is used where it was read. */
static void
hear_new(struct line *line, const uint8_t *data, size_t size)
{
	size_t used;

	if (buffer_size(&line->in) > 0) {
		buffer_add(&line->in, data, size);
		used = hear_all(line, line->in.data + line->in.from,
				buffer_size(&line->in));
		if (line->fd >= 0)
			buffer_use(&line->in, used);
		return;
	}
	used = hear_all(line, data, size);
	if (line->fd >= 0 && used < size)
		buffer_add(&line->in, data + used, size - used);
}

static void
readable(struct line *line)
{
	size_t most = READ_LEAST + 2 * (size_t)line->size;
	ssize_t n;

	if (all.scratch_size < most) {
		all.scratch = realloc(all.scratch, most);
		all.scratch_size = most;
	}
	n = read(line->fd, all.scratch, most);
	if (n == 0)
		fail("the server has closed a line of %s", line->channel);
	if (n < 0 && errno != EAGAIN)
		fail("read: %s", strerror(errno));
	if (n > 0)
		hear_new(line, all.scratch, (size_t)n);
}

void
lines_step(int wait_ms)
{
	struct epoll_event events[EVENTS];
	struct line *line;
	int count;

	put_all_out();
	count = epoll_wait(all.epoll, events, EVENTS, wait_ms);
	for (int i = 0; i < count; i++) {
		line = events[i].data.ptr;
		if (events[i].events & EPOLLOUT)
			put_out(line);
		if (events[i].events & ~EPOLLOUT && line->fd >= 0)
			readable(line);
	}
	put_all_out();
}

void
lines_until(const unsigned *counter, unsigned goal, const char *what)
{
	int64_t end = clock_ns() + PATIENCE_S * INT64_C(1000000000);

	while (*counter < goal) {
		lines_step(100);
		if (clock_ns() > end)
			fail("%s: only %u of %u", what, *counter, goal);
	}
}

void
lines_for(int64_t span_ns)
{
	int64_t left, end = clock_ns() + span_ns;

	while ((left = end - clock_ns()) > 0)
		lines_step((int)(left / 1000000) + 1);
}
