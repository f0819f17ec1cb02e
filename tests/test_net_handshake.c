/* SPDX-License-Identifier: MIT */
#include "net/handshake.h"

#include "base/log.h"
#include "faults.h"
#include "suite.h"
#include "task/sched.h"
#include "tls_peer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PEERS = 12 };

static struct tls_files files;

static struct scene {
	struct tls_settings settings;
	struct handshakes *handshakes;
	SSL_CTX *client;
	struct peer peers[PEERS];
	int fds[PEERS][2];
	int connected[PEERS];
	unsigned begun, admitted, failed, left;
	unsigned at_once; /* the most that were let in within a round */
	unsigned round, in_round;
	struct tls_identity identity; /* of the last one; names not kept */
	char names[TLS_NAMES][64];
	bool is_known;
} scene;

static void
set_up(void)
{
	world_open();
	log_set_level(LOG_ERROR);
	memset(&scene, 0, sizeof scene);
	scene.settings = (struct tls_settings){
		.certificate = files.server,
		.key = files.server_key,
	};
}

static void
tear_down(void)
{
	handshakes_free(scene.handshakes);
	/* Whoever has begun was let in or has left. */
	ck_assert_uint_eq(scene.admitted + scene.left, scene.begun);
	SSL_CTX_free(scene.client);
	for (int i = 0; i < PEERS; i++)
		if (scene.peers[i].ssl != NULL)
			peer_close(&scene.peers[i]);
	world_close();
}

static void
know(const struct tls_identity *identity)
{
	scene.is_known = identity != NULL;
	if (identity == NULL)
		return;
	scene.identity = *identity;
	for (size_t i = 0; i < identity->certificate.name_count; i++)
		snprintf(scene.names[i], sizeof scene.names[i], "%.60s",
			 identity->names[i]);
}

static void
admit(void *context, int fd, struct layer *layer, const char *peer, void *owner)
{
	(void)context;
	ck_assert_ptr_eq(owner, &scene);
	ck_assert_str_eq(peer, "somebody");
	scene.admitted++;
	scene.in_round = scene.round == world.clocks ? scene.in_round + 1 : 1;
	scene.round = world.clocks;
	if (scene.in_round > scene.at_once)
		scene.at_once = scene.in_round;
	know(layer->identity);
	loop_close(world.loop, fd, layer);
}

static void
count(void *context)
{
	(void)context;
	scene.failed++;
}

static void
leave(void *context, void *owner)
{
	(void)context;
	ck_assert_ptr_eq(owner, &scene);
	scene.left++;
}

static struct tls_context *
context_of(const struct tls_settings *settings)
{
	char reason[TLS_REASON];
	struct tls_context *tls = tls_context_new(settings, reason);

	ck_assert_msg(tls != NULL, "%s", reason);
	return tls;
}

static void
use(struct tls_context *tls, size_t most)
{
	const struct handshake_limits limits = { most, 10000 * MS };

	handshakes_use(scene.handshakes, tls, &limits);
}

static void
offer(size_t most)
{
	const struct handshake_events events = { admit, count, leave, NULL };
	struct tls_context *tls = context_of(&scene.settings);

	scene.handshakes = handshakes_new(world.loop, &events);
	use(tls, most);
	tls_context_unref(tls);
	if (scene.client == NULL)
		scene.client = tls_client(NULL, NULL);
}

static void
begin(int i)
{
	world_tcp_pair(scene.fds[i]);
	peer_open(&scene.peers[i], scene.client, scene.fds[i][1]);
	scene.begun++;
	handshakes_begin(scene.handshakes, scene.fds[i][0], "somebody", &scene);
}

/* What it hears behind the handshake decides: TLS 1.3 refuses late. */
PARKS static void
come(void *argument)
{
	struct peer *peer = argument;
	int i = (int)(peer - scene.peers);
	char data[8];

	scene.connected[i] = peer_connect(peer);
	if (scene.connected[i] == 1)
		peer_read(peer, data, sizeof data);
	shutdown(peer->fd, SHUT_WR);
	world_rounds(5);
}

static void
come_alone(void)
{
	begin(0);
	ck_assert_ptr_nonnull(task_spawn(come, &scene.peers[0]));
	world_run();
}

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

/* ---- clients' certificates ---- */

static void
come_with(enum tls_clients clients, const char *certificate, const char *key)
{
	scene.settings.clients = clients;
	scene.settings.authorities = files.authority;
	scene.client = tls_client(certificate, key);
	offer(10);
	come_alone();
}

START_TEST(who_shows_one_is_known_by_its_names)
{
	static const char *names[] = { "dns:worker.example", "ip:10.0.0.1",
				       "email:a@b.example",
				       "uri:spiffe://example/w", "ip:::1" };

	come_with(TLS_CLIENTS_REQUIRED, files.client, files.client_key);
	ck_assert_uint_eq(scene.admitted, 1);
	ck_assert(scene.is_known);
	/* The one with a blank in it could be taken for two. */
	ck_assert_uint_eq(scene.identity.certificate.name_count, 5);
	for (int i = 0; i < 5; i++)
		ck_assert_str_eq(scene.names[i], names[i]);
}
END_TEST

START_TEST(the_fingerprint_is_the_certificates_own)
{
	const X509 *own;
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned size;

	come_with(TLS_CLIENTS_OPTIONAL, files.client, files.client_key);
	own = SSL_CTX_get0_certificate(scene.client);
	X509_digest(own, EVP_sha256(), digest, &size);
	ck_assert_uint_eq(size, CERTIFICATE_PRINT);
	ck_assert_mem_eq(scene.identity.certificate.fingerprint, digest, size);
}
END_TEST

START_TEST(without_other_names_the_common_one_counts)
{
	come_with(TLS_CLIENTS_REQUIRED, files.plain, files.plain_key);
	ck_assert_uint_eq(scene.identity.certificate.name_count, 1);
	ck_assert_str_eq(scene.names[0], "cn:plain");
}
END_TEST

START_TEST(who_must_show_one_and_does_not_is_refused)
{
	come_with(TLS_CLIENTS_REQUIRED, NULL, NULL);
	ck_assert_uint_eq(scene.admitted, 0);
	ck_assert_uint_eq(scene.failed, 1);
}
END_TEST

START_TEST(who_need_not_show_one_is_let_in_unknown)
{
	come_with(TLS_CLIENTS_OPTIONAL, NULL, NULL);
	ck_assert_uint_eq(scene.admitted, 1);
	ck_assert(!scene.is_known);
}
END_TEST

START_TEST(a_bad_one_is_refused_even_where_none_is_needed)
{
	come_with(TLS_CLIENTS_OPTIONAL, files.stranger, files.stranger_key);
	ck_assert_uint_eq(scene.admitted, 0);
	ck_assert_uint_eq(scene.failed, 1);
}
END_TEST

START_TEST(where_none_is_asked_for_nobody_is_known)
{
	come_with(TLS_CLIENTS_NO, files.client, files.client_key);
	ck_assert_uint_eq(scene.admitted, 1);
	ck_assert(!scene.is_known);
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

/* ---- what cannot be used ---- */

static void
unusable(const struct tls_settings *settings, const char *file,
	 const char *because)
{
	char reason[TLS_REASON] = "";

	ck_assert_ptr_null(tls_context_new(settings, reason));
	ck_assert_msg(strstr(reason, file) != NULL, "%s", reason);
	ck_assert_msg(strstr(reason, because) != NULL, "%s", reason);
}

START_TEST(a_file_that_is_not_there_is_named)
{
	scene.settings.certificate = "/nowhere/cert.pem";
	unusable(&scene.settings, "/nowhere/cert.pem", "No such file");
	scene.settings.certificate = files.server;
	scene.settings.key = "/nowhere/key.pem";
	unusable(&scene.settings, "/nowhere/key.pem", "No such file");
	scene.settings.key = files.server_key;
	scene.settings.clients = TLS_CLIENTS_REQUIRED;
	scene.settings.authorities = "/nowhere/ca.pem";
	unusable(&scene.settings, "/nowhere/ca.pem", "No such file");
}
END_TEST

START_TEST(a_file_that_is_something_else_is_named)
{
	scene.settings.certificate = files.server_key;
	unusable(&scene.settings, files.server_key, "no certificate");
	scene.settings.certificate = files.server;
	scene.settings.key = files.server;
	unusable(&scene.settings, files.server, "no private key");
	scene.settings.key = files.server_key;
	scene.settings.clients = TLS_CLIENTS_REQUIRED;
	scene.settings.authorities = files.server_key;
	unusable(&scene.settings, files.server_key, "no certificates");
}
END_TEST

START_TEST(a_key_must_belong_to_its_certificate)
{
	scene.settings.key = files.client_key;
	unusable(&scene.settings, files.client_key, "does not belong");
}
END_TEST

START_TEST(clients_certificates_need_authorities)
{
	scene.settings.clients = TLS_CLIENTS_OPTIONAL;
	unusable(&scene.settings, "tls_authorities", "who vouches");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("net handshake");
	TCase *tcase = suite_case(suite, "let in", set_up, tear_down);
	int r;

	tcase_add_test(tcase, whoever_speaks_tls_is_let_in);
	tcase_add_test(tcase, tls_1_2_will_do);
	tcase_add_test(tcase, tls_1_1_will_not);
	tcase_add_test(tcase, the_protocol_chand_is_chosen);
	tcase_add_test(tcase, who_wants_only_others_is_refused);

	tcase = suite_case(suite, "certificates", set_up, tear_down);
	tcase_add_test(tcase, who_shows_one_is_known_by_its_names);
	tcase_add_test(tcase, the_fingerprint_is_the_certificates_own);
	tcase_add_test(tcase, without_other_names_the_common_one_counts);
	tcase_add_test(tcase, who_must_show_one_and_does_not_is_refused);
	tcase_add_test(tcase, who_need_not_show_one_is_let_in_unknown);
	tcase_add_test(tcase, a_bad_one_is_refused_even_where_none_is_needed);
	tcase_add_test(tcase, where_none_is_asked_for_nobody_is_known);

	tcase = suite_case(suite, "bounds", set_up, tear_down);
	tcase_add_test(tcase, who_takes_too_long_is_broken_off);
	tcase_add_test(tcase, there_are_never_more_than_the_limit);
	tcase_add_test(tcase, a_round_computes_for_four_at_most);
	tcase_add_test(tcase, who_is_refused_can_read_why);
	tcase_add_test(tcase, without_memory_it_is_closed_and_counted);

	tcase = suite_case(suite, "files", set_up, tear_down);
	tcase_add_test(tcase, a_new_certificate_is_for_those_who_come_later);
	tcase_add_test(tcase, a_file_that_is_not_there_is_named);
	tcase_add_test(tcase, a_file_that_is_something_else_is_named);
	tcase_add_test(tcase, a_key_must_belong_to_its_certificate);
	tcase_add_test(tcase, clients_certificates_need_authorities);

	tls_files_make(&files);
	r = suite_run(suite);
	tls_files_remove(&files);
	return r;
}
