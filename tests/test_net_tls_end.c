/* SPDX-License-Identifier: MIT */
#include "passage.h"
#include "task/sched.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

enum { LARGE = 1 << 20 };

static const uint8_t large[LARGE];

PARKS static void
sleep_and_read(void *argument)
{
	struct stream *stream = ((struct conn *)argument)->stream;

	scene.r = task_park(NULL, NO_DEADLINE);
	scene.is_hung_up = stream_is_hung_up(stream);
	do {
		remember(stream);
		scene.fill = stream_fill(stream, 1);
	} while (scene.fill == 1);
	stream_close(stream, 0);
}

/* ---- the end ---- */

PARKS static void
read_once_and_sleep(void *argument)
{
	struct stream *stream = ((struct conn *)argument)->stream;

	remember(stream);
	while (scene.got == 0 && stream_fill(stream, 1) == 1)
		remember(stream);
	scene.is_hung_up = stream_is_hung_up(stream);
	/* Its calls do not wait any more: see task_set_leaving(). */
	if (task_is_leaving(task_self()))
		scene.r = -ECANCELED;
	else
		scene.r = task_park(NULL, NO_DEADLINE);
	scene.fill = stream_fill(stream, 1);
	stream_close(stream, 0);
}

PARKS static void
say_hello_and_goodbye_at_once(void *argument)
{
	struct peer *peer = argument;

	ck_assert_int_eq(peer_connect(peer), 1);
	world_rounds(3);
	ck_assert_int_eq(SSL_write(peer->ssl, "hello", 5), 5);
	peer_end(peer);
	world_rounds(5);
}

START_TEST(a_goodbye_that_came_along_with_bytes_is_one_at_once)
{
	play(read_once_and_sleep, say_hello_and_goodbye_at_once);
	ck_assert_str_eq(scene.begin, "hello");
	ck_assert(scene.is_hung_up);
	ck_assert_int_eq(scene.r, -ECANCELED);
	ck_assert_int_eq(scene.fill, 0);
}
END_TEST

/* More than one reading takes, and the goodbye right behind it. */
PARKS static void
say_enough_and_goodbye(void *argument)
{
	struct peer *peer = argument;

	ck_assert_int_eq(peer_connect(peer), 1);
	world_rounds(3);
	ck_assert_int_eq(SSL_write(peer->ssl, large, 70000), 70000);
	peer_end(peer);
	world_rounds(5);
}

START_TEST(a_goodbye_behind_a_whole_reading_is_found_meanwhile)
{
	play(read_once_and_sleep, say_enough_and_goodbye);
	ck_assert_int_eq(scene.r, -ECANCELED);
}
END_TEST

PARKS static void
cut_off(void *argument)
{
	struct peer *peer = argument;

	ck_assert_int_eq(peer_connect(peer), 1);
	peer_write(peer, "hello", 5);
	world_rounds(3);
	shutdown(peer->fd, SHUT_WR);
	world_rounds(5);
}

START_TEST(an_end_without_goodbye_is_an_error)
{
	play(read_all, cut_off);
	ck_assert_str_eq(scene.begin, "hello");
	ck_assert_int_eq(scene.fill, -ECONNABORTED);
}
END_TEST

PARKS static void
forge(void *argument)
{
	struct peer *peer = argument;
	static const char record[] = "\x17\x03\x03\x00\x20"
				     "01234567890123456789012345678901";

	ck_assert_int_eq(peer_connect(peer), 1);
	peer_write(peer, "hello", 5);
	world_rounds(3);
	world_put(peer->fd, record, sizeof record - 1);
	world_rounds(5);
}

START_TEST(what_the_peer_cannot_have_sent_is_an_error)
{
	play(read_all, forge);
	ck_assert_uint_eq(scene.got, 5);
	ck_assert_int_eq(scene.fill, -EBADMSG);
}
END_TEST

START_TEST(and_it_cancels_an_owner_that_waits_elsewhere)
{
	play(sleep_and_read, forge);
	ck_assert_int_eq(scene.r, -ECANCELED);
}
END_TEST

START_TEST(a_goodbye_cancels_an_owner_that_waits_elsewhere)
{
	play(sleep_and_read, say_hello);
	ck_assert_int_eq(scene.r, -ECANCELED);
	ck_assert(scene.is_hung_up);
	ck_assert_str_eq(scene.begin, "hello");
	ck_assert_int_eq(scene.fill, 0);
}
END_TEST

START_TEST(so_does_an_end_without_one)
{
	play(sleep_and_read, cut_off);
	ck_assert_int_eq(scene.r, -ECANCELED);
	ck_assert(scene.is_hung_up);
	ck_assert_int_eq(scene.fill, -ECONNABORTED);
}
END_TEST

PARKS static void
reset(void *argument)
{
	struct peer *peer = argument;

	ck_assert_int_eq(peer_connect(peer), 1);
	world_rounds(3);
	world_reset(peer->fd);
	peer->fd = -1;
	world_rounds(5);
}

START_TEST(so_does_a_reset)
{
	play(sleep_and_read, reset);
	ck_assert_int_eq(scene.r, -ECANCELED);
	ck_assert_int_eq(scene.fill, -ECONNRESET);
}
END_TEST

PARKS static void
say_much_to_nobody(void *argument)
{
	struct peer *peer = argument;

	ck_assert_int_eq(peer_connect(peer), 1);
	ck_assert_int_eq(SSL_write(peer->ssl, large, LARGE), LARGE);
	for (int i = 0; i < 300; i++)
		peer_pump(peer);
	ck_assert(!task_is_runnable(scene.conn.owner));
	stream_data(scene.conn.stream, &scene.unread);
	ck_assert_uint_lt(scene.unread, 128 << 10);
	task_wake(scene.conn.owner, 0);
	peer_end(peer);
}

START_TEST(for_who_does_not_read_only_a_little_is_read)
{
	play(sleep_and_read, say_much_to_nobody);
	ck_assert_int_eq(scene.r, 0);
	ck_assert_uint_eq(scene.got, LARGE);
	ck_assert_int_eq(scene.fill, 0);
}
END_TEST

/* ---- closing ---- */

PARKS static void
answer_and_close(void *argument)
{
	struct stream *stream = ((struct conn *)argument)->stream;

	scene.fill = stream_fill(stream, 1);
	ck_assert_int_eq(outbox_write(stream_outbox(stream), "bye", 3), 0);
	stream_close(stream, 1000 * MS);
}

PARKS static void
listen_to_the_end(void *argument)
{
	struct peer *peer = argument;
	int r;

	ck_assert_int_eq(peer_connect(peer), 1);
	peer_write(peer, "hello", 5);
	ck_assert_int_eq(SSL_write(peer->ssl, "unread", 6), 6);
	peer_flush(peer);
	ck_assert_uint_eq(peer_read(peer, scene.begin, 60), 3);
	r = SSL_get_shutdown(peer->ssl);
	ck_assert_int_eq(r & SSL_RECEIVED_SHUTDOWN, SSL_RECEIVED_SHUTDOWN);
}

START_TEST(the_last_answer_is_followed_by_a_goodbye)
{
	play(answer_and_close, listen_to_the_end);
	ck_assert_str_eq(scene.begin, "bye");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("net TLS end");
	TCase *tcase =
	    suite_case(suite, "the end", passage_open, passage_close);

	tcase_add_test(tcase, an_end_without_goodbye_is_an_error);
	tcase_add_test(tcase, what_the_peer_cannot_have_sent_is_an_error);
	tcase_add_test(tcase, and_it_cancels_an_owner_that_waits_elsewhere);
	tcase_add_test(tcase, a_goodbye_cancels_an_owner_that_waits_elsewhere);
	tcase_add_test(tcase,
		       a_goodbye_that_came_along_with_bytes_is_one_at_once);
	tcase_add_test(tcase,
		       a_goodbye_behind_a_whole_reading_is_found_meanwhile);
	tcase_add_test(tcase, so_does_an_end_without_one);
	tcase_add_test(tcase, so_does_a_reset);
	tcase_add_test(tcase, for_who_does_not_read_only_a_little_is_read);
	tcase_add_test(tcase, the_last_answer_is_followed_by_a_goodbye);
	return passage_run(suite);
}
