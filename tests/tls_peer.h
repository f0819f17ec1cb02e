/* SPDX-License-Identifier: MIT */
/*
 * tls_peer.h - the client's end of a TLS connection in world.h, with OpenSSL
 * over memory, so that a test decides which bytes go when; and certificates.
 */
#ifndef TESTS_TLS_PEER_H
#define TESTS_TLS_PEER_H

#include "world.h"

#include <openssl/ssl.h>

enum { TLS_PATH = 100 };

/*
 * In a folder of their own: an authority; the daemon's certificate; one that
 * the authority gave to a client, with alternative names; one with a common
 * name alone; and one that a stranger made.
 */
struct tls_files {
	char folder[TLS_PATH];
	char authority[TLS_PATH];
	char server[TLS_PATH], server_key[TLS_PATH];
	char client[TLS_PATH], client_key[TLS_PATH];
	char plain[TLS_PATH], plain_key[TLS_PATH];
	char stranger[TLS_PATH], stranger_key[TLS_PATH];
};

void tls_files_make(struct tls_files *files);
void tls_files_remove(struct tls_files *files);

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
