/* SPDX-License-Identifier: MIT */
/*
 * tls.h - TLS on a connection's own descriptor: the daemon's side of it.
 *
 * TLS 1.2 and 1.3 with forward secrecy alone; no compression, renegotiation,
 * tickets or resumption, so that nothing is kept of who has left. Built
 * without OpenSSL there is none: tls_context_new() says so.
 */
#ifndef NET_TLS_H
#define NET_TLS_H

#include "base/attr.h"
#include "base/certificate.h"
#include "net/layer.h"
#include "net/sys.h"

struct tls;
struct tls_context;

enum {
	TLS_REASON = 600, /* bytes of a reason, with its NUL */
	TLS_NAMES = 16,	  /* of a peer that are kept */
};

/* Whether clients must show a certificate; one that is shown must be good. */
enum tls_clients { TLS_CLIENTS_NO, TLS_CLIENTS_OPTIONAL, TLS_CLIENTS_REQUIRED };

struct tls_settings {
	const char *certificate; /* PEM: its own first, then its chain */
	const char *key;	 /* PEM, not encrypted */
	const char *authorities; /* PEM: who may vouch for clients, or NULL */
	enum tls_clients clients;
};

/*
 * Who the peer has proved to be, by a certificate that was verified. The
 * names are those it was issued for, as "dns:worker.example", "ip:10.0.0.1",
 * "email:a@b.example" or "uri:spiffe://..."; if it has none of these, its
 * common name, "cn:worker". None holds a byte but printable ASCII.
 */
struct tls_identity {
	struct certificate certificate;
	char *names[TLS_NAMES]; /* its own */
};

/*
 * Read certificate, key and authorities. Files are read here and now: not for
 * the loop, but for its start and for a reload.
 *
 *   reason  TLS_REASON bytes: on failure what is wrong with which file;
 *           on success empty, or what an operator should hear of
 *
 * NULL when it cannot be used.
 */
struct tls_context *tls_context_new(const struct tls_settings *settings,
				    char *reason);

/* Each connection has one, too: the last that is given back frees it. */
struct tls_context *tls_context_ref(struct tls_context *context);
/* NULL, always; NULL is welcome. */
struct tls_context *tls_context_unref(struct tls_context *context);

/*
 * The daemon's end of a connection over `fd`, which stays the caller's. NULL
 * when out of memory.
 */
struct tls *tls_new(struct tls_context *context, const struct sys *sys, int fd);

/*
 * A step of the handshake: as much of it as what has come allows.
 *
 *   reason  TLS_REASON bytes: on failure what was wrong
 *
 * 0 when it is done; -EAGAIN: the descriptor must become ready first; any
 * other: it has failed, which the peer was told.
 */
MUST_CHECK int tls_accept(struct tls *tls, char *reason);

/* After -EAGAIN: whether it waits for room to write, and not for bytes. */
bool tls_wants_to_write(const struct tls *tls);

/* What a stream reads and writes through; it is the same memory. */
struct layer *tls_layer(struct tls *tls);

#endif
