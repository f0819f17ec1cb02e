/* SPDX-License-Identifier: MIT */
#include "net/stream.h"

#include "faults.h"
#include "suite.h"
#include "task/sched.h"
#include "world.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ROOM = 1 << 20, ANSWER = 6 };

/* An owner that answers and leaves, whatever its peer still sends. */
static struct leaver {
	struct conn conn;
	size_t read;   /* this much of the input before, and no more */
	size_t answer; /* bytes */
	int64_t linger;
	unsigned fault; /* the allocation that fails while it closes */
} leaver;

static char pattern[ROOM], got[ROOM + 1]; /* for one too many */
static size_t got_size;
static ssize_t got_end; /* what the peer's read said behind that */

static void
set_up(void)
{
	world_open();
	leaver = (struct leaver){ .answer = ANSWER, .linger = 5000 * MS };
	got_size = 0;
	got_end = 17;
	for (size_t i = 0; i < ROOM; i++)
		pattern[i] = (char)(i * 7 + i / 251);
}

static void
tear_down(void)
{
	world_close();
}

PARKS static void
answer_and_leave(void *argument)
{
	struct leaver *l = argument;
	struct stream *stream = l->conn.stream;
	size_t size;

	while (stream_data(stream, &size), size < l->read)
		world_must(stream_fill(stream, l->read) == 1);
	stream_consume(stream, l->read / 2);
	world_must(outbox_write(stream_outbox(stream), pattern, l->answer) ==
		   0);
	stream_send(stream);
	world.read_most = SIZE_MAX;
	faults_arm(l->fault, true);
	stream_close(stream, l->linger);
	faults_disarm();
}

static bool
is_closed(int fd)
{
	return fcntl(fd, F_GETFD) < 0;
}

/* Reads what has come; then `got_end` is 0, or what went wrong. */
PARKS static void
pull(int fd)
{
	got_size = world_pull(fd, got, leaver.answer);
	while ((got_end = read(fd, got + got_size, 1)) < 0 && errno == EAGAIN)
		world_rounds(1);
	if (got_end < 0)
		got_end = -errno;
}

PARKS static void
pull_and_close(void *argument)
{
	struct conn *conn = argument;

	world_rounds(5);
	pull(conn->peer);
	close(conn->peer);
}

static void
run(task_fn *peer)
{
	conn_start(&leaver.conn, answer_and_leave);
	ck_assert_ptr_nonnull(task_spawn(peer, &leaver.conn));
	world_run();
}

static void
got_the_answer(void)
{
	ck_assert_uint_eq(got_size, leaver.answer);
	ck_assert_mem_eq(got, pattern, got_size);
	ck_assert_int_eq(got_end, 0);
}

START_TEST(with_nothing_left_it_is_closed_at_once)
{
	run(pull_and_close);
	got_the_answer();
	ck_assert(is_closed(leaver.conn.fd));
}
END_TEST

/* ---- the peer still sends ---- */

PARKS static void
send_pull_and_close(void *argument)
{
	struct conn *conn = argument;

	world_put(conn->peer, pattern, 1000);
	pull_and_close(conn);
}

START_TEST(the_last_answer_arrives_though_input_is_unread)
{
	leaver.read = world.read_most = 10;
	run(send_pull_and_close);
	got_the_answer();
	ck_assert(is_closed(leaver.conn.fd));
}
END_TEST

START_TEST(over_tcp_too_nobody_is_reset)
{
	int fds[2];

	world_tcp_pair(fds);
	world_put(fds[1], pattern, 1000);
	conn_start_over(&leaver.conn, fds, answer_and_leave);
	ck_assert_ptr_nonnull(task_spawn(pull_and_close, &leaver.conn));
	leaver.read = world.read_most = 10;
	world_run();
	got_the_answer();
}
END_TEST

PARKS static void
send_on_and_on(void *argument)
{
	struct conn *conn = argument;

	world_put(conn->peer, pattern, 1000);
	world_rounds(3);
	for (int i = 0; i < 50; i++)
		world_push(conn->peer, pattern, 3000);
	pull_and_close(conn);
}

START_TEST(a_peer_that_sends_on_takes_no_memory)
{
	long live;

	leaver.read = world.read_most = 10;
	faults_watch();
	conn_start(&leaver.conn, answer_and_leave);
	world_must(task_spawn(send_on_and_on, &leaver.conn) != NULL);
	world_run();
	/* What the ring keeps for its next task is no loss. */
	sched_fini();
	sched_init(&(struct sched_config){ 0 });
	live = faults_live();
	ck_assert_int_eq(live, 0);
	got_the_answer();
}
END_TEST

/* The input that is discarded lies in a buffer of its own. */
START_TEST(a_large_message_cut_off_is_given_back)
{
	long live;

	leaver.read = 66000;
	world.read_most = 1000;
	faults_watch();
	conn_start(&leaver.conn, answer_and_leave);
	world_put(leaver.conn.peer, pattern, 70000);
	world_must(task_spawn(send_on_and_on, &leaver.conn) != NULL);
	world_run();
	sched_fini();
	sched_init(&(struct sched_config){ 0 });
	live = faults_live();
	ck_assert_int_eq(live, 0);
	got_the_answer();
}
END_TEST

/* ---- how long ---- */

PARKS static void
let_time_pass(void *argument)
{
	struct conn *conn = argument;

	world_rounds(5);
	world.now += 4999 * MS;
	world_rounds(3);
	ck_assert(!is_closed(conn->fd));
	world.now += 1 * MS;
	world_rounds(3);
	ck_assert(is_closed(conn->fd));
	close(conn->peer);
}

START_TEST(a_peer_that_does_not_close_is_left_at_the_deadline)
{
	leaver.read = world.read_most = 10;
	conn_start(&leaver.conn, answer_and_leave);
	world_put(leaver.conn.peer, pattern, 1000);
	ck_assert_ptr_nonnull(task_spawn(let_time_pass, &leaver.conn));
	world_run();
	ck_assert(is_closed(leaver.conn.fd));
}
END_TEST

START_TEST(a_peer_that_does_not_read_is_left_at_the_deadline)
{
	leaver.answer = ROOM;
	run(let_time_pass);
	ck_assert(is_closed(leaver.conn.fd));
}
END_TEST

START_TEST(a_long_answer_is_read_to_its_end)
{
	leaver.answer = ROOM;
	run(pull_and_close);
	got_the_answer();
}
END_TEST

PARKS static void
see_it_closed(void *argument)
{
	struct conn *conn = argument;

	ck_assert(is_closed(conn->fd));
	close(conn->peer);
}

START_TEST(without_time_it_is_closed_at_once)
{
	leaver.answer = ROOM;
	leaver.linger = 0;
	run(see_it_closed);
	ck_assert_uint_eq(sched_tasks(), 0);
}
END_TEST

PARKS static void
take_a_stack(void *argument)
{
	(void)argument;
	world_rounds(2);
}

START_TEST(without_memory_it_is_closed_at_once)
{
	leaver.answer = ROOM;
	leaver.fault = 1;
	conn_start(&leaver.conn, answer_and_leave);
	ck_assert_ptr_nonnull(task_spawn(see_it_closed, &leaver.conn));
	/* All idle stacks are in use, so that a task more takes memory. */
	for (int i = 0; i < 62; i++)
		ck_assert_ptr_nonnull(task_spawn(take_a_stack, NULL));
	world_run();
}
END_TEST

/* ---- a peer that goes ---- */

PARKS static void
go(void *argument)
{
	struct conn *conn = argument;

	world_rounds(5);
	ck_assert(!is_closed(conn->fd));
	close(conn->peer);
	world_rounds(3);
	ck_assert(is_closed(conn->fd));
}

START_TEST(a_peer_that_goes_ends_the_wait_for_its_reading)
{
	leaver.answer = ROOM;
	run(go);
}
END_TEST

START_TEST(a_peer_that_goes_ends_the_wait_for_its_end)
{
	leaver.read = world.read_most = 10;
	conn_start(&leaver.conn, answer_and_leave);
	world_put(leaver.conn.peer, pattern, 1000);
	ck_assert_ptr_nonnull(task_spawn(go, &leaver.conn));
	world_run();
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("net close");
	TCase *tcase = suite_case(suite, "unread input", set_up, tear_down);

	tcase_add_test(tcase, with_nothing_left_it_is_closed_at_once);
	tcase_add_test(tcase, the_last_answer_arrives_though_input_is_unread);
	tcase_add_test(tcase, over_tcp_too_nobody_is_reset);
	tcase_add_test(tcase, a_peer_that_sends_on_takes_no_memory);
	tcase_add_test(tcase, a_large_message_cut_off_is_given_back);

	tcase = suite_case(suite, "how long", set_up, tear_down);
	tcase_add_test(tcase,
		       a_peer_that_does_not_close_is_left_at_the_deadline);
	tcase_add_test(tcase,
		       a_peer_that_does_not_read_is_left_at_the_deadline);
	tcase_add_test(tcase, a_long_answer_is_read_to_its_end);
	tcase_add_test(tcase, without_time_it_is_closed_at_once);
	tcase_add_test(tcase, without_memory_it_is_closed_at_once);

	tcase = suite_case(suite, "a peer that goes", set_up, tear_down);
	tcase_add_test(tcase, a_peer_that_goes_ends_the_wait_for_its_reading);
	tcase_add_test(tcase, a_peer_that_goes_ends_the_wait_for_its_end);
	return suite_run(suite);
}
