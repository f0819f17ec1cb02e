/* SPDX-License-Identifier: MIT */
#include "net/listener.h"

#include "suite.h"
#include "world.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

enum { MOST = 200 };

/* Who came, and when. */
static struct {
	struct listener *listener;
	int fds[MOST];
	unsigned rounds[MOST];
	char peer[PEER_TEXT];
	unsigned count;
} guests;

static struct sockaddr_storage address;
static socklen_t address_size;
static int clients[MOST];
static unsigned client_count;
static int stderr_before;

/* What is said about failures is not for whoever runs the suite. */
static void
set_up(void)
{
	int nowhere = open("/dev/null", O_WRONLY);

	stderr_before = dup(STDERR_FILENO);
	dup2(nowhere, STDERR_FILENO);
	close(nowhere);
	world_open();
	memset(&guests, 0, sizeof guests);
	client_count = 0;
}

static void
tear_down(void)
{
	listener_free(guests.listener);
	while (guests.count > 0)
		close(guests.fds[--guests.count]);
	while (client_count > 0)
		close(clients[--client_count]);
	world_close();
	dup2(stderr_before, STDERR_FILENO);
	close(stderr_before);
}

static void
accepted(void *context, int fd, const char *peer)
{
	ck_assert_ptr_eq(context, &guests);
	guests.fds[guests.count] = fd;
	guests.rounds[guests.count++] = world.clocks;
	strcpy(guests.peer, peer);
}

static void
listen_at(const void *at, socklen_t size)
{
	int family = ((const struct sockaddr *)at)->sa_family;
	int fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK, 0);

	ck_assert_int_eq(bind(fd, at, size), 0);
	ck_assert_int_eq(listen(fd, MOST), 0);
	address_size = sizeof address;
	ck_assert_int_eq(getsockname(fd, (void *)&address, &address_size), 0);
	guests.listener = listener_new(world.loop, fd, accepted, &guests);
	ck_assert_ptr_nonnull(guests.listener);
}

/* An address without a file: the kernel finds a free one. */
static void
listen_unix(void)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };

	listen_at(&at, sizeof at.sun_family);
}

static void
come(unsigned count)
{
	while (count-- > 0) {
		int fd = socket(address.ss_family, SOCK_STREAM, 0);

		ck_assert_int_eq(
		    connect(fd, (const void *)&address, address_size), 0);
		clients[client_count++] = fd;
	}
}

PARKS static void
wait_for_all(void *argument)
{
	unsigned most = world.clocks + 1000;

	(void)argument;
	while (guests.count < client_count && world.clocks < most)
		world_rounds(1);
}

static void
run(void)
{
	ck_assert_ptr_nonnull(task_spawn(wait_for_all, NULL));
	world_run();
	ck_assert_uint_eq(guests.count, client_count);
}

START_TEST(whoever_comes_is_let_in)
{
	listen_unix();
	come(3);
	run();
	ck_assert_uint_eq(listener_failures(guests.listener), 0);
}
END_TEST

START_TEST(what_is_accepted_does_not_block_and_is_not_inherited)
{
	listen_unix();
	come(1);
	run();
	ck_assert_int_ne(fcntl(guests.fds[0], F_GETFL) & O_NONBLOCK, 0);
	ck_assert_int_ne(fcntl(guests.fds[0], F_GETFD) & FD_CLOEXEC, 0);
}
END_TEST

START_TEST(at_most_64_come_in_a_round)
{
	unsigned in_round = 0;

	listen_unix();
	come(150);
	run();
	for (unsigned i = 0; i < 150; i++) {
		in_round = i > 0 && guests.rounds[i] == guests.rounds[i - 1]
			       ? in_round + 1
			       : 1;
		ck_assert_uint_le(in_round, 64);
	}
	ck_assert_uint_ge(guests.rounds[149] - guests.rounds[0], 2);
}
END_TEST

/* ---- who it is ---- */

START_TEST(a_peer_on_this_machine_is_its_user_and_process)
{
	char expected[PEER_TEXT];

	listen_unix();
	come(1);
	run();
	snprintf(expected, sizeof expected, "unix:uid=%u,pid=%d",
		 (unsigned)getuid(), (int)getpid());
	ck_assert_str_eq(guests.peer, expected);
}
END_TEST

static unsigned
port_of_client(void)
{
	struct sockaddr_in6 name;
	socklen_t size = sizeof name;

	ck_assert_int_eq(getsockname(clients[0], (void *)&name, &size), 0);
	return ntohs(name.sin6_port); /* in the same place for IPv4 */
}

START_TEST(a_peer_of_ipv4_is_its_address_and_port)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	char expected[PEER_TEXT];

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	listen_at(&at, sizeof at);
	come(1);
	run();
	snprintf(expected, sizeof expected, "127.0.0.1:%u", port_of_client());
	ck_assert_str_eq(guests.peer, expected);
}
END_TEST

START_TEST(a_peer_of_ipv6_is_in_brackets)
{
	struct sockaddr_in6 at = { .sin6_family = AF_INET6,
				   .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	int probe = socket(AF_INET6, SOCK_STREAM, 0);
	char expected[PEER_TEXT];
	int r = probe < 0 ? -1 : bind(probe, (const void *)&at, sizeof at);

	close(probe);
	if (r < 0)
		return; /* this machine has no IPv6 */
	listen_at(&at, sizeof at);
	come(1);
	run();
	snprintf(expected, sizeof expected, "[::1]:%u", port_of_client());
	ck_assert_str_eq(guests.peer, expected);
}
END_TEST

/* ---- failures ---- */

static const int passing[] = { EINTR, ECONNABORTED, EPROTO, EHOSTUNREACH };

START_TEST(what_befell_one_connection_holds_nobody_up)
{
	listen_unix();
	come(2);
	world.accept_error = -passing[_i];
	world.accept_errors = 3;
	run();
	ck_assert_uint_eq(listener_failures(guests.listener), 0);
	ck_assert_uint_le(guests.rounds[1], 3);
}
END_TEST

static unsigned accepts_while_resting;
static int64_t rested;

/* Go round until somebody is let in, 2 s at most. */
PARKS static void
watch_the_rest(void *argument)
{
	int64_t before = world.now;

	(void)argument;
	do {
		accepts_while_resting = world.accepts;
		world_rounds(1);
		rested = world.now - before;
	} while (guests.count == 0 && rested < 2000 * MS);
}

static const int shortages[] = { EMFILE, ENFILE, ENOBUFS, ENOMEM };

START_TEST(without_descriptors_it_rests_and_tries_again)
{
	listen_unix();
	come(2);
	world.accept_error = -shortages[_i];
	world.accept_errors = 1;
	world.tick = MS;
	ck_assert_ptr_nonnull(task_spawn(watch_the_rest, NULL));
	world_run();
	ck_assert_uint_eq(accepts_while_resting, 1);
	ck_assert_uint_eq(listener_failures(guests.listener), 1);
	ck_assert_uint_eq(guests.count, 2);
	ck_assert_int_ge(rested, 90 * MS);
	ck_assert_int_lt(rested, 2000 * MS);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("net listener");
	TCase *tcase = suite_case(suite, "guests", set_up, tear_down);

	tcase_add_test(tcase, whoever_comes_is_let_in);
	tcase_add_test(tcase,
		       what_is_accepted_does_not_block_and_is_not_inherited);
	tcase_add_test(tcase, at_most_64_come_in_a_round);
	tcase_add_test(tcase, a_peer_on_this_machine_is_its_user_and_process);
	tcase_add_test(tcase, a_peer_of_ipv4_is_its_address_and_port);
	tcase_add_test(tcase, a_peer_of_ipv6_is_in_brackets);

	tcase = suite_case(suite, "failures", set_up, tear_down);
	tcase_add_loop_test(tcase, what_befell_one_connection_holds_nobody_up,
			    0, 4);
	tcase_add_loop_test(tcase, without_descriptors_it_rests_and_tries_again,
			    0, 4);
	return suite_run(suite);
}
