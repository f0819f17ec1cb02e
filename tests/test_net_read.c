/* SPDX-License-Identifier: MIT */
#include "net/stream.h"

#include "faults.h"
#include "suite.h"
#include "world.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SCRATCH = 64 << 10, ROOM = 1 << 20 };

/* Reads `enough` bytes in messages of `step`, the last one perhaps shorter. */
struct reader {
	struct conn conn;
	size_t step;
	size_t enough;
	char *got;
	size_t size;
	int r; /* of the last stream_fill() */
};

static struct reader a, b;
static char pattern[ROOM], got_a[ROOM], got_b[ROOM];

static void
set_up(void)
{
	world_open();
	memset(&a, 0, sizeof a);
	memset(&b, 0, sizeof b);
	a.got = got_a;
	b.got = got_b;
	a.step = b.step = 1;
	for (size_t i = 0; i < ROOM; i++)
		pattern[i] = (char)(i * 7 + i / 251);
}

static void
tear_down(void)
{
	world_close();
}

PARKS static int
fill_up_to(struct stream *stream, size_t wanted)
{
	size_t size;
	int r = 1;

	while (stream_data(stream, &size), size < wanted && r > 0)
		r = stream_fill(stream, wanted);
	return r;
}

static void
collect(struct reader *reader, size_t most)
{
	size_t size;
	const uint8_t *data = stream_data(reader->conn.stream, &size);

	if (size > most)
		size = most;
	if (size > 0)
		memcpy(reader->got + reader->size, data, size);
	reader->size += size;
	stream_consume(reader->conn.stream, size);
}

PARKS static void
read_messages(void *argument)
{
	struct reader *reader = argument;
	struct stream *stream = reader->conn.stream;

	do {
		reader->r = fill_up_to(stream, reader->step);
		collect(reader, reader->step);
	} while (reader->r > 0 && reader->size < reader->enough);
	stream_close(stream, 0);
}

static void
got_the_pattern(const struct reader *reader, size_t size)
{
	ck_assert_uint_eq(reader->size, size);
	ck_assert_mem_eq(reader->got, pattern, size);
}

/* ---- messages ---- */

PARKS static void
put_in_pieces(void *argument)
{
	struct conn *conn = argument;

	for (size_t i = 0; i < 100; i += 10) {
		world_put(conn->peer, pattern + i, 10);
		world_rounds(2);
	}
}

START_TEST(bytes_that_come_in_pieces_are_read_in_order)
{
	a.enough = a.step = 100;
	conn_start(&a.conn, read_messages);
	ck_assert_ptr_nonnull(task_spawn(put_in_pieces, &a.conn));
	world_run();
	got_the_pattern(&a, 100);
	close(a.conn.peer);
}
END_TEST

START_TEST(reads_may_give_a_byte_each)
{
	world.read_most = 1;
	a.enough = 100;
	a.step = 30;
	conn_start(&a.conn, read_messages);
	world_put(a.conn.peer, pattern, 120);
	world_run();
	got_the_pattern(&a, 120);
	close(a.conn.peer);
}
END_TEST

START_TEST(messages_that_come_together_take_one_read)
{
	a.enough = 30;
	a.step = 3;
	conn_start(&a.conn, read_messages);
	world_put(a.conn.peer, pattern, 30);
	world_run();
	got_the_pattern(&a, 30);
	ck_assert_uint_eq(world.reads, 1);
	close(a.conn.peer);
}
END_TEST

START_TEST(what_came_before_the_end_is_still_read)
{
	a.enough = ROOM;
	conn_start(&a.conn, read_messages);
	world_put(a.conn.peer, pattern, 500);
	close(a.conn.peer);
	world_run();
	ck_assert_int_eq(a.r, 0);
	got_the_pattern(&a, 500);
}
END_TEST

START_TEST(a_reset_is_an_error)
{
	int fds[2];

	a.enough = 1;
	world_tcp_pair(fds);
	conn_start_over(&a.conn, fds, read_messages);
	world_reset(a.conn.peer);
	world_run();
	ck_assert_int_eq(a.r, -ECONNRESET);
}
END_TEST

PARKS static void
cancel_it(void *argument)
{
	struct conn *conn = argument;

	world_rounds(2);
	task_cancel(conn->owner);
}

START_TEST(who_is_cancelled_stops_to_read)
{
	a.enough = 1;
	conn_start(&a.conn, read_messages);
	ck_assert_ptr_nonnull(task_spawn(cancel_it, &a.conn));
	world_run();
	ck_assert_int_eq(a.r, -ECANCELED);
	close(a.conn.peer);
}
END_TEST

/* ---- two streams and one scratch ---- */

PARKS static void
put_to_both(void *argument)
{
	(void)argument;
	for (size_t i = 0; i < 3000; i += 7) {
		size_t size = i + 7 < 3000 ? 7 : 3000 - i;

		world_put(a.conn.peer, pattern + i, size);
		world_put(b.conn.peer, pattern + i, size);
		world_rounds(1);
	}
}

START_TEST(two_that_read_in_turn_lose_and_mix_nothing)
{
	a.enough = b.enough = 3000;
	a.step = 10;
	b.step = 25;
	conn_start(&a.conn, read_messages);
	conn_start(&b.conn, read_messages);
	ck_assert_ptr_nonnull(task_spawn(put_to_both, NULL));
	world_run();
	got_the_pattern(&a, 3000);
	got_the_pattern(&b, 3000);
	close(a.conn.peer);
	close(b.conn.peer);
}
END_TEST

static bool has_failed;

/* Takes the scratch from whoever has it, when there is no memory. */
PARKS static void
read_without_memory(void *argument)
{
	struct reader *reader = argument;

	world_rounds(2);
	faults_arm(1, true);
	reader->r = stream_fill(reader->conn.stream, 1);
	has_failed = faults_disarm();
	collect(reader, 10);
	stream_close(reader->conn.stream, 0);
	world_put(a.conn.peer, pattern, 10);
}

START_TEST(what_cannot_be_put_away_fails_its_own_stream)
{
	a.enough = a.step = 20;
	conn_start(&a.conn, read_messages);
	conn_start(&b.conn, read_without_memory);
	world_put(a.conn.peer, pattern, 10);
	world_put(b.conn.peer, pattern, 10);
	world_run();
	ck_assert(has_failed);
	ck_assert_int_eq(b.r, 1);
	got_the_pattern(&b, 10);
	ck_assert_int_eq(a.r, -ENOMEM);
	close(a.conn.peer);
	close(b.conn.peer);
}
END_TEST

PARKS static void
only_read_without_memory(void *argument)
{
	struct reader *reader = argument;

	world_rounds(2);
	faults_arm(1, true);
	reader->r = stream_fill(reader->conn.stream, 1);
	has_failed = faults_disarm();
	stream_close(reader->conn.stream, 0);
}

/* Its second message is there, until somebody else reads. */
PARKS static void
read_too_late(void *argument)
{
	struct reader *reader = argument;

	fill_up_to(reader->conn.stream, 20);
	collect(reader, 10);
	world_rounds(6);
	reader->r = stream_fill(reader->conn.stream, 10);
	stream_close(reader->conn.stream, 0);
}

START_TEST(who_has_lost_what_it_had_read_does_not_wait_for_more)
{
	conn_start(&a.conn, read_too_late);
	conn_start(&b.conn, only_read_without_memory);
	world_put(a.conn.peer, pattern, 20);
	world_put(b.conn.peer, pattern, 10);
	world_run();
	ck_assert(has_failed);
	ck_assert_int_eq(a.r, -ENOMEM);
	close(a.conn.peer);
	close(b.conn.peer);
}
END_TEST

/* ---- the edges of the buffers ---- */

/* Leaves 6 bytes at the very end of the scratch and asks for no more. */
PARKS static void
read_at_the_edge(void *argument)
{
	struct reader *reader = argument;
	struct stream *stream = reader->conn.stream;

	fill_up_to(stream, SCRATCH);
	collect(reader, SCRATCH - 6);
	reader->r = stream_fill(stream, reader->step);
	collect(reader, SCRATCH);
	stream_close(stream, 0);
}

START_TEST(a_full_scratch_is_not_the_end_of_the_file)
{
	a.step = (size_t)_i;
	conn_start(&a.conn, read_at_the_edge);
	world_put(a.conn.peer, pattern, SCRATCH);
	world_put(a.conn.peer, pattern + SCRATCH, 10);
	world_run();
	ck_assert_int_eq(a.r, 1);
	got_the_pattern(&a, SCRATCH + 10);
	close(a.conn.peer);
}
END_TEST

PARKS static void
push_half_a_million(void *argument)
{
	struct conn *conn = argument;

	for (size_t i = 0; i < 500000; i += 50000) {
		world_push(conn->peer, pattern + i, 50000);
		ck_assert_uint_le(world.largest_read,
				  2 * (i + 50000) + (1 << 20));
	}
	shutdown(conn->peer, SHUT_WR);
}

START_TEST(what_is_only_announced_gets_little_memory)
{
	a.step = a.enough = 1 << 30;
	conn_start(&a.conn, read_messages);
	ck_assert_ptr_nonnull(task_spawn(push_half_a_million, &a.conn));
	world_run();
	ck_assert_int_eq(a.r, 0);
	got_the_pattern(&a, 500000);
	close(a.conn.peer);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("net read");
	TCase *tcase = suite_case(suite, "messages", set_up, tear_down);

	tcase_add_test(tcase, bytes_that_come_in_pieces_are_read_in_order);
	tcase_add_test(tcase, reads_may_give_a_byte_each);
	tcase_add_test(tcase, messages_that_come_together_take_one_read);
	tcase_add_test(tcase, what_came_before_the_end_is_still_read);
	tcase_add_test(tcase, a_reset_is_an_error);
	tcase_add_test(tcase, who_is_cancelled_stops_to_read);

	tcase = suite_case(suite, "two streams", set_up, tear_down);
	tcase_add_test(tcase, two_that_read_in_turn_lose_and_mix_nothing);
	tcase_add_test(tcase,
		       who_has_lost_what_it_had_read_does_not_wait_for_more);
	tcase_add_test(tcase, what_cannot_be_put_away_fails_its_own_stream);

	tcase = suite_case(suite, "edges", set_up, tear_down);
	tcase_add_loop_test(tcase, a_full_scratch_is_not_the_end_of_the_file, 1,
			    8);
	tcase_add_test(tcase, what_is_only_announced_gets_little_memory);
	return suite_run(suite);
}
