/* SPDX-License-Identifier: MIT */
#include "passage.h"

#include <string.h>

enum { LARGE = 1 << 20 };

PARKS static void
echo_all(void *argument)
{
	struct stream *stream = ((struct conn *)argument)->stream;
	const uint8_t *data;
	size_t size;

	do {
		data = stream_data(stream, &size);
		ck_assert_int_eq(
		    outbox_write(stream_outbox(stream), data, size), 0);
		remember(stream);
		stream_send(stream);
		scene.r = stream_drain(stream, 1000, 0);
		if (stream_data(stream, &size) != NULL && size > 0)
			scene.fill = 1; /* read ahead meanwhile */
		else
			scene.fill = stream_fill(stream, 1);
	} while (scene.fill == 1);
	stream_close(stream, 1000 * MS);
}

/* ---- what goes through ---- */

START_TEST(what_is_read_is_what_was_said_up_to_the_end)
{
	play(read_all, say_hello);
	ck_assert_str_eq(scene.begin, "hello");
	ck_assert_int_eq(scene.fill, 0);
}
END_TEST

PARKS static void
say_hello_with_the_handshake(void *argument)
{
	struct peer *peer = argument;

	while (SSL_connect(peer->ssl) != 1)
		peer_pump(peer);
	ck_assert_int_eq(SSL_write(peer->ssl, "hello", 5), 5);
	peer_flush(peer); /* together with what ends the handshake */
	world_rounds(5);
	peer_end(peer);
}

START_TEST(what_came_with_the_handshake_is_not_waited_for)
{
	play(read_all, say_hello_with_the_handshake);
	ck_assert_str_eq(scene.begin, "hello");
	ck_assert_int_eq(scene.fill, 0);
}
END_TEST

START_TEST(a_handshake_may_come_byte_by_byte)
{
	world.read_most = 1;
	play(read_all, say_hello);
	ck_assert_str_eq(scene.begin, "hello");
	ck_assert_int_eq(scene.fill, 0);
}
END_TEST

PARKS static void
dribble(void *argument)
{
	struct peer *peer = argument;

	peer->chunk = 1;
	say_hello(peer);
}

START_TEST(bytes_may_come_one_a_round)
{
	play(read_all, dribble);
	ck_assert_str_eq(scene.begin, "hello");
	ck_assert_int_eq(scene.fill, 0);
}
END_TEST

PARKS static void
say_it_in_tiny_records(void *argument)
{
	struct peer *peer = argument;

	ck_assert_int_eq(peer_connect(peer), 1);
	for (int i = 0; i < 2000; i++)
		ck_assert_int_eq(SSL_write(peer->ssl, "x", 1), 1);
	peer_end(peer);
}

START_TEST(records_of_one_byte_all_arrive)
{
	play(read_all, say_it_in_tiny_records);
	ck_assert_uint_eq(scene.got, 2000);
	ck_assert_int_eq(scene.fill, 0);
	ck_assert_uint_lt(scene.turns, 100); /* many at a time */
}
END_TEST

static uint8_t large[LARGE], back[LARGE];

PARKS static void
have_it_echoed(void *argument)
{
	struct peer *peer = argument;
	size_t done = 0;

	ck_assert_int_eq(peer_connect(peer), 1);
	for (size_t i = 0; i < LARGE; i++)
		large[i] = (uint8_t)(i * 7 + i / 1000);
	ck_assert_int_eq(SSL_write(peer->ssl, large, LARGE), LARGE);
	peer->chunk = 10000;
	done = peer_read(peer, back, LARGE);
	ck_assert_uint_eq(done, LARGE);
	peer_end(peer);
}

START_TEST(a_megabyte_comes_back_as_it_was)
{
	play(echo_all, have_it_echoed);
	ck_assert_mem_eq(back, large, LARGE);
	ck_assert_int_eq(scene.fill, 0);
}
END_TEST

START_TEST(short_writes_do_not_spoil_it)
{
	scene.room = 4096;
	play(echo_all, have_it_echoed);
	ck_assert_mem_eq(back, large, LARGE);
}
END_TEST

/* ---- reading and writing at once ---- */

PARKS static void
write_much_and_read(void *argument)
{
	struct stream *stream = ((struct conn *)argument)->stream;

	for (int i = 0; i < 8; i++)
		ck_assert_int_eq(
		    outbox_write(stream_outbox(stream), large, LARGE), 0);
	stream_send(stream);
	read_all(argument);
}

/* A key update that asks for one in return, while nothing can be written. */
PARKS static void
ask_for_new_keys(void *argument)
{
	struct peer *peer = argument;
	size_t done = 0;

	ck_assert_int_eq(peer_connect(peer), 1);
	peer->is_deaf = true;
	for (int i = 0; i < 50; i++)
		peer_pump(peer);
	ck_assert_int_eq(SSL_key_update(peer->ssl, SSL_KEY_UPDATE_REQUESTED),
			 1);
	ck_assert_int_eq(SSL_write(peer->ssl, "hello", 5), 5);
	for (int i = 0; i < 20; i++)
		peer_pump(peer);
	peer->is_deaf = false;
	while (done < 8 * LARGE)
		done += peer_read(peer, back, LARGE);
	peer_end(peer);
}

START_TEST(new_keys_may_be_asked_for_while_nothing_can_be_written)
{
	play(write_much_and_read, ask_for_new_keys);
	ck_assert_str_eq(scene.begin, "hello");
	ck_assert_int_eq(scene.fill, 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("net TLS");
	TCase *tcase = suite_case(suite, "bytes", passage_open, passage_close);

	tcase_add_test(tcase, what_is_read_is_what_was_said_up_to_the_end);
	tcase_add_test(tcase, what_came_with_the_handshake_is_not_waited_for);
	tcase_add_test(tcase, a_handshake_may_come_byte_by_byte);
	tcase_add_test(tcase, bytes_may_come_one_a_round);
	tcase_add_test(tcase, records_of_one_byte_all_arrive);
	tcase_add_test(tcase, a_megabyte_comes_back_as_it_was);
	tcase_add_test(tcase, short_writes_do_not_spoil_it);
	tcase_add_test(tcase,
		       new_keys_may_be_asked_for_while_nothing_can_be_written);
	return passage_run(suite);
}
