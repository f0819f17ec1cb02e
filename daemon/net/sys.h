/* SPDX-License-Identifier: MIT */
/*
 * sys.h - the calls through which the daemon meets the world while it runs.
 *
 * A test or a simulation puts its own in their place.
 */
#ifndef NET_SYS_H
#define NET_SYS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/uio.h>

struct sys {
	/* Monotonic nanoseconds. */
	int64_t (*clock)(void);
	/* As in POSIX, of a socket; but a failure is a negative errno value. */
	ssize_t (*read)(int fd, void *data, size_t size);
	ssize_t (*writev)(int fd, const struct iovec *vectors, int count);
	/* The new descriptor is non-blocking and close-on-exec. */
	int (*accept)(int fd, struct sockaddr *address, socklen_t *size);
	/* Whether the peer is gone altogether, not only done with sending. */
	bool (*is_gone)(int fd);
	/* Whether there is input that nobody has read. */
	bool (*has_unread)(int fd);
	/* Send nothing more; have nothing to do with it any more. */
	void (*shut)(int fd);
	void (*close)(int fd);
};

extern const struct sys sys_real;

#endif
