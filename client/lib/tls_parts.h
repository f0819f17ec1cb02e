/* SPDX-License-Identifier: MIT */
/*
 * tls_parts.h - what the files of tls.h share; only for them.
 */
#ifndef CLIENT_LIB_TLS_PARTS_H
#define CLIENT_LIB_TLS_PARTS_H

#include "client/lib/tls.h"

#include <openssl/ssl.h>

struct tls {
	SSL_CTX *context;
	SSL *ssl;
	int fd;		   /* -1: no handshake has begun */
	size_t flushed;	   /* of what OpenSSL has written */
	bool has_failed;   /* and nothing more can be said */
	bool has_ended;	   /* nothing more can be read, */
	int end;	   /* as tls_read() says it */
	bool is_shut;	   /* the daemon was told that this was all */
	const char *fault; /* static */
};

/* Why a handshake has failed with `r`, and what to do. */
void tls_explain(const struct tls *tls, int r, char *reason,
		 const char **advice);

#endif
