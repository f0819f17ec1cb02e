/* SPDX-License-Identifier: MIT */
#include "doorway.h"
#include "faults.h"
#include "task/sched.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* ---- who is let in ---- */

START_TEST(whoever_speaks_tls_is_let_in)
{
	offer(10);
	come_alone();
	ck_assert_uint_eq(scene.admitted, 1);
	ck_assert_uint_eq(scene.failed, 0);
	ck_assert(!scene.is_known);
	ck_assert_uint_eq(handshakes_count(scene.handshakes), 0);
}
END_TEST

START_TEST(tls_1_2_will_do)
{
	offer(10);
	SSL_CTX_set_max_proto_version(scene.client, TLS1_2_VERSION);
	come_alone();
	ck_assert_uint_eq(scene.admitted, 1);
}
END_TEST

START_TEST(tls_1_1_will_not)
{
	offer(10);
	SSL_CTX_set_security_level(scene.client, 0);
	SSL_CTX_set_min_proto_version(scene.client, TLS1_VERSION);
	SSL_CTX_set_max_proto_version(scene.client, TLS1_1_VERSION);
	come_alone();
	ck_assert_uint_eq(scene.admitted, 0);
	ck_assert_uint_eq(scene.failed, 1);
	ck_assert_int_eq(scene.connected[0], 0);
}
END_TEST

static void
come_for(const char *protocols)
{
	offer(10);
	SSL_CTX_set_alpn_protos(scene.client, (const void *)protocols,
				(unsigned)strlen(protocols));
	come_alone();
}

START_TEST(the_protocol_chand_is_chosen)
{
	const unsigned char *chosen;
	unsigned size;

	come_for("\2h2\5chand");
	ck_assert_uint_eq(scene.admitted, 1);
	SSL_get0_alpn_selected(scene.peers[0].ssl, &chosen, &size);
	ck_assert_uint_eq(size, 5);
	ck_assert_mem_eq(chosen, "chand", 5);
}
END_TEST

START_TEST(who_wants_only_others_is_refused)
{
	come_for("\2h2\10http/1.1");
	ck_assert_uint_eq(scene.admitted, 0);
	ck_assert_uint_eq(scene.failed, 1);
}
END_TEST

/* ---- bounds ---- */

PARKS static void
say_nothing(void *argument)
{
	(void)argument;
	world_rounds(3);
	ck_assert_uint_eq(handshakes_count(scene.handshakes), 1);
	world.now += 9999 * MS;
	world_rounds(3);
	ck_assert_uint_eq(handshakes_count(scene.handshakes), 1);
	world.now += 2 * MS;
	world_rounds(3);
	ck_assert_uint_eq(handshakes_count(scene.handshakes), 0);
	ck_assert_uint_eq(scene.failed, 1);
}

START_TEST(who_takes_too_long_is_broken_off)
{
	char byte;

	loop_time(world.loop);
	offer(10);
	begin(0);
	ck_assert_ptr_nonnull(task_spawn(say_nothing, NULL));
	world_run();
	ck_assert_int_eq(read(scene.fds[0][1], &byte, 1), 0);
}
END_TEST

START_TEST(there_are_never_more_than_the_limit)
{
	char byte;

	offer(2);
	for (int i = 0; i < 3; i++)
		begin(i);
	ck_assert_uint_eq(handshakes_count(scene.handshakes), 2);
	ck_assert_uint_eq(scene.failed, 1);
	ck_assert_int_eq(read(scene.fds[2][1], &byte, 1), 0);
}
END_TEST

START_TEST(a_round_computes_for_four_at_most)
{
	offer(PEERS);
	for (int i = 0; i < PEERS; i++) {
		begin(i);
		ck_assert_ptr_nonnull(task_spawn(come, &scene.peers[i]));
	}
	world_run();
	ck_assert_uint_eq(scene.admitted, PEERS);
	ck_assert_uint_ge(scene.at_once, 2);
	ck_assert_uint_le(scene.at_once, 4);
}
END_TEST

PARKS static void
talk_nonsense(void *argument)
{
	struct peer *peer = argument;
	char data[64];
	ssize_t n;

	world_put(peer->fd, "\x16\x03\x01\x00\x05hello", 10);
	world_rounds(3);
	ck_assert_uint_eq(scene.failed, 1);
	/* It is told so, and may go on talking to nobody. */
	world_put(peer->fd, "more", 4);
	world_rounds(3);
	n = read(peer->fd, data, sizeof data);
	ck_assert_int_ge(n, 7);
	ck_assert_int_eq(data[0], 21); /* an alert */
	ck_assert_int_eq(read(peer->fd, data, sizeof data), 0);
	ck_assert_uint_eq(handshakes_count(scene.handshakes), 1);
	shutdown(peer->fd, SHUT_WR);
	world_rounds(3);
	ck_assert_uint_eq(handshakes_count(scene.handshakes), 0);
	ck_assert_uint_eq(scene.failed, 1);
}

START_TEST(who_is_refused_can_read_why)
{
	offer(10);
	begin(0);
	ck_assert_ptr_nonnull(task_spawn(talk_nonsense, &scene.peers[0]));
	world_run();
}
END_TEST

/* Fails after each of its allocations in turn; nothing is left of it. */
START_TEST(without_memory_it_is_closed_and_counted)
{
	unsigned tries = 0, failed;
	char byte;

	offer(10);
	faults_watch();
	do {
		failed = scene.failed;
		world_tcp_pair(scene.fds[0]);
		faults_arm(++tries, false);
		scene.begun++;
		handshakes_begin(scene.handshakes, scene.fds[0][0], "somebody",
				 &scene);
		faults_disarm();
		if (scene.failed > failed)
			ck_assert_int_eq(read(scene.fds[0][1], &byte, 1), 0);
		close(scene.fds[0][1]);
	} while (scene.failed > failed);
	ck_assert_uint_gt(tries, 2);
	ck_assert_uint_eq(handshakes_count(scene.handshakes), 1);
}
END_TEST

/* ---- another certificate ---- */

static struct tls_context *other;

PARKS static void
come_before_and_after(void *argument)
{
	X509 *shown;

	(void)argument;
	scene.peers[0].chunk = 100;
	peer_pump(&scene.peers[0]);
	use(other, 10);
	other = tls_context_unref(other);
	come(&scene.peers[0]);
	begin(1);
	come(&scene.peers[1]);
	for (int i = 0; i < 2; i++) {
		char name[64];

		shown = SSL_get0_peer_certificate(scene.peers[i].ssl);
		X509_NAME_get_text_by_NID(X509_get_subject_name(shown),
					  NID_commonName, name, sizeof name);
		ck_assert_str_eq(name, i == 0 ? "server" : "stranger");
	}
}

START_TEST(a_new_certificate_is_for_those_who_come_later)
{
	const struct tls_settings new = { .certificate = files.stranger,
					  .key = files.stranger_key };

	offer(10);
	other = context_of(&new);
	begin(0);
	ck_assert_ptr_nonnull(task_spawn(come_before_and_after, NULL));
	world_run();
	ck_assert_uint_eq(scene.admitted, 2);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("net handshake");
	TCase *tcase = suite_case(suite, "let in", doorway_open, doorway_close);

	tcase_add_test(tcase, whoever_speaks_tls_is_let_in);
	tcase_add_test(tcase, tls_1_2_will_do);
	tcase_add_test(tcase, tls_1_1_will_not);
	tcase_add_test(tcase, the_protocol_chand_is_chosen);
	tcase_add_test(tcase, who_wants_only_others_is_refused);

	tcase = suite_case(suite, "bounds", doorway_open, doorway_close);
	tcase_add_test(tcase, who_takes_too_long_is_broken_off);
	tcase_add_test(tcase, there_are_never_more_than_the_limit);
	tcase_add_test(tcase, a_round_computes_for_four_at_most);
	tcase_add_test(tcase, who_is_refused_can_read_why);
	tcase_add_test(tcase, without_memory_it_is_closed_and_counted);

	tcase = suite_case(suite, "another certificate", doorway_open,
			   doorway_close);
	tcase_add_test(tcase, a_new_certificate_is_for_those_who_come_later);

	return doorway_run(suite);
}
