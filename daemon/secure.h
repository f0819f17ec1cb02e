/* SPDX-License-Identifier: MIT */
/*
 * secure.h - the way in through TLS: what the options say of it, and by which
 * name somebody comes out at its end.
 */
#ifndef DAEMON_SECURE_H
#define DAEMON_SECURE_H

#include "base/attr.h"
#include "net/handshake.h"
#include "options/options.h"
#include "rpc/service.h"

struct secure;
struct source_count;

/*
 * He is through. `fd` and `layer` are now the callee's; `peer` tells who he
 * is: "tls:127.0.0.1:5000", and if he has proved it
 * "tls:127.0.0.1:5000,dns:worker.example,sha256:...".
 */
typedef void secured_fn(void *context, int fd, struct layer *layer,
			const char *peer, struct source_count *source);

/*
 * What becomes of the handshakes is counted in `service`. Who is not through
 * has `left`. NULL when out of memory.
 */
struct secure *
secure_new(struct loop *loop, struct service *service, secured_fn *secured,
	   void (*left)(void *context, struct source_count *source),
	   void *context);
/* NULL, always; NULL is welcome. Who is on the way in is broken off. */
struct secure *secure_free(struct secure *secure);

/*
 * Read certificate, key and authorities, for secure_use(). An operator is told
 * of what clients may not like. NULL with a reason, of OPTIONS_REASON bytes,
 * that says where it is written.
 */
struct tls_context *secure_read(const struct options *options, char *reason);

/*
 * From now on with this context, which it takes, and in the number and time
 * that the options give; who is on the way goes on with what he began with.
 */
void secure_use(struct secure *secure, const struct options *options,
		struct tls_context *tls);

/*
 * Let `fd`, a connected non-blocking socket, in; it is taken. The context was
 * set before.
 */
void secure_begin(struct secure *secure, int fd, const char *peer,
		  struct source_count *source);

/* How many are on their way in; 0 of NULL. */
size_t secure_coming(const struct secure *secure);

#endif
