/* SPDX-License-Identifier: MIT */
/*
 * The floor: a rendezvous that only moves bytes. It makes the system calls
 * that a hand-off cannot do without, and looks at nothing.
 *
 * A receiver's byte is credit for one value; the sender's bytes go straight on
 * as far as the credit goes, and four bytes tell the sender how many went. In
 * the mode ACK they are told when the receiver has asked again.
 *
 *   floor tcp PORT | floor unix PATH
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "buffer.h"
#include "floor.h"

enum {
	LANES_MOST = 1 << 16,
	SCRATCH = 1 << 19,
	EVENTS = 256,
};

struct end {
	int fd;
	uint32_t events; /* watched */
	uint8_t role;	 /* 0: has not said hello */
	struct way *way;
};

/* From a sender to a receiver. */
struct way {
	struct end *sender, *receiver;
	struct floor_hello hello;
	uint64_t credit; /* bytes that the receiver has asked for */
	uint64_t asked;	 /* bytes since it came */
	struct buffer late;
};

static struct way *ways[LANES_MOST];
static uint8_t scratch[SCRATCH];
static int epoll;

static void
must(int holds, const char *what)
{
	if (holds)
		return;
	perror(what);
	exit(1);
}

static void
watch(struct end *end, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.ptr = end };

	if (end->events == events)
		return;
	end->events = events;
	must(epoll_ctl(epoll, EPOLL_CTL_MOD, end->fd, &event) == 0, "watch");
}

static void
tell(struct way *way, uint64_t bytes)
{
	uint32_t count = (uint32_t)bytes;

	if (way->sender != NULL && bytes > 0)
		must(write(way->sender->fd, &count, sizeof count) > 0, "tell");
}

/* Hand on as much as credit and socket allow; how many bytes that was. */
static size_t
hand_on(struct way *way, const uint8_t *data, size_t size)
{
	size_t most = size < way->credit ? size : way->credit;
	ssize_t n;

	if (most == 0 || way->receiver == NULL)
		return 0;
	n = write(way->receiver->fd, data, most);
	if (n < 0)
		n = 0;
	watch(way->receiver, (size_t)n < most ? EPOLLIN | EPOLLOUT : EPOLLIN);
	way->credit -= (size_t)n;
	if (!way->hello.is_ack)
		tell(way, (size_t)n);
	return (size_t)n;
}

static void
hand_on_late(struct way *way)
{
	size_t size = buffer_size(&way->late);

	if (size > 0)
		buffer_use(&way->late,
			   hand_on(way, way->late.data + way->late.from, size));
	else if (way->receiver != NULL)
		watch(way->receiver, EPOLLIN);
	if (way->sender != NULL)
		watch(way->sender,
		      buffer_size(&way->late) < SCRATCH ? EPOLLIN : 0);
}

static void
asked(struct way *way, size_t times)
{
	uint64_t bytes = (uint64_t)times * way->hello.size;

	if (way->hello.is_ack)
		tell(way, way->asked > 0 ? bytes : bytes - way->hello.size);
	way->asked += bytes;
	way->credit += bytes;
	if (buffer_size(&way->late) > 0)
		hand_on_late(way);
}

static struct way *
way_of(const struct floor_hello *hello)
{
	struct way **way = &ways[hello->lane % LANES_MOST];

	if (*way == NULL) {
		*way = calloc(1, sizeof **way);
		must(*way != NULL, "memory");
		(*way)->hello = *hello;
	}
	return *way;
}

static void
leave(struct end *end)
{
	struct way *way = end->way;

	close(end->fd);
	if (way != NULL && way->sender == end)
		way->sender = NULL;
	if (way != NULL && way->receiver == end)
		way->receiver = NULL;
	if (way != NULL && way->sender == NULL && way->receiver == NULL) {
		ways[way->hello.lane % LANES_MOST] = NULL;
		free(way->late.data);
		free(way);
	}
	free(end);
}

static void
begin(struct end *end)
{
	struct floor_hello hello;

	memcpy(&hello, scratch, sizeof hello);
	end->role = hello.role;
	end->way = way_of(&hello);
	if (hello.role == 'S')
		end->way->sender = end;
	else
		end->way->receiver = end;
	must(write(end->fd, "k", 1) == 1, "greet");
}

/* Bytes of values are read to where they wait if they must. */
static void *
place_for(struct end *end)
{
	return end->role == 'S' ? buffer_space(&end->way->late, SCRATCH)
				: scratch;
}

static void
brought(struct way *way, size_t size)
{
	way->late.to += size;
	hand_on_late(way);
}

static void
readable(struct end *end)
{
	size_t most = end->role == 0 ? sizeof(struct floor_hello) : SCRATCH;
	ssize_t n = read(end->fd, place_for(end), most);

	if (n < 0 && errno == EAGAIN)
		return;
	if (n <= 0)
		leave(end);
	else if (end->role == 0)
		begin(end);
	else if (end->role == 'S')
		brought(end->way, (size_t)n);
	else
		asked(end->way, (size_t)n);
}

static void
take_in(int listener)
{
	struct epoll_event event = { .events = EPOLLIN };
	int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
	struct end *end;

	if (fd < 0)
		return;
	end = calloc(1, sizeof *end);
	must(end != NULL, "memory");
	*end = (struct end){ .fd = fd, .events = EPOLLIN };
	event.data.ptr = end;
	/* fails on a socket of unix, where there is nothing to turn off */
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 },
			 sizeof(int));
	must(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0, "add");
}

static void
happened(int listener, const struct epoll_event *event)
{
	struct end *end = event->data.ptr;

	if (end == NULL) {
		take_in(listener);
		return;
	}
	if (event->events & EPOLLOUT)
		hand_on_late(end->way);
	if (event->events & ~EPOLLOUT)
		readable(end);
}

static int
listen_tcp(const char *port)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)atoi(port)),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

	must(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){ 1 },
			sizeof(int)) == 0,
	     "reuse");
	must(bind(fd, (void *)&address, sizeof address) == 0, "bind");
	return fd;
}

static int
listen_unix(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);

	snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
	must(bind(fd, (void *)&address, sizeof address) == 0, "bind");
	return fd;
}

int
main(int argc, char **argv)
{
	struct epoll_event events[EVENTS] = { { .events = EPOLLIN } };
	int listener, count;

	if (argc != 3)
		return 2;
	listener = strcmp(argv[1], "tcp") == 0 ? listen_tcp(argv[2])
					       : listen_unix(argv[2]);
	must(listen(listener, SOMAXCONN) == 0, "listen");
	epoll = epoll_create1(0);
	must(epoll_ctl(epoll, EPOLL_CTL_ADD, listener, events) == 0, "add");
	for (;;) {
		count = epoll_wait(epoll, events, EVENTS, -1);
		for (int i = 0; i < count; i++)
			happened(listener, &events[i]);
	}
}
