/* SPDX-License-Identifier: MIT */
/*
 * handshake.h - connections that are not let in yet: their TLS handshakes.
 *
 * One costs its own few kilobytes and what OpenSSL needs, and no task. They
 * are bounded in number and in time, and so is what they compute in a round of
 * the loop. One that fails is told why, logged and counted.
 */
#ifndef NET_HANDSHAKE_H
#define NET_HANDSHAKE_H

#include "base/attr.h"
#include "net/loop.h"
#include "net/tls.h"

struct handshakes;

/*
 * Somebody is let in.
 *
 *   fd     now the callee's
 *   layer  the same, for stream_new(); it knows who the peer is
 *   peer   and `owner`, what it was given with
 */
typedef void admitted_fn(void *context, int fd, struct layer *layer,
			 const char *peer, void *owner);

struct handshake_limits {
	size_t most;	 /* at once */
	int64_t timeout; /* nanoseconds for each */
};

/*
 *   failed  those included for which there was no room
 *   left    its descriptor is closed: of each that was not admitted
 */
struct handshake_events {
	admitted_fn *admitted;
	void (*failed)(void *context);
	void (*left)(void *context, void *owner);
	void *context;
};

/* NULL when out of memory. None can begin before handshakes_use(). */
struct handshakes *handshakes_new(struct loop *loop,
				  const struct handshake_events *events);
/* NULL, always; NULL is welcome. Those that go on are broken off. */
struct handshakes *handshakes_free(struct handshakes *all);

/* Begin one over `fd`, a connected non-blocking socket, which it takes. */
void handshakes_begin(struct handshakes *all, int fd, const char *peer,
		      void *owner);

/*
 * From now on with this certificate, of which it takes a reference, and within
 * these limits; what has begun goes on with its own.
 */
void handshakes_use(struct handshakes *all, struct tls_context *tls,
		    const struct handshake_limits *limits);

/* How many go on now. */
size_t handshakes_count(const struct handshakes *all);

#endif
