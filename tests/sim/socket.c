/* SPDX-License-Identifier: MIT */
#include "socket.h"

#include "net/watch.h"
#include "sim.h"
#include "task/sched.h"
#include "tests/memory.h"

#include <errno.h>
#include <string.h>

struct socket sockets[SOCKETS_MOST];

static unsigned used;
static unsigned calls_fail;

static struct socket *
at(int fd)
{
	must(fd >= FIRST_FD && fd < FIRST_FD + SOCKETS_MOST,
	     "a descriptor that there never was");
	return &sockets[fd - FIRST_FD];
}

void
sockets_begin(void)
{
	struct buffer kept;

	for (unsigned i = 0; i < SOCKETS_MOST; i++) {
		kept = sockets[i].in;
		kept.begin = kept.end = 0;
		sockets[i] = (struct socket){ .in = kept };
	}
	sockets[0].is_open = true;
	used = 1;
	calls_fail = 0;
}

void
sockets_end(void)
{
	for (unsigned i = 1; i < used; i++)
		must(!sockets[i].is_open, "a descriptor was never closed");
}

/* ---- struct sys ---- */

static int64_t
clock_(void)
{
	return sim.now;
}

/* Sometimes less than there is. */
static size_t
cut(size_t size)
{
	if (size > 1 && noise_below(4) == 0)
		return 1 + noise_below(size < 1000 ? (unsigned)size : 1000);
	return size;
}

static struct socket *
open_at(int fd)
{
	struct socket *s = at(fd);

	must(s->is_open, "a descriptor is used that is closed");
	return s;
}

/* ---- calls that fail ---- */

static bool
call_fails(void)
{
	if (calls_fail == 0)
		return false;
	calls_fail--;
	return true;
}

static int
one_of(const int *failures, size_t count)
{
	return -failures[noise_below((unsigned)count)];
}

/* What has failed is over, but for what passes: nothing was done then. */
static int
hurt(struct socket *s, const int *failures, size_t count)
{
	int r = one_of(failures, count);

	s->is_hurt |= r != -EINTR && r != -EAGAIN;
	s->is_new |= r == -EAGAIN;
	return r;
}

static ssize_t
read_(int fd, void *data, size_t size)
{
	static const int failures[] = { EINTR,	 EAGAIN, ENOMEM,
					ENOBUFS, EIO,	 ETIMEDOUT };
	struct socket *s = open_at(fd);
	size_t n = s->visible < size ? s->visible : size;

	if (s->is_reset && !s->reset_is_told) {
		s->reset_is_told = true;
		return -ECONNRESET;
	}
	if (noise_below(64) == 0)
		return -EINTR;
	if (call_fails())
		return hurt(s, failures, sizeof failures / sizeof failures[0]);
	if (n == 0)
		return s->is_reset || ((s->is_half_closed || s->is_closed) &&
				       s->in.begin == s->in.end)
			   ? 0
			   : -EAGAIN;
	n = cut(n);
	memcpy(data, s->in.data + s->in.begin, n);
	s->in.begin += n;
	s->visible -= n;
	trace(n);
	return (ssize_t)n;
}

static ssize_t
writev_(int fd, const struct iovec *vectors, int count)
{
	static const int failures[] = { EINTR,	 EAGAIN,    ENOMEM,
					ENOBUFS, ETIMEDOUT, EHOSTUNREACH };
	struct socket *s = open_at(fd);
	size_t done = 0, n;

	must(!s->is_shut, "it writes behind its end");
	if (s->is_closed || s->is_reset)
		return -EPIPE;
	if (noise_below(64) == 0)
		return -EINTR;
	if (call_fails())
		return hurt(s, failures, sizeof failures / sizeof failures[0]);
	for (int i = 0; i < count && done < s->room; i++) {
		n = vectors[i].iov_len;
		if (n > s->room - done)
			n = s->room - done;
		n = cut(n);
		client_read((unsigned)(fd - FIRST_FD), vectors[i].iov_base, n);
		done += n;
		if (n < vectors[i].iov_len)
			break;
	}
	s->room -= done;
	trace(done);
	return done > 0 ? (ssize_t)done : -EAGAIN;
}

/* It stays in the queue; only after some of these is it asked for at once. */
static int
accept_(int fd, struct sockaddr *address, socklen_t *size)
{
	static const int failures[] = { EMFILE, ENFILE, ENOBUFS,
					ENOMEM, EINTR,	EAGAIN,
					EPROTO, EPERM,	ECONNABORTED };

	(void)open_at(fd);
	if (call_fails())
		return one_of(failures, sizeof failures / sizeof failures[0]);
	for (unsigned i = 1; i < used; i++) {
		if (!sockets[i].waits)
			continue;
		sockets[i].waits = false;
		sockets[i].is_open = true;
		address->sa_family = AF_UNIX;
		*size = sizeof *address;
		return FIRST_FD + (int)i;
	}
	return -EAGAIN;
}

static bool
is_gone(int fd)
{
	struct socket *s = open_at(fd);

	s->is_seen_gone |= s->is_closed || s->is_reset;
	return s->is_closed || s->is_reset;
}

static bool
has_unread(int fd)
{
	return open_at(fd)->visible > 0;
}

static void
shut(int fd)
{
	open_at(fd)->is_shut = true;
}

static void
close_(int fd)
{
	struct socket *s = open_at(fd);

	must(s->watch == NULL, "a descriptor is closed while it is watched");
	s->is_open = false;
	trace((uint64_t)fd);
	if (s != sockets)
		client_closed((unsigned)(fd - FIRST_FD));
}

const struct sys socket_sys = {
	.clock = clock_,
	.read = read_,
	.writev = writev_,
	.accept = accept_,
	.is_gone = is_gone,
	.has_unread = has_unread,
	.shut = shut,
	.close = close_,
};

/* ---- the client's end ---- */

unsigned
socket_connect(void)
{
	if (used == SOCKETS_MOST)
		return 0;
	sockets[used].waits = true;
	sockets[used].room = 1 << 16;
	return used++;
}

void
socket_put(unsigned i, const void *data, size_t size)
{
	struct buffer *in = &sockets[i].in;

	if (in->begin == in->end)
		in->begin = in->end = 0;
	if (in->room - in->end < size) {
		in->room = 2 * in->room + size;
		in->data = memory_grow(in->data, in->room);
	}
	memcpy(in->data + in->end, data, size);
	in->end += size;
}

bool
socket_has_unread(unsigned i)
{
	return sockets[i].in.begin < sockets[i].in.end;
}

void
socket_flow(unsigned i, size_t most)
{
	struct socket *s = &sockets[i];
	size_t more = s->in.end - s->in.begin - s->visible;

	if (s->is_stalled || s->is_reset)
		return;
	if (more > most)
		more = most;
	s->visible += more;
	s->is_new |= more > 0;
}

void
socket_half_close(unsigned i)
{
	sockets[i].is_half_closed = sockets[i].is_new = true;
}

void
socket_close(unsigned i)
{
	socket_flow(i, SIZE_MAX);
	sockets[i].in.end = sockets[i].in.begin + sockets[i].visible;
	sockets[i].is_closed = sockets[i].is_new = true;
}

void
socket_reset(unsigned i)
{
	sockets[i].is_reset = sockets[i].is_new = true;
	sockets[i].in.begin = sockets[i].in.end;
	sockets[i].visible = 0;
}

void
socket_make_room(unsigned i, size_t room)
{
	sockets[i].is_new |= room > sockets[i].room;
	sockets[i].room = room;
}

void
socket_fail_calls(unsigned count)
{
	calls_fail = count;
}

/* ---- the poller ---- */

static bool
somebody_waits(void)
{
	for (unsigned i = 1; i < used; i++)
		if (sockets[i].waits)
			return true;
	return false;
}

/* As epoll and libevent have it between them. */
static int
state(const struct socket *s)
{
	bool ends = s->is_half_closed && s->in.end - s->in.begin == s->visible;
	int what = 0;

	if (s == sockets)
		return somebody_waits() ? WATCH_READ : 0;
	if (s->is_reset && !s->reset_is_told)
		return WATCH_READ | WATCH_WRITE;
	if (s->is_reset || s->is_closed)
		return WATCH_READ | WATCH_CLOSED | WATCH_WRITE;
	if (s->visible > 0 || ends)
		what |= WATCH_READ;
	if (ends)
		what |= WATCH_CLOSED;
	if (s->room > 0)
		what |= WATCH_WRITE;
	return what;
}

static bool
look_at(struct socket *s)
{
	s->ready = 0;
	if (s->watch == NULL)
		return false;
	if (s->is_new || (s->watch->interest & WATCH_EDGE) == 0)
		s->ready = state(s) & s->watch->interest;
	return s->ready != 0;
}

static void
fire(struct socket *s)
{
	struct watch *watch = s->watch;
	int what = s->ready;

	s->ready = 0;
	s->is_new = false;
	s->is_seen_gone |=
	    (s->is_closed || s->is_reset) && (what & WATCH_CLOSED);
	watch_fire(watch, what);
}

/* In any order; who is not watched any more is not called back. */
bool
sockets_fire(void)
{
	unsigned first = noise_below(used), count = 0;

	for (unsigned i = 0; i < used; i++)
		count += look_at(&sockets[i]);
	for (unsigned i = 0; i < used && count > 0; i++)
		if (sockets[(i + first) % used].ready != 0)
			fire(&sockets[(i + first) % used]);
	return count > 0;
}

/* ---- what poller.c has for the daemon ---- */

void
watch_init(struct watch *watch, struct loop *loop, int fd,
	   void (*ready)(void *context, int what), void *context)
{
	watch->loop = loop;
	watch->fd = fd;
	watch->ready = ready;
	watch->context = context;
	watch->interest = 0;
}

void
watch_clear(struct watch *watch)
{
	struct socket *s = at(watch->fd);

	if (watch->interest != 0) {
		must(s->is_open, "a closed descriptor was watched");
		s->watch = NULL;
	}
	s->ready = 0;
	watch->interest = 0;
}

int
watch_set(struct watch *watch, int interest)
{
	struct socket *s = open_at(watch->fd);

	if (interest == watch->interest)
		return 0;
	watch_clear(watch);
	if (interest == 0)
		return 0;
	/* What the kernel watches with takes memory, too. */
	if (!memory_is_there())
		return -ENOMEM;
	s->watch = watch;
	s->is_new = true;
	watch->interest = interest;
	return 0;
}
