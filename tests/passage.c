/* SPDX-License-Identifier: MIT */
#include "passage.h"

#include "net/handshake.h"
#include "task/sched.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

static struct tls_files files;

struct passage scene;

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

void
passage_open(void)
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

void
passage_close(void)
{
	handshakes_free(scene.handshakes);
	SSL_CTX_free(scene.client);
	world_close();
}

void
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

void
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

void
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

void
say_hello(void *argument)
{
	struct peer *peer = argument;

	ck_assert_int_eq(peer_connect(peer), 1);
	peer_write(peer, "hello", 5);
	peer_end(peer);
}

int
passage_run(Suite *suite)
{
	int r;

	tls_files_make(&files);
	r = suite_run(suite);
	tls_files_remove(&files);
	return r;
}
