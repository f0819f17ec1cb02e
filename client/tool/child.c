/* SPDX-License-Identifier: MIT */
#include "client/tool/child.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CHUNK = 16384 };

/* The two ends of its pipes, ours and its. */
struct pipes {
	int in[2];
	int out[2];
	int err[2];
	int fate[2]; /* says why it could not be run */
};

static void
close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void
close_pair(int pair[2])
{
	close_fd(&pair[0]);
	close_fd(&pair[1]);
}

static void
close_pipes(struct pipes *pipes)
{
	close_pair(pipes->in);
	close_pair(pipes->out);
	close_pair(pipes->err);
	close_pair(pipes->fate);
}

static int
open_pipes(struct pipes *pipes, bool is_foreground)
{
	int r = pipe2(pipes->fate, O_CLOEXEC);

	if (!is_foreground && r == 0)
		r = pipe2(pipes->in, O_CLOEXEC);
	if (!is_foreground && r == 0)
		r = pipe2(pipes->out, O_CLOEXEC);
	if (!is_foreground && r == 0)
		r = pipe2(pipes->err, O_CLOEXEC);
	return r == 0 ? 0 : -errno;
}

/* ---- in the child ---- */

/* Whatever was ours must not be its: masks, SIGPIPE, groups. */
static void
settle_in(const struct child_order *order, pid_t parent)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	if (!order->is_foreground)
		setpgid(0, 0);
	if (order->kept > 0)
		fcntl(order->kept, F_SETFD, 0);
	signal(SIGPIPE, SIG_DFL);
	sigprocmask(SIG_SETMASK, order->mask, NULL);
	for (size_t i = 0; order->environment[i] != NULL; i += 2)
		setenv(order->environment[i], order->environment[i + 1], 1);
}

__attribute__((noreturn)) static void
become(const struct child_order *order, const struct pipes *pipes, pid_t parent)
{
	int fate = pipes->fate[1];
	int error = 0;

	settle_in(order, parent);
	if (!order->is_foreground &&
	    (dup2(pipes->in[0], 0) < 0 || dup2(pipes->out[1], 1) < 0 ||
	     dup2(pipes->err[1], 2) < 0))
		error = errno;
	if (error == 0) {
		execvp(order->program[0], order->program);
		error = errno;
	}
	if (write(fate, &error, sizeof error) < 0)
		_exit(126);
	_exit(127);
}

/* ---- its streams ---- */

static void
close_watch(struct child *child, struct loop_watch *watch)
{
	loop_remove(child->loop, watch);
	close_fd(&watch->fd);
}

static void
feed(struct loop_watch *watch)
{
	struct child *child = watch->context;
	ssize_t n = 0;

	if (child->input_left > 0)
		n = write(watch->fd, child->input, child->input_left);
	if (n > 0) {
		child->input += n;
		child->input_left -= (size_t)n;
	}
	if (child->input_left == 0 ||
	    (n < 0 && errno != EAGAIN && errno != EINTR))
		close_watch(child, watch);
}

static char *
output_room(struct child *child)
{
	size_t wanted = child->output_room > 0 ? 2 * child->output_room : CHUNK;
	char *grown;

	if (child->output_room - child->output_size >= CHUNK / 2)
		return child->output + child->output_size;
	grown = realloc(child->output, wanted);
	if (grown == NULL)
		return NULL;
	child->output = grown;
	child->output_room = wanted;
	return grown + child->output_size;
}

/* What is too much is read and dropped, so that it can come to its end. */
static void
collect(struct loop_watch *watch)
{
	struct child *child = watch->context;
	char dropped[CHUNK / 2];
	char *at = child->is_too_long ? NULL : output_room(child);
	ssize_t n;

	child->is_too_long = child->is_too_long || at == NULL;
	n = read(watch->fd, at != NULL ? at : dropped, CHUNK / 2);
	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		close_watch(child, watch);
	if (n > 0 && at != NULL)
		child->output_size += (size_t)n;
	if (child->output_size > child->output_limit)
		child->is_too_long = true;
}

/* Blank lines say nothing, and leave the last one that did. */
static void
remember(struct child *child, char byte)
{
	if (byte == '\n') {
		child->line_is_whole = true;
		return;
	}
	if (child->line_is_whole)
		child->line_size = 0;
	child->line_is_whole = false;
	if (child->line_size < CHILD_LINE_MOST)
		child->line[child->line_size++] = byte;
}

static void
listen_to(struct loop_watch *watch)
{
	struct child *child = watch->context;
	char bytes[4096];
	ssize_t n = read(watch->fd, bytes, sizeof bytes);

	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		close_watch(child, watch);
	for (ssize_t i = 0; i < n; i++)
		remember(child, bytes[i]);
	if (n > 0 && child->is_loud &&
	    write(STDERR_FILENO, bytes, (size_t)n) < 0)
		child->is_loud = false;
}

/* ---- its end ---- */

static bool
is_readable(const struct loop_watch *watch)
{
	struct pollfd now = { .fd = watch->fd, .events = POLLIN };

	return watch->fd >= 0 && poll(&now, 1, 0) == 1;
}

/* All that it wrote itself lies in the pipes; more than they hold does not. */
static void
drain(struct loop_watch *watch)
{
	enum { READS_MOST = 1024 }; /* more than a pipe holds */
	int most = READS_MOST;

	while (most-- > 0 && is_readable(watch))
		watch->ready(watch);
}

static void
bury(struct loop_watch *watch)
{
	struct child *child = watch->context;

	if (waitpid(child->pid, &child->status, WNOHANG) != child->pid)
		return;
	child->pid = 0;
	drain(&child->out);
	drain(&child->err);
	child->line[child->line_size] = '\0';
	close_watch(child, &child->life);
	close_watch(child, &child->in);
	close_watch(child, &child->out);
	close_watch(child, &child->err);
	child->ended(child);
}

/* ---- its beginning ---- */

static int
watch_over(struct child *child, struct loop_watch *watch, int fd, short events,
	   void (*ready)(struct loop_watch *))
{
	*watch = (struct loop_watch){
		.fd = fd, .events = events, .ready = ready, .context = child
	};
	if (fd < 0)
		return 0;
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	return loop_add(child->loop, watch);
}

static int
take_fd(int *fd)
{
	int taken = *fd;

	*fd = -1;
	return taken;
}

static int
watch_all(struct child *child, struct pipes *pipes)
{
	int life = pidfd_open(child->pid, 0);
	int r = life < 0 ? -errno : 0;

	if (r == 0)
		r = watch_over(child, &child->life, life, POLLIN, bury);
	if (r == 0)
		r = watch_over(child, &child->in, take_fd(&pipes->in[1]),
			       POLLOUT, feed);
	if (r == 0)
		r = watch_over(child, &child->out, take_fd(&pipes->out[0]),
			       POLLIN, collect);
	if (r == 0)
		r = watch_over(child, &child->err, take_fd(&pipes->err[0]),
			       POLLIN, listen_to);
	return r;
}

/* Its errno if it could not be run; the pipe closes by itself if it could. */
static int
ask_fate(struct pipes *pipes)
{
	int error = 0;
	ssize_t n;

	close_fd(&pipes->fate[1]);
	do
		n = read(pipes->fate[0], &error, sizeof error);
	while (n < 0 && errno == EINTR);
	return n == sizeof error ? -error : 0;
}

static int
run(struct child *child, const struct child_order *order, struct pipes *pipes)
{
	pid_t parent = getpid();
	int r;

	child->pid = fork();
	if (child->pid == 0)
		become(order, pipes, parent);
	if (child->pid < 0) {
		child->pid = 0;
		return -errno;
	}
	if (!order->is_foreground)
		setpgid(child->pid, child->pid);
	r = ask_fate(pipes);
	return r == 0 ? watch_all(child, pipes) : r;
}

int
child_start(struct child *child, struct loop *loop,
	    const struct child_order *order, void (*ended)(struct child *),
	    void *context)
{
	struct pipes pipes = { { -1, -1 }, { -1, -1 }, { -1, -1 }, { -1, -1 } };
	int r;

	*child = (struct child){
		.loop = loop,
		.input = order->input,
		.input_left = order->input_size,
		.in = { .fd = -1 },
		.out = { .fd = -1 },
		.err = { .fd = -1 },
		.life = { .fd = -1 },
		.output_limit = order->output_limit,
		.is_loud = order->is_loud,
		.ended = ended,
		.context = context,
	};
	r = open_pipes(&pipes, order->is_foreground);
	if (r == 0)
		r = run(child, order, &pipes);
	close_pipes(&pipes);
	return r;
}

void
child_signal(const struct child *child, int number)
{
	if (child->pid == 0)
		return;
	/* It has not changed its group, unless to one of its own. */
	if (getpgid(child->pid) == child->pid)
		kill(-child->pid, number);
	else
		kill(child->pid, number);
}

void
child_fini(struct child *child)
{
	if (child->loop == NULL)
		return;
	child_signal(child, SIGKILL);
	if (child->pid > 0)
		waitpid(child->pid, NULL, 0);
	close_watch(child, &child->life);
	close_watch(child, &child->in);
	close_watch(child, &child->out);
	close_watch(child, &child->err);
	free(child->output);
	*child = (struct child){ 0 };
}

int
child_exit_status(const struct child *child)
{
	return WIFSIGNALED(child->status) ? 128 + WTERMSIG(child->status)
					  : WEXITSTATUS(child->status);
}

int
child_refusal_status(int negative_errno)
{
	return negative_errno == -ENOENT ? 127 : 126;
}
