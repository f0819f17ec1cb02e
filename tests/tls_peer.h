/* SPDX-License-Identifier: MIT */
/*
 * tls_peer.h - the client's end of a TLS connection in world.h, with OpenSSL
 * over memory, so that a test decides which bytes go when.
 */
#ifndef TESTS_TLS_PEER_H
#define TESTS_TLS_PEER_H

#include "tls_files.h"
#include "world.h"

#include <openssl/ssl.h>

/* A client's settings: what is spoken; with a certificate, or NULL, NULL. */
SSL_CTX *tls_client(const char *certificate, const char *key);

struct peer {
	SSL *ssl;
	BIO *in, *out;
	int fd;
	size_t chunk; /* bytes that are handed over in a round */
	bool is_deaf; /* it does not read */
};

void peer_open(struct peer *peer, SSL_CTX *context, int fd);
void peer_close(struct peer *peer);

/* From a task: hand over what there is, both ways, and let a round pass. */
PARKS void peer_pump(struct peer *peer);
/* Until all that the peer has to say is in the socket. */
PARKS void peer_flush(struct peer *peer);

/* Until it is connected (1), or it has failed (0). */
PARKS int peer_connect(struct peer *peer);
PARKS void peer_write(struct peer *peer, const void *data, size_t size);
/* Up to `size` bytes, until the end; how many came. */
PARKS size_t peer_read(struct peer *peer, void *data, size_t size);
/* Say that nothing more will come. */
PARKS void peer_end(struct peer *peer);

#endif
