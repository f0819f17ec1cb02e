/* SPDX-License-Identifier: MIT */
#include "net/sys.h"

#include <errno.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

static int64_t
real_clock(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * (int64_t)1000000000 + now.tv_nsec;
}

/*
 * recv(2) and send(2) rather than read(2) and write(2): these go through the
 * layer of files first, which costs a fifth of both.
 */
static ssize_t
real_read(int fd, void *data, size_t size)
{
	ssize_t n = recv(fd, data, size, 0);

	return n < 0 ? -errno : n;
}

static ssize_t
real_writev(int fd, const struct iovec *vectors, int count)
{
	struct msghdr message = { .msg_iov = (struct iovec *)(uintptr_t)vectors,
				  .msg_iovlen = (size_t)count };
	ssize_t n = count == 1 ? send(fd, vectors->iov_base, vectors->iov_len,
				      MSG_NOSIGNAL)
			       : sendmsg(fd, &message, MSG_NOSIGNAL);

	return n < 0 ? -errno : n;
}

static int
real_accept(int fd, struct sockaddr *address, socklen_t *size)
{
	int accepted = accept4(fd, address, size, SOCK_NONBLOCK | SOCK_CLOEXEC);

	return accepted < 0 ? -errno : accepted;
}

static bool
real_is_gone(int fd)
{
	struct pollfd ask = { .fd = fd };

	return poll(&ask, 1, 0) == 1 &&
	       (ask.revents & (POLLHUP | POLLERR)) != 0;
}

static bool
real_has_unread(int fd)
{
	int bytes = 0;

	return ioctl(fd, FIONREAD, &bytes) == 0 && bytes > 0;
}

static void
real_shut(int fd)
{
	shutdown(fd, SHUT_WR);
}

static void
real_close(int fd)
{
	close(fd);
}

const struct sys sys_real = {
	.clock = real_clock,
	.read = real_read,
	.writev = real_writev,
	.accept = real_accept,
	.is_gone = real_is_gone,
	.has_unread = real_has_unread,
	.shut = real_shut,
	.close = real_close,
};
