/* SPDX-License-Identifier: MIT */
/*
 * shorten.c - preloaded into the daemon: its writev() of that number, which
 * SHORTEN says, takes one byte.
 */
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/uio.h>

ssize_t
writev(int fd, const struct iovec *vectors, int count)
{
	static ssize_t (*real)(int, const struct iovec *, int);
	static int left = -1;
	struct iovec one;

	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "writev");
	if (left < 0)
		left = atoi(getenv("SHORTEN"));
	if (left == 0 || --left > 0)
		return real(fd, vectors, count);
	one = vectors[0];
	one.iov_len = 1;
	return real(fd, &one, 1);
}
