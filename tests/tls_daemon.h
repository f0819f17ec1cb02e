/* SPDX-License-Identifier: MIT */
/*
 * tls_daemon.h - the daemon of fake.h behind TLS, with OpenSSL over memory, so
 * that a test decides which bytes go when.
 */
#ifndef TESTS_TLS_DAEMON_H
#define TESTS_TLS_DAEMON_H

#include "client/chand.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

extern struct secure {
	uint8_t got[9 << 20]; /* what it has read, decrypted */
	size_t size;
	size_t chunk;	/* bytes that it takes from the socket at once */
	bool has_ended; /* the client has said that nothing more will come */
} secure;

/* Behind fake_open(): at tls://name:7, with this certificate. */
void secure_open(const char *certificate, const char *key);
void secure_close(void);

/*
 * A step: accept who has come, read a chunk, go on with the handshake, write
 * what there is.
 */
void secure_turn(void);
void secure_forget(void);

/* Encrypt and send; where nobody is any more, to nobody. */
void secure_say(const void *bytes, size_t size);
#define SECURE_SAY(literal) secure_say(literal, sizeof(literal) - 1)

/* Say that nothing more will come. */
void secure_end(void);

/* Let client and daemon have their turns, one after the other. */
void secure_go(struct chand *client);

/* Shake hands and answer hello; nothing else was sent. */
void secure_greet(struct chand *client);

#endif
