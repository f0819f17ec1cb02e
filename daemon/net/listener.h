/* SPDX-License-Identifier: MIT */
/*
 * listener.h - a listening socket on the loop: hands out connections.
 */
#ifndef NET_LISTENER_H
#define NET_LISTENER_H

#include "net/loop.h"

#include <stdint.h>

struct listener;

enum { PEER_TEXT = 64 }; /* bytes of a peer's name, with its NUL */

/*
 *   fd    a connected, non-blocking socket; now the callee's
 *   peer  "127.0.0.1:5000", "[::1]:5000", "unix:uid=0,pid=17"
 */
typedef void accepted_fn(void *context, int fd, const char *peer);

/*
 * Accept from `fd`, a listening socket, which it takes on success; at most 64
 * connections a round. When descriptors or memory run out, it says so and
 * looks again after 100 ms. NULL when out of memory.
 */
struct listener *listener_new(struct loop *loop, int fd, accepted_fn *accepted,
			      void *context);

/* NULL, always; NULL is welcome. The socket is closed. */
struct listener *listener_free(struct listener *listener);

/* How often accepting has failed since the start. */
uint64_t listener_failures(const struct listener *listener);

#endif
