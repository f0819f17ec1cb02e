/* SPDX-License-Identifier: MIT */
#include "doorway.h"

#include "base/log.h"
#include "task/sched.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

struct tls_files files;
struct scene scene;

void
doorway_open(void)
{
	world_open();
	log_set_level(LOG_ERROR);
	memset(&scene, 0, sizeof scene);
	scene.settings = (struct tls_settings){
		.certificate = files.server,
		.key = files.server_key,
	};
}

void
doorway_close(void)
{
	handshakes_free(scene.handshakes);
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

struct tls_context *
context_of(const struct tls_settings *settings)
{
	char reason[TLS_REASON];
	struct tls_context *tls = tls_context_new(settings, reason);

	ck_assert_msg(tls != NULL, "%s", reason);
	return tls;
}

void
use(struct tls_context *tls, size_t most)
{
	const struct handshake_limits limits = { most, 10000 * MS };

	handshakes_use(scene.handshakes, tls, &limits);
}

void
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

void
begin(int i)
{
	world_tcp_pair(scene.fds[i]);
	peer_open(&scene.peers[i], scene.client, scene.fds[i][1]);
	scene.begun++;
	handshakes_begin(scene.handshakes, scene.fds[i][0], "somebody", &scene);
}

/* What it hears behind the handshake decides: TLS 1.3 refuses late. */
void
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

void
come_alone(void)
{
	begin(0);
	ck_assert_ptr_nonnull(task_spawn(come, &scene.peers[0]));
	world_run();
}

int
doorway_run(Suite *suite)
{
	int r;

	tls_files_make(&files);
	r = suite_run(suite);
	tls_files_remove(&files);
	return r;
}
