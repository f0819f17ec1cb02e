/* SPDX-License-Identifier: MIT */
/*
 * doorway.h - the daemon's TLS handshakes, clients that come to them, and who
 * of them was let in.
 */
#ifndef TESTS_DOORWAY_H
#define TESTS_DOORWAY_H

#include "net/handshake.h"
#include "suite.h"
#include "tls_peer.h"

enum { PEERS = 12 };

extern struct tls_files files;

extern struct scene {
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

/* A fixture: nothing is offered yet, with the server's own certificate. */
void doorway_open(void);
/* Whoever has begun was let in or has left. */
void doorway_close(void);

/* Of settings that can be used. The caller gives it back. */
struct tls_context *context_of(const struct tls_settings *settings);

/* From now on that, and so many at once; for the first time, scene.settings. */
void use(struct tls_context *tls, size_t most);
void offer(size_t most);

/* Client number `i` connects; what it does then is up to its task. */
void begin(int i);
/* Such a task, of &scene.peers[i]: does its handshake, and leaves. */
PARKS void come(void *argument);
/* Number 0 alone, from beginning to end. */
void come_alone(void);

/* main() of a suite: with the files. */
int doorway_run(Suite *suite);

#endif
