/* SPDX-License-Identifier: MIT */
/*
 * entrance.h - who has connected, and whether he is let in: counted with those
 * from the same place, led through TLS where that is spoken, given a session.
 */
#ifndef DAEMON_ENTRANCE_H
#define DAEMON_ENTRANCE_H

#include "net/listener.h"
#include "options/options.h"
#include "secure.h"
#include "session.h"
#include "sources.h"

struct entrance {
	struct loop *loop;
	struct service *service;
	const struct session_limits *limits;
	size_t most_per_address; /* 0: any number */
	struct sources sources;
	struct secure *secure; /* NULL: nobody comes in any more */
};

/* All that it is given outlives it. 0 or -ENOMEM, and then entrance_fini(). */
MUST_CHECK int entrance_init(struct entrance *entrance, struct loop *loop,
			     struct service *service,
			     const struct session_limits *limits,
			     const uint64_t seed[2]);

/* All sessions have ended, or never began. Zeroed it is welcome. */
void entrance_fini(struct entrance *entrance);

/* Go by these options. `tls` is taken, and stays as it is where it is NULL. */
void entrance_use(struct entrance *entrance, const struct options *options,
		  struct tls_context *tls);

/* Whoever is still on his way in is turned away. */
void entrance_close(struct entrance *entrance);

/* What a listener calls; the context is the entrance. */
accepted_fn entrance_accept;
accepted_fn entrance_accept_tls;

#endif
