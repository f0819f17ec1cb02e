/* SPDX-License-Identifier: MIT */
/*
 * tls_parts.h - what the files of tls.h share; only for them.
 */
#ifndef NET_TLS_PARTS_H
#define NET_TLS_PARTS_H

#include "net/tls.h"

#include <openssl/ssl.h>

#include <stdint.h>

enum { TLS_RECORD = 16 << 10 }; /* bytes that fit into one */

struct tls_context {
	SSL_CTX *ssl;
	BIO_METHOD *method; /* reads and writes through a struct sys */
	size_t users;
	uint8_t gather[TLS_RECORD]; /* for what goes into one record */
};

/* Of a certificate that was verified. NULL when out of memory. */
struct tls_identity *tls_identity_new(X509 *certificate);
/* NULL, always; NULL is welcome. */
struct tls_identity *tls_identity_free(struct tls_identity *identity);

/* The method that a context's connections have. NULL when out of memory. */
BIO_METHOD *tls_method_new(void);

/* What OpenSSL says of the failure that has come first; "" when nothing. */
const char *tls_error_text(void);

#endif
