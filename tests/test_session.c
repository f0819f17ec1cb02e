/* SPDX-License-Identifier: MIT */
#include "session.h"

#include "base/budget.h"
#include "bytes.h"
#include "faults.h"
#include "suite.h"
#include "task/sched.h"
#include "world.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

enum { ROOM = 1 << 20 };

/* Sessions of a service, and what their peers read. */
static struct service service;
static struct session_limits limits;
static int stderr_before;

static void
set_up(void)
{
	static const uint64_t seed[2] = { 1, 2 };
	int nowhere = open("/dev/null", O_WRONLY);

	stderr_before = dup(STDERR_FILENO);
	dup2(nowhere, STDERR_FILENO);
	close(nowhere);
	world_open();
	service = (struct service){ .max_message = 1 << 20,
				    .max_connections = 10,
				    .max_channels = 10,
				    .max_output = 1 << 20,
				    .max_tasks = 10,
				    .max_held = 10,
				    .max_watchers = 10 };
	limits = (struct session_limits){ .max_message = 1 << 20,
					  .max_output = 1 << 20,
					  .turn_requests = 256,
					  .linger = 1000 * MS,
					  .hello_timeout = 10000 * MS };
	ck_assert_int_eq(service_init(&service, seed), 0);
	service.hub = hub_new(seed, 10);
	ck_assert_ptr_nonnull(service.hub);
}

static void
tear_down(void)
{
	hub_free(service.hub);
	service_fini(&service);
	world_close();
	dup2(stderr_before, STDERR_FILENO);
	close(stderr_before);
}

/* A session; its peer's descriptor. */
static int
start(void)
{
	int fds[2];

	world_pair(fds);
	ck_assert_int_eq(session_start(world.loop, &service, &limits, fds[0],
				       &(struct arrival){ .peer = "peer" }),
			 0);
	return fds[1];
}

static void
say(int fd, const char *text)
{
	struct bytes bytes = bytes_of(text);

	world_put(fd, bytes.data, bytes.size);
	bytes_free(&bytes);
}

/* All that was answered, up to the end of the file. */
static void
hears(int fd, const char *text)
{
	static char got[ROOM];
	struct bytes bytes = bytes_of(text);
	ssize_t n = read(fd, got, sizeof got);

	ck_assert_int_eq(n, (ssize_t)bytes.size);
	ck_assert_mem_eq(got, bytes.data, bytes.size);
	ck_assert_int_eq(read(fd, got, sizeof got), 0);
	bytes_free(&bytes);
	close(fd);
}

START_TEST(requests_are_answered_in_order)
{
	int peer = start();

	say(peer, "94 00 07 a4 'ping' 90 94 00 08 a4 'ping' 91 05");
	shutdown(peer, SHUT_WR);
	world_run();
	ck_assert_uint_eq(world.writes, 1);
	hears(peer, "94 01 07 c0 c0 94 01 08 c0 05");
	ck_assert_uint_eq(service.client_count, 0);
}
END_TEST

START_TEST(what_waits_at_the_end_is_withdrawn)
{
	int peer = start();

	say(peer, "94 00 07 a4 'ping' 90 94 00 08 a4 'recv' 91 a1 'c' "
		  "94 00 09 a4 'ping' 90");
	shutdown(peer, SHUT_WR);
	world_run();
	hears(peer, "94 01 07 c0 c0 94 01 08 be "
		    "'KILLED: the call was withdrawn' c0");
	ck_assert_uint_eq(hub_count(service.hub), 0);
}
END_TEST

START_TEST(what_makes_no_sense_is_refused_and_closed)
{
	int peer = start();

	say(peer, "94 00 07 a4 'ping' 90 94 00 08 c1");
	shutdown(peer, SHUT_WR);
	world_run();
	hears(peer, "94 01 07 c0 c0 94 01 08 d9 2b "
		    "'INVALID: malformed: byte 0xc1 is no msgpack' c0");
	ck_assert_uint_eq(service.malformed, 1);
}
END_TEST

START_TEST(too_long_a_message_is_refused_and_closed)
{
	int peer;

	limits.max_message = 1024;
	peer = start();
	say(peer, "94 00 07 a4 'ping' 91 c5 10 00");
	shutdown(peer, SHUT_WR);
	world_run();
	hears(peer, "94 01 07 d9 33 'TOOBIG: longer than the largest "
		    "message, 1024 bytes' c0");
}
END_TEST

/* ---- out of memory ---- */

/* Ping once, and see that all has ended. */
static int
ping_once(struct loop *loop)
{
	static const char request[] = "\x94\0\7\xa4ping\x90";
	static const char good[] = "\x94\1\7\xc0\xc0";
	char got[100];
	int fds[2], r;
	ssize_t n;

	world_pair(fds);
	world_put(fds[1], request, sizeof request - 1);
	shutdown(fds[1], SHUT_WR);
	r = session_start(loop, &service, &limits, fds[0],
			  &(struct arrival){ .peer = "peer" });
	loop_finish(loop);
	if (loop_run(loop) < 0 || service.client_count != 0)
		return -EPROTO;
	n = read(fds[1], got, sizeof got);
	/* It is closed, perhaps with the request unread. */
	world_must(n < 0 ? errno == ECONNRESET : read(fds[1], got + n, 1) == 0);
	close(fds[1]);
	if (n == sizeof good - 1 && memcmp(got, good, sizeof good - 1) == 0)
		return r;
	return r == 0 && n > 0 ? -EPROTO : -ENOMEM;
}

static int
ping_alone(void)
{
	struct loop *loop;
	int r = -ENOMEM;

	sched_init(&(struct sched_config){ 0 });
	loop = loop_new(&sys_real);
	if (loop != NULL)
		r = ping_once(loop);
	loop_free(loop);
	sched_fini();
	return r;
}

START_TEST(a_session_fails_cleanly_whatever_fails)
{
	ck_assert_uint_gt(faults_try_all(ping_alone), 3);
}
END_TEST

/* ---- no memory that peers may use ---- */

enum { LITTLE = 128 << 10, A_PART = 96 << 10 };

static size_t allowed;

/* It begins a value of half a MiB, which is more than all may use together. */
static int
say_too_much(const char *head)
{
	static const uint8_t zeros[A_PART];
	size_t before = budget.most;
	int peer = start();

	allowed = budget.most = budget.used + LITTLE;
	say(peer, head);
	world_put(peer, zeros, sizeof zeros);
	shutdown(peer, SHUT_WR);
	world_run();
	budget.most = before;
	return peer;
}

START_TEST(a_request_over_the_budget_is_refused_once_and_closed)
{
	char text[100], answer[200];
	int peer = say_too_much("94 00 07 a4 'ping' 90 94 00 ce 12 34 56 78 "
				"a4 'ping' 91 c6 00 08 00 00");
	int size =
	    snprintf(text, sizeof text, "LIMIT: " CALL_NO_BUDGET, allowed);

	snprintf(answer, sizeof answer,
		 "94 01 07 c0 c0 94 01 ce 12 34 56 78 d9 %02x '%s' c0",
		 (unsigned)size, text);
	hears(peer, answer);
	ck_assert_uint_eq(service.client_count, 0);
}
END_TEST

START_TEST(a_notification_over_the_budget_is_closed_without_a_word)
{
	hears(say_too_much("93 02 a4 'ping' 91 c6 00 08 00 00"), "");
	ck_assert_uint_eq(service.client_count, 0);
}
END_TEST

/* ---- a connection that never ends ---- */

enum { FLOOD = 30 * 1000 * 1000, MESSAGE = 300 };

static size_t flooded;

/* There is always more to read: notifications, a hundred thousand in all. */
static ssize_t
read_flood(int fd, void *data, size_t size)
{
	static const char message[MESSAGE] = "\x93\2\xa4ping\x91\xc5\1\x21";
	size_t i = 0;

	(void)fd;
	for (; i < size && flooded < FLOOD; i++)
		((char *)data)[i] = message[flooded++ % MESSAGE];
	return (ssize_t)i;
}

static size_t flooded_before;

/* Always on the ring; when it is served again, notes how far that was. */
PARKS static void
wait_for_a_turn(void *argument)
{
	(void)argument;
	while (flooded == 0)
		task_yield(NULL);
	flooded_before = flooded;
}

START_TEST(one_that_floods_lets_others_have_a_turn)
{
	struct sys sys = sys_real;
	int peer;

	sys.read = read_flood;
	loop_free(world.loop);
	world.loop = loop_new(&sys);
	flooded = 0;
	peer = start();
	world_put(peer, "x", 1);
	ck_assert_ptr_nonnull(task_spawn(wait_for_a_turn, NULL));
	world_run();
	ck_assert_uint_eq(flooded, FLOOD);
	ck_assert_uint_le(flooded_before, 256 * MESSAGE + 2 * (64 << 10));
	close(peer);
}
END_TEST

/* ---- places on the ring ---- */

enum { ANSWERS_MOST = 64, PEERS = 3 };

static int peers[PEERS];
static unsigned wanted;	     /* writes, until nobody wants more */
static bool was_left_behind; /* written while somebody was on the ring */

/* Written at the end of a round: the loop sleeps next. */
static ssize_t
write_and_end(int fd, const struct iovec *vectors, int count)
{
	was_left_behind = was_left_behind || task_runcount() > 0;
	if (--wanted == 0)
		for (int i = 0; i < PEERS; i++)
			if (peers[i] >= 0)
				shutdown(peers[i], SHUT_WR);
	return sys_real.writev(fd, vectors, count);
}

/* So many sessions, which are ended by their last answer. */
static void
start_peers(int count)
{
	static struct sys sys;

	sys = sys_real;
	sys.writev = write_and_end;
	loop_free(world.loop);
	world.loop = loop_new(&sys);
	ck_assert_ptr_nonnull(world.loop);
	wanted = (unsigned)count;
	was_left_behind = false;
	for (int i = 0; i < PEERS; i++)
		peers[i] = i < count ? start() : -1;
}

/* Nothing more comes from the peers: a sleep would have no end. */
START_TEST(plat_6083_the_loop_does_not_sleep_before_a_requeued_sender_ran)
{
	start_peers(2);
	say(peers[0], "94 00 07 a4 'recv' 91 a1 'c'");
	say(peers[1], "94 00 08 a4 'send' 92 a1 'c' 05");
	world_run();
	ck_assert_uint_eq(wanted, 0);
	ck_assert(!was_left_behind);
	hears(peers[0], "94 01 07 c0 05");
	hears(peers[1], "94 01 08 c0 c0");
}
END_TEST

static char order[ANSWERS_MOST + 1]; /* who was given the processor */
static uint64_t first_id;

/* Letters from 'A' for the tasks in the order of their coming. */
static void
note_switch(uint64_t previous, uint64_t next)
{
	size_t size = strlen(order);

	(void)previous;
	if (first_id == 0)
		first_id = next;
	if (next != 0 && size < ANSWERS_MOST)
		order[size] = (char)('A' + next - first_id);
}

/* Who has had its share goes to the tail, and nobody else moves. */
START_TEST(giving_way_rotates_the_ring_and_nothing_else)
{
	static const char pings[] = "94 00 01 a4 'ping' 90 94 00 02 a4 'ping' "
				    "90 94 00 03 a4 'ping' 90 "
				    "94 00 04 a4 'ping' 90";

	limits.turn_requests = (unsigned)_i;
	start_peers(PEERS);
	for (int i = 0; i < PEERS; i++)
		say(peers[i], pings);
	first_id = 0;
	order[0] = '\0';
	sched_on_switch(note_switch);
	world_run();
	sched_on_switch(NULL);
	/* Once to begin, for what there is to read, for its end. */
	ck_assert_uint_eq(strlen(order),
			  PEERS * (3 + 4 / limits.turn_requests));
	for (size_t i = 0; order[i] != '\0'; i++)
		ck_assert_int_eq(order[i], (char)('A' + i % PEERS));
	for (int i = 0; i < PEERS; i++)
		close(peers[i]);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("session");
	TCase *tcase = tcase_create("requests");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase, requests_are_answered_in_order);
	tcase_add_test(tcase, what_waits_at_the_end_is_withdrawn);
	tcase_add_test(tcase, what_makes_no_sense_is_refused_and_closed);
	tcase_add_test(tcase, too_long_a_message_is_refused_and_closed);
	suite_add_tcase(suite, tcase);

	tcase = tcase_create("out of memory");
	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase, a_session_fails_cleanly_whatever_fails);
	tcase_add_test(tcase,
		       a_request_over_the_budget_is_refused_once_and_closed);
	tcase_add_test(tcase,
		       a_notification_over_the_budget_is_closed_without_a_word);
	suite_add_tcase(suite, tcase);

	tcase = tcase_create("turns");
	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase, one_that_floods_lets_others_have_a_turn);
	tcase_add_loop_test(tcase, giving_way_rotates_the_ring_and_nothing_else,
			    1, 6);
	tcase_add_test(
	    tcase,
	    plat_6083_the_loop_does_not_sleep_before_a_requeued_sender_ran);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
