/* SPDX-License-Identifier: MIT */
#include "net/stream.h"

#include "suite.h"
#include "task/sched.h"
#include "world.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* An owner that waits for something other than its stream. */
static struct sleeper {
	struct conn conn;
	int r;	   /* of its park */
	int again; /* of the next */
	int fill;
	bool is_hung_up, is_gone;
	char got[64];
	size_t size;
	int served; /* of somebody else, who is not concerned */
} sleeper;

static void
set_up(void)
{
	world_open();
	memset(&sleeper, 0, sizeof sleeper);
}

static void
tear_down(void)
{
	world_close();
}

PARKS static void
sleep_and_read(void *argument)
{
	struct sleeper *s = argument;
	struct stream *stream = s->conn.stream;
	const uint8_t *data;

	s->r = task_park(NULL, NO_DEADLINE);
	s->is_hung_up = stream_is_hung_up(stream);
	s->is_gone = stream_is_gone(stream);
	s->again = task_park(NULL, sched_time());
	s->fill = stream_fill(stream, 1);
	data = stream_data(stream, &s->size);
	if (s->size > 0)
		memcpy(s->got, data, s->size);
	stream_close(stream, 0);
}

PARKS static void
read_at_once(void *argument)
{
	struct sleeper *s = argument;

	s->fill = stream_fill(s->conn.stream, 1);
	s->is_hung_up = stream_is_hung_up(s->conn.stream);
	stream_close(s->conn.stream, 0);
}

/* What the peer does, once the owner sleeps. */
PARKS static void
close_it(void *argument)
{
	struct conn *conn = argument;

	world_rounds(2);
	close(conn->peer);
}

PARKS static void
send_and_close(void *argument)
{
	struct conn *conn = argument;

	world_rounds(2);
	world_put(conn->peer, "last", 4);
	world_rounds(2);
	close(conn->peer);
}

PARKS static void
end_output(void *argument)
{
	struct conn *conn = argument;

	world_rounds(2);
	shutdown(conn->peer, SHUT_WR);
}

PARKS static void
reset_it(void *argument)
{
	struct conn *conn = argument;

	world_rounds(2);
	world_reset(conn->peer);
}

PARKS static void
send_and_reset(void *argument)
{
	struct conn *conn = argument;

	world_rounds(2);
	world_put(conn->peer, "last", 4);
	world_rounds(2);
	world_reset(conn->peer);
}

static void
run(task_fn *owner, task_fn *peer)
{
	conn_start(&sleeper.conn, owner);
	ck_assert_ptr_nonnull(task_spawn(peer, &sleeper.conn));
	world_run();
}

static void
run_over_tcp(task_fn *owner, task_fn *peer)
{
	int fds[2];

	world_tcp_pair(fds);
	conn_start_over(&sleeper.conn, fds, owner);
	ck_assert_ptr_nonnull(task_spawn(peer, &sleeper.conn));
	world_run();
}

START_TEST(closing_cancels_an_owner_that_waits_elsewhere)
{
	run(sleep_and_read, close_it);
	ck_assert_int_eq(sleeper.r, -ECANCELED);
	ck_assert_int_eq(sleeper.again, -ECANCELED);
	ck_assert(sleeper.is_hung_up && sleeper.is_gone);
	ck_assert_int_eq(sleeper.fill, 0);
}
END_TEST

START_TEST(closing_cancels_over_tcp_too)
{
	run_over_tcp(sleep_and_read, close_it);
	ck_assert_int_eq(sleeper.r, -ECANCELED);
	ck_assert(sleeper.is_hung_up);
	ck_assert_int_eq(sleeper.fill, 0);
}
END_TEST

START_TEST(who_only_ends_its_output_is_not_gone)
{
	run(sleep_and_read, end_output);
	ck_assert_int_eq(sleeper.r, -ECANCELED);
	ck_assert(sleeper.is_hung_up);
	ck_assert(!sleeper.is_gone);
	close(sleeper.conn.peer);
}
END_TEST

START_TEST(a_reset_cancels_an_owner_that_waits_elsewhere)
{
	run_over_tcp(sleep_and_read, reset_it);
	ck_assert_int_eq(sleeper.r, -ECANCELED);
	ck_assert(sleeper.is_hung_up && sleeper.is_gone);
	ck_assert_int_eq(sleeper.fill, -ECONNRESET);
}
END_TEST

START_TEST(a_reset_behind_unread_bytes_cancels_too)
{
	run_over_tcp(sleep_and_read, send_and_reset);
	ck_assert_int_eq(sleeper.r, -ECANCELED);
	ck_assert(sleeper.is_gone);
}
END_TEST

START_TEST(closing_behind_unread_bytes_cancels_and_keeps_them)
{
	run(sleep_and_read, send_and_close);
	ck_assert_int_eq(sleeper.r, -ECANCELED);
	ck_assert_int_eq(sleeper.fill, 1);
	ck_assert_uint_eq(sleeper.size, 4);
	ck_assert_mem_eq(sleeper.got, "last", 4);
}
END_TEST

START_TEST(one_that_reads_finds_the_end)
{
	run(read_at_once, close_it);
	ck_assert_int_eq(sleeper.fill, 0);
	ck_assert(sleeper.is_hung_up);
}
END_TEST

START_TEST(one_that_reads_finds_the_reset)
{
	run_over_tcp(read_at_once, reset_it);
	ck_assert_int_eq(sleeper.fill, -ECONNRESET);
}
END_TEST

/* It stands on the ring when its peer hangs up. */
PARKS static void
work_and_park(void *argument)
{
	struct sleeper *s = argument;

	world_rounds(6);
	s->is_hung_up = stream_is_hung_up(s->conn.stream);
	s->r = task_park(NULL, NO_DEADLINE);
	stream_close(s->conn.stream, 0);
}

START_TEST(one_that_works_meets_it_at_its_next_park)
{
	run(work_and_park, close_it);
	ck_assert(sleeper.is_hung_up);
	ck_assert_int_eq(sleeper.r, -ECANCELED);
}
END_TEST

static bool
leave_nothing(struct wait *wait)
{
	(void)wait;
	return true;
}

/* It has been served, but that is taken back before it runs again. */
PARKS static void
yield_and_wait(void *argument)
{
	struct sleeper *s = argument;
	struct wait wait = { .leave = leave_nothing };

	do
		s->r = task_yield(&wait);
	while (s->r == 0);
	stream_close(s->conn.stream, 0);
}

PARKS static void
end_output_and_unready(void *argument)
{
	struct conn *conn = argument;

	world_rounds(2);
	shutdown(conn->peer, SHUT_WR);
	while (!stream_is_hung_up(conn->stream))
		task_yield(NULL);
	task_unready(conn->owner, NO_DEADLINE);
	world_rounds(2);
	if (sleeper.r == 0)
		task_wake(conn->owner, 17); /* it would wait for ever */
}

START_TEST(one_that_has_to_wait_again_is_cancelled)
{
	run(yield_and_wait, end_output_and_unready);
	ck_assert_int_eq(sleeper.r, -ECANCELED);
	close(sleeper.conn.peer);
}
END_TEST

PARKS static void
sleep_for_a_while(void *argument)
{
	(void)argument;
	sleeper.served = task_park(NULL, sched_time() + 5 * MS);
}

START_TEST(nobody_else_is_cancelled)
{
	world.tick = 1 * MS;
	ck_assert_ptr_nonnull(task_spawn(sleep_for_a_while, NULL));
	run(sleep_and_read, close_it);
	ck_assert_int_eq(sleeper.served, -ETIMEDOUT);
}
END_TEST

/* ---- bytes that nobody waits for ---- */

PARKS static void
send_and_wake(void *argument)
{
	struct conn *conn = argument;

	world_rounds(2);
	world_put(conn->peer, "early", 5);
	world_rounds(100);
	task_wake(conn->owner, 17);
}

START_TEST(bytes_for_a_blocked_owner_do_not_spin_the_loop)
{
	run(sleep_and_read, send_and_wake);
	/* Asked once for each time that the loop was woken by them. */
	ck_assert_uint_ge(world.gones, 1);
	ck_assert_uint_le(world.gones, 2);
	close(sleeper.conn.peer);
}
END_TEST

START_TEST(bytes_for_a_blocked_owner_are_read_later)
{
	run(sleep_and_read, send_and_wake);
	ck_assert_int_eq(sleeper.r, 17);
	ck_assert(!sleeper.is_hung_up);
	ck_assert_int_eq(sleeper.fill, 1);
	ck_assert_uint_eq(sleeper.size, 5);
	ck_assert_mem_eq(sleeper.got, "early", 5);
	close(sleeper.conn.peer);
}
END_TEST

/* The loop rests meanwhile: it is woken a few times, not all the time. */
START_TEST(the_loop_sleeps_while_bytes_lie_there)
{
	struct conn *conn = &sleeper.conn;

	world.tick = MS / 10;
	conn_start(conn, sleep_and_read);
	world_put(conn->peer, "early", 5);
	ck_assert_ptr_nonnull(task_spawn(sleep_for_a_while, NULL));
	ck_assert_ptr_nonnull(task_spawn(close_it, conn));
	world_run();
	/* Each sleep lasts until the deadline; the clock says 0.1 ms. */
	ck_assert_uint_le(world.gones, 3);
	ck_assert_int_eq(sleeper.r, -ECANCELED);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("net hang-up");
	TCase *tcase =
	    suite_case(suite, "blocked elsewhere", set_up, tear_down);

	tcase_add_test(tcase, closing_cancels_an_owner_that_waits_elsewhere);
	tcase_add_test(tcase, closing_cancels_over_tcp_too);
	tcase_add_test(tcase, who_only_ends_its_output_is_not_gone);
	tcase_add_test(tcase, a_reset_cancels_an_owner_that_waits_elsewhere);
	tcase_add_test(tcase, a_reset_behind_unread_bytes_cancels_too);
	tcase_add_test(tcase,
		       closing_behind_unread_bytes_cancels_and_keeps_them);
	tcase_add_test(tcase, nobody_else_is_cancelled);

	tcase = suite_case(suite, "reading or working", set_up, tear_down);
	tcase_add_test(tcase, one_that_reads_finds_the_end);
	tcase_add_test(tcase, one_that_reads_finds_the_reset);
	tcase_add_test(tcase, one_that_works_meets_it_at_its_next_park);
	tcase_add_test(tcase, one_that_has_to_wait_again_is_cancelled);

	tcase = suite_case(suite, "unread bytes", set_up, tear_down);
	tcase_add_test(tcase, bytes_for_a_blocked_owner_do_not_spin_the_loop);
	tcase_add_test(tcase, bytes_for_a_blocked_owner_are_read_later);
	tcase_add_test(tcase, the_loop_sleeps_while_bytes_lie_there);
	return suite_run(suite);
}
