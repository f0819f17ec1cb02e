/* SPDX-License-Identifier: MIT */
#include "net/handshake.h"

#include "suite.h"
#include "task/sched.h"
#include "tls_peer.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LARGE = 1 << 20 };

static struct tls_files files;

/* Both ends of a connection, and what the owner of the stream has seen. */
static struct scene {
	struct handshakes *handshakes;
	SSL_CTX *client;
	struct peer peer;
	task_fn *owner;
	struct conn conn;
	int fill; /* of the last stream_fill() */
	int r;	  /* of its park */
	bool is_hung_up;
	size_t got; /* bytes in all */
	size_t unread;
	int room; /* in the socket, to write; 0: what the kernel likes */
	char begin[64];
	unsigned turns; /* it was woken */
} scene;

static void
admit(void *context, int fd, struct layer *layer, const char *name, void *owner)
{
	(void)context;
	(void)owner;
	ck_assert_str_eq(name, "somebody");
	scene.conn.fd = fd;
	scene.conn.stream = stream_new(world.loop, fd, layer);
	scene.conn.owner = task_spawn(scene.owner, &scene.conn);
	ck_assert(scene.conn.stream != NULL && scene.conn.owner != NULL);
	stream_set_owner(scene.conn.stream, scene.conn.owner);
}

static void
must_not_fail(void *context)
{
	(void)context;
	ck_abort_msg("the handshake has failed");
}

static void
set_up(void)
{
	const struct handshake_limits limits = { 10, 10000 * MS };
	const struct handshake_events events = { admit, must_not_fail, NULL,
						 NULL };
	struct tls_settings settings = { .certificate = files.server,
					 .key = files.server_key };
	char reason[TLS_REASON];
	struct tls_context *tls;

	world_open();
	memset(&scene, 0, sizeof scene);
	tls = tls_context_new(&settings, reason);
	ck_assert_msg(tls != NULL, "%s", reason);
	ck_assert_str_eq(reason, "");
	scene.handshakes = handshakes_new(world.loop, &events);
	handshakes_use(scene.handshakes, tls, &limits);
	tls_context_unref(tls);
	scene.client = tls_client(NULL, NULL);
}

static void
tear_down(void)
{
	handshakes_free(scene.handshakes);
	SSL_CTX_free(scene.client);
	world_close();
}

/*
 * The peer's task connects first, and then does its part: in as many rounds as
 * it takes, without the kernel holding back what is small.
 */
static void
play(task_fn *owner, task_fn *peer)
{
	int fds[2], on = 1;

	world_tcp_pair(fds);
	setsockopt(fds[1], IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	if (scene.room > 0)
		setsockopt(fds[0], SOL_SOCKET, SO_SNDBUF, &scene.room,
			   sizeof scene.room);
	scene.owner = owner;
	peer_open(&scene.peer, scene.client, fds[1]);
	handshakes_begin(scene.handshakes, fds[0], "somebody", NULL);
	ck_assert_ptr_nonnull(task_spawn(peer, &scene.peer));
	world_run();
	peer_close(&scene.peer);
}

static void
remember(struct stream *stream)
{
	size_t size;
	const uint8_t *data = stream_data(stream, &size);

	if (size > 0 && scene.got < sizeof scene.begin - 1)
		memcpy(scene.begin + scene.got, data,
		       size < sizeof scene.begin - 1 - scene.got
			   ? size
			   : sizeof scene.begin - 1 - scene.got);
	scene.got += size;
	stream_consume(stream, size);
}

/* ---- owners ---- */

PARKS static void
read_all(void *argument)
{
	struct stream *stream = ((struct conn *)argument)->stream;

	do {
		scene.turns++;
		remember(stream);
		scene.fill = stream_fill(stream, 1);
	} while (scene.fill == 1);
	stream_close(stream, 1000 * MS);
}

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

/* ---- what goes through ---- */

PARKS static void
say_hello(void *argument)
{
	struct peer *peer = argument;

	ck_assert_int_eq(peer_connect(peer), 1);
	peer_write(peer, "hello", 5);
	peer_end(peer);
}

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
	Suite *suite = suite_create("net TLS");
	TCase *tcase = suite_case(suite, "bytes", set_up, tear_down);
	int r;

	tcase_add_test(tcase, what_is_read_is_what_was_said_up_to_the_end);
	tcase_add_test(tcase, what_came_with_the_handshake_is_not_waited_for);
	tcase_add_test(tcase, a_handshake_may_come_byte_by_byte);
	tcase_add_test(tcase, bytes_may_come_one_a_round);
	tcase_add_test(tcase, records_of_one_byte_all_arrive);
	tcase_add_test(tcase, a_megabyte_comes_back_as_it_was);
	tcase_add_test(tcase, short_writes_do_not_spoil_it);
	tcase_add_test(tcase,
		       new_keys_may_be_asked_for_while_nothing_can_be_written);

	tcase = suite_case(suite, "the end", set_up, tear_down);
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

	tls_files_make(&files);
	r = suite_run(suite);
	tls_files_remove(&files);
	return r;
}
