/* SPDX-License-Identifier: MIT */
#include "world.h"

#include "task/sched.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

struct world world;

static int64_t
clock_(void)
{
	world.clocks++;
	return world.now += world.tick;
}

static ssize_t
read_(int fd, void *data, size_t size)
{
	world.reads++;
	if (size > world.largest_read)
		world.largest_read = size;
	return sys_real.read(fd, data,
			     size < world.read_most ? size : world.read_most);
}

/* As many of the vectors as fit into what may still be written. */
static ssize_t
writev_(int fd, const struct iovec *vectors, int count)
{
	size_t room, sum = 0;
	ssize_t n, part;

	world.writes++;
	if (world.write_error < 0)
		return world.write_error;
	if (world.write_round != world.clocks)
		world.written = 0;
	world.write_round = world.clocks;
	room = world.write_most - world.written;
	if (room == 0)
		return -EAGAIN;
	for (n = 0; n < count && sum + vectors[n].iov_len <= room; n++)
		sum += vectors[n].iov_len;
	if (n > 0) {
		part = sys_real.writev(fd, vectors, (int)n);
	} else {
		struct iovec cut = { vectors[0].iov_base, room };

		part = sys_real.writev(fd, &cut, 1);
	}
	world.written += part > 0 ? (size_t)part : 0;
	return part;
}

static int
accept_(int fd, struct sockaddr *address, socklen_t *size)
{
	world.accepts++;
	if (world.accept_errors > 0) {
		world.accept_errors--;
		return world.accept_error;
	}
	return sys_real.accept(fd, address, size);
}

static bool
is_gone(int fd)
{
	world.gones++;
	return sys_real.is_gone(fd);
}

static bool
has_unread(int fd)
{
	return sys_real.has_unread(fd);
}

static void
shut(int fd)
{
	sys_real.shut(fd);
}

static void
close_(int fd)
{
	sys_real.close(fd);
}

static const struct sys world_sys = {
	.clock = clock_,
	.read = read_,
	.writev = writev_,
	.accept = accept_,
	.is_gone = is_gone,
	.has_unread = has_unread,
	.shut = shut,
	.close = close_,
};

void
world_must(bool holds)
{
	if (!holds)
		abort();
}

void
world_open(void)
{
	signal(SIGPIPE, SIG_IGN);
	world = (struct world){ .now = 1000 * MS,
				.read_most = SIZE_MAX,
				.write_most = SIZE_MAX };
	sched_init(&(struct sched_config){ .measures_stacks = true });
	world.loop = loop_new(&world_sys);
	world_must(world.loop != NULL);
}

void
world_close(void)
{
	size_t bytes, used = sched_stack_used(&bytes);

	world_must(used <= bytes / 2);
	loop_free(world.loop);
	sched_fini();
}

void
world_run(void)
{
	loop_finish(world.loop);
	world_must(loop_run(world.loop) == 0);
}

void
world_rounds(unsigned count)
{
	unsigned until = world.clocks + count;

	while (world.clocks < until)
		task_yield(NULL);
}

/* ---- pairs ---- */

void
world_pair(int fds[2])
{
	world_must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds) ==
		   0);
}

void
world_tcp_pair(int fds[2])
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t size = sizeof address;
	int listening = socket(AF_INET, SOCK_STREAM, 0);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	world_must(bind(listening, (void *)&address, size) == 0);
	world_must(listen(listening, 1) == 0);
	world_must(getsockname(listening, (void *)&address, &size) == 0);
	fds[1] = socket(AF_INET, SOCK_STREAM, 0);
	world_must(connect(fds[1], (void *)&address, size) == 0);
	fds[0] = accept4(listening, NULL, NULL, SOCK_NONBLOCK);
	world_must(fds[0] >= 0 && fcntl(fds[1], F_SETFL, O_NONBLOCK) == 0);
	close(listening);
}

void
conn_start_over(struct conn *conn, const int fds[2], task_fn *owner)
{
	conn->fd = fds[0];
	conn->peer = fds[1];
	conn->stream = stream_new(world.loop, fds[0], NULL);
	conn->owner = task_spawn(owner, conn);
	world_must(conn->stream != NULL && conn->owner != NULL);
	stream_set_owner(conn->stream, conn->owner);
}

void
conn_start(struct conn *conn, task_fn *owner)
{
	int fds[2];

	world_pair(fds);
	conn_start_over(conn, fds, owner);
}

/* ---- the peer ---- */

void
world_put(int fd, const void *data, size_t size)
{
	world_must(write(fd, data, size) == (ssize_t)size);
}

void
world_push(int fd, const void *data, size_t size)
{
	size_t done = 0;
	ssize_t n;

	while (done < size) {
		n = write(fd, (const char *)data + done, size - done);
		world_must(n > 0 || errno == EAGAIN);
		done += n > 0 ? (size_t)n : 0;
		world_rounds(1);
	}
}

size_t
world_pull(int fd, void *data, size_t size)
{
	size_t done = 0;
	ssize_t n = 1;

	while (done < size && n != 0) {
		n = read(fd, (char *)data + done, size - done);
		world_must(n >= 0 || errno == EAGAIN);
		done += n > 0 ? (size_t)n : 0;
		if (n < 0)
			world_rounds(1);
	}
	return done;
}

void
world_reset(int fd)
{
	struct linger at_once = { .l_onoff = 1 };

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
	close(fd);
}
