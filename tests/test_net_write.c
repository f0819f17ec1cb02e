/* SPDX-License-Identifier: MIT */
#include "net/stream.h"

#include "suite.h"
#include "world.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { ROOM = 1 << 20 };

static struct writer {
	struct conn conn;
	size_t size; /* to write, in pieces of */
	size_t piece;
	size_t most;		/* what drain leaves */
	unsigned writes_before; /* the end of the turn */
	int r;			/* of drain */
	size_t left;		/* then */
	bool is_cancelled, is_gone;
	unsigned steps; /* of somebody else, meanwhile */
} writer;

static char pattern[ROOM], got[ROOM];
static size_t got_size;

static void
set_up(void)
{
	world_open();
	memset(&writer, 0, sizeof writer);
	got_size = 0;
	for (size_t i = 0; i < ROOM; i++)
		pattern[i] = (char)(i * 7 + i / 251);
}

static void
tear_down(void)
{
	world_close();
}

/* Small pieces are copied, large ones given. */
static void
answer(struct writer *w)
{
	struct outbox *out = stream_outbox(w->conn.stream);

	for (size_t i = 0; i < w->size; i += w->piece) {
		size_t size = w->size - i < w->piece ? w->size - i : w->piece;

		if (size > 512)
			outbox_give(out, blob_copy(pattern + i, size));
		else
			world_must(outbox_write(out, pattern + i, size) == 0);
		stream_send(w->conn.stream);
	}
}

PARKS static void
answer_and_leave(void *argument)
{
	struct writer *w = argument;

	answer(w);
	w->writes_before = world.writes;
	world_rounds(2);
	stream_close(w->conn.stream, 1000 * MS);
}

PARKS static void
answer_and_drain(void *argument)
{
	struct writer *w = argument;

	answer(w);
	w->r = stream_drain(w->conn.stream, w->most, 1);
	w->left = stream_outbox(w->conn.stream)->bytes;
	w->is_cancelled = task_is_cancelled(task_self());
	w->is_gone = stream_is_gone(w->conn.stream);
	stream_close(w->conn.stream, 1000 * MS);
}

PARKS static void
pull_all(void *argument)
{
	struct conn *conn = argument;

	got_size = world_pull(conn->peer, got, ROOM);
	close(conn->peer);
}

static void
run(task_fn *owner, task_fn *peer)
{
	conn_start(&writer.conn, owner);
	ck_assert_ptr_nonnull(task_spawn(peer, &writer.conn));
	world_run();
}

static void
got_all(void)
{
	ck_assert_uint_eq(got_size, writer.size);
	ck_assert_mem_eq(got, pattern, got_size);
}

START_TEST(output_is_written_once_at_the_end_of_the_turn)
{
	writer.size = 1000;
	writer.piece = 10;
	run(answer_and_leave, pull_all);
	ck_assert_uint_eq(writer.writes_before, 0);
	ck_assert_uint_eq(world.writes, 1);
	got_all();
}
END_TEST

START_TEST(without_output_nothing_is_written)
{
	run(answer_and_leave, pull_all);
	ck_assert_uint_eq(world.writes, 0);
	got_all();
}
END_TEST

START_TEST(more_pieces_than_vectors_go_out_in_order)
{
	writer.size = 200 * 600;
	writer.piece = 600;
	run(answer_and_leave, pull_all);
	ck_assert_uint_ge(world.writes, 4);
	got_all();
}
END_TEST

START_TEST(short_writes_are_resumed_where_they_ended)
{
	world.write_most = (size_t)_i;
	writer.size = 3000;
	writer.piece = 700;
	run(answer_and_leave, pull_all);
	ck_assert_uint_ge(world.writes, 3000 / (unsigned)_i);
	got_all();
}
END_TEST

START_TEST(what_the_socket_does_not_take_waits_for_its_reader)
{
	writer.size = ROOM;
	writer.piece = 10000;
	run(answer_and_leave, pull_all);
	got_all();
}
END_TEST

/* ---- drain ---- */

START_TEST(with_little_output_draining_does_not_write)
{
	writer.size = writer.most = 100;
	writer.piece = 10;
	run(answer_and_drain, pull_all);
	ck_assert_int_eq(writer.r, 0);
	ck_assert_uint_eq(writer.left, 100);
	got_all();
}
END_TEST

PARKS static void
step_and_pull(void *argument)
{
	for (unsigned i = 0; i < 1000; i++) {
		writer.steps++;
		task_yield(NULL);
	}
	world_rounds(10);
	ck_assert_uint_eq(writer.left, 0);
	ck_assert_uint_gt(stream_outbox(writer.conn.stream)->bytes,
			  writer.most);
	pull_all(argument);
}

START_TEST(draining_parks_nobody_else)
{
	writer.size = ROOM;
	writer.piece = 10000;
	writer.most = 20000;
	run(answer_and_drain, step_and_pull);
	ck_assert_uint_eq(writer.steps, 1000);
	ck_assert_int_eq(writer.r, 0);
	ck_assert_uint_le(writer.left, 20000);
	got_all();
}
END_TEST

START_TEST(draining_writes_only_when_there_is_room)
{
	writer.size = ROOM;
	writer.piece = 10000;
	run(answer_and_drain, step_and_pull);
	/* A thousand rounds went by. */
	ck_assert_uint_le(world.writes, 200);
	got_all();
}
END_TEST

PARKS static void
close_it(void *argument)
{
	struct conn *conn = argument;

	world_rounds(3);
	close(conn->peer);
}

START_TEST(draining_to_one_who_hangs_up_fails)
{
	writer.size = ROOM;
	writer.piece = 10000;
	run(answer_and_drain, close_it);
	ck_assert_int_lt(writer.r, 0);
	ck_assert(writer.is_cancelled && writer.is_gone);
}
END_TEST

START_TEST(draining_to_a_broken_pipe_says_so)
{
	world.write_error = -EPIPE;
	writer.size = 100;
	writer.piece = 100;
	run(answer_and_drain, close_it);
	ck_assert_int_eq(writer.r, -EPIPE);
	ck_assert_uint_eq(writer.left, 0);
	ck_assert(writer.is_cancelled && writer.is_gone);
}
END_TEST

/* ---- a stream that is lost ---- */

/* Half an answer goes out, then writing fails; the owner does not know. */
PARKS static void
answer_twice(void *argument)
{
	struct writer *w = argument;

	answer(w);
	world_rounds(2);
	world.write_error = -EPIPE;
	world_rounds(2);
	world.write_error = 0;
	world.write_most = SIZE_MAX;
	w->is_gone = stream_is_gone(w->conn.stream);
	w->writes_before = world.writes;
	answer(w);
	world_rounds(2);
	w->left = stream_outbox(w->conn.stream)->bytes;
	stream_close(w->conn.stream, 1000 * MS);
}

START_TEST(behind_half_an_answer_nothing_more_is_written)
{
	world.write_most = 5;
	writer.size = 1000;
	writer.piece = 1000;
	run(answer_twice, pull_all);
	ck_assert(writer.is_gone);
	ck_assert_uint_eq(writer.left, 0);
	ck_assert_uint_eq(world.writes, writer.writes_before);
	ck_assert_uint_lt(got_size, 100);
	ck_assert_mem_eq(got, pattern, got_size);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("net write");
	TCase *tcase = suite_case(suite, "gathering", set_up, tear_down);

	tcase_add_test(tcase, output_is_written_once_at_the_end_of_the_turn);
	tcase_add_test(tcase, without_output_nothing_is_written);
	tcase_add_test(tcase, more_pieces_than_vectors_go_out_in_order);
	tcase_add_loop_test(tcase, short_writes_are_resumed_where_they_ended, 7,
			    10);
	tcase_add_test(tcase,
		       what_the_socket_does_not_take_waits_for_its_reader);

	tcase = suite_case(suite, "drain", set_up, tear_down);
	tcase_add_test(tcase, with_little_output_draining_does_not_write);
	tcase_add_test(tcase, draining_parks_nobody_else);
	tcase_add_test(tcase, draining_writes_only_when_there_is_room);
	tcase_add_test(tcase, draining_to_one_who_hangs_up_fails);
	tcase_add_test(tcase, draining_to_a_broken_pipe_says_so);

	tcase = suite_case(suite, "lost", set_up, tear_down);
	tcase_add_test(tcase, behind_half_an_answer_nothing_more_is_written);
	return suite_run(suite);
}
