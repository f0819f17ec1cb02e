/* SPDX-License-Identifier: MIT */
/*
 * passage.h - a stream within TLS, the task that owns it, and its peer's.
 */
#ifndef TESTS_PASSAGE_H
#define TESTS_PASSAGE_H

#include "suite.h"
#include "tls_peer.h"

/* Both ends of a connection, and what the owner of the stream has seen. */
extern struct passage {
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

/* A fixture. */
void passage_open(void);
void passage_close(void);

/*
 * The peer's task connects first, and then does its part: in as many rounds as
 * it takes, without the kernel holding back what is small.
 */
void play(task_fn *owner, task_fn *peer);

/* An owner: reads to the end, and closes. */
PARKS void read_all(void *argument);
/* For owners: what has come is seen, and consumed. */
void remember(struct stream *stream);

/* A peer: connects, says "hello", and goodbye. */
PARKS void say_hello(void *argument);

/* main() of a suite: with the files. */
int passage_run(Suite *suite);

#endif
