/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "client/base/output.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

bool
output_is_open(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	return flags >= 0 && (flags & O_ACCMODE) != O_RDONLY;
}

size_t
output_width(int fd)
{
	struct winsize size;

	return isatty(fd) == 1 && ioctl(fd, TIOCGWINSZ, &size) == 0
		   ? size.ws_col
		   : 0;
}

/* All of it, whatever the descriptor's flags. 0 or a negative errno. */
static int
write_all(int fd, const char *data, size_t size)
{
	struct pollfd wait = { .fd = fd, .events = POLLOUT };

	while (size > 0) {
		ssize_t n = write(fd, data, size);
		int error = n < 0 ? errno : 0;

		if (error == EAGAIN)
			poll(&wait, 1, -1);
		else if (error != 0 && error != EINTR)
			return -error;
		data += n > 0 ? n : 0;
		size -= n > 0 ? (size_t)n : 0;
	}
	return 0;
}

/* stdio's: fewer bytes than were given, 0 even, mean that it failed. */
static ssize_t
write_cookie(void *cookie, const char *data, size_t size)
{
	struct output *output = cookie;

	if (output->error == 0)
		output->error = write_all(output->fd, data, size);
	return output->error == 0 ? (ssize_t)size : 0;
}

FILE *
output_open(struct output *output, int fd)
{
	cookie_io_functions_t functions = { .write = write_cookie };

	*output = (struct output){ .fd = fd };
	return fopencookie(output, "w", functions);
}

int
output_close(struct output *output, FILE *file)
{
	int r = fclose(file) == 0 ? 0 : -EIO;

	return output->error != 0 ? output->error : r;
}
