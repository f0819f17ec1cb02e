/* SPDX-License-Identifier: MIT */
/*
 * secure.h - the door for those who come through TLS: what the options say of
 * it, and who is let in by which name.
 */
#ifndef DAEMON_SECURE_H
#define DAEMON_SECURE_H

#include "base/attr.h"
#include "net/handshake.h"
#include "options.h"
#include "rpc/service.h"

struct secure;

/*
 * Let clients in as the options say, which outlive it; count what becomes of
 * them in `service`. `admitted` gets them with a name that tells who they are:
 * "tls:127.0.0.1:5000", and if they have proved it
 * "tls:127.0.0.1:5000,dns:worker.example,sha256:...". NULL when it cannot,
 * which was logged.
 */
struct secure *secure_new(struct loop *loop, const struct options *options,
			  struct service *service, admitted_fn *admitted,
			  void *context);
/* NULL, always; NULL is welcome. Who is on the way in is broken off. */
struct secure *secure_free(struct secure *secure);

/* Let `fd`, a connected non-blocking socket, in; it is taken. */
void secure_begin(struct secure *secure, int fd, const char *peer);

/* How many are on their way in; 0 of NULL. */
size_t secure_coming(const struct secure *secure);

/*
 * Read certificate, key and authorities again: for who comes from now on. All
 * or nothing, and either is logged.
 */
void secure_reload(struct secure *secure);

#endif
