/* SPDX-License-Identifier: MIT */
#include "client/input.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

/* Somebody else's O_NONBLOCK on a shared descriptor must not end us. */
static ssize_t
read_some(int fd, char *at, size_t room)
{
	struct pollfd wait = { .fd = fd, .events = POLLIN };
	ssize_t n;

	for (;;) {
		n = read(fd, at, room);
		if (n >= 0)
			return n;
		if (errno != EAGAIN && errno != EINTR)
			return -errno;
		poll(&wait, 1, -1);
	}
}

/* One byte more than the limit, to see that there is more. */
static int
read_up_to(int fd, size_t most, char **data, size_t *size)
{
	size_t room = 0;
	ssize_t n = 1;

	while (n > 0 && *size < most) {
		if (*size == room) {
			size_t wanted = room == 0 ? 65536 : 2 * room;
			char *grown = realloc(*data, wanted);
			if (grown == NULL)
				return -ENOMEM;
			*data = grown;
			room = wanted;
		}
		n = read_some(fd, *data + *size, room - *size);
		*size += n > 0 ? (size_t)n : 0;
	}
	return n < 0 ? (int)n : 0;
}

int
input_read(int fd, size_t limit, char **data, size_t *size)
{
	char *taken = NULL;
	size_t taken_size = 0;
	int r = read_up_to(fd, limit + 1, &taken, &taken_size);

	if (r == 0 && taken_size > limit)
		r = -EMSGSIZE;
	if (r < 0) {
		free(taken);
		return r;
	}
	*data = taken;
	*size = taken_size;
	return 0;
}
