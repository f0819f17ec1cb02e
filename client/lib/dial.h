/* SPDX-License-Identifier: MIT */
/*
 * dial.h - connects to a daemon without blocking, trying each address that
 * its name has in turn.
 */
#ifndef CLIENT_LIB_DIAL_H
#define CLIENT_LIB_DIAL_H

#include "proto/url.h"

#include <netdb.h>
#include <stdbool.h>
#include <sys/un.h>

struct dial {
	struct addrinfo *addresses; /* NULL: none were looked up */
	struct addrinfo local;	    /* the one of a Unix socket, */
	struct sockaddr_un path;    /* and what it points to */
	struct addrinfo *at;	    /* the one that is tried; NULL: none is */
	int left;		    /* it, and those behind it */
	int fd;			    /* what it is tried with, or -1 */
	bool is_begun;		    /* connect() was called, and goes on */
	int64_t deadline;	    /* of all of them, */
	int64_t until;		    /* of this one, */
	int64_t again;		    /* and when to call connect() once more */
	int error;		    /* how the last one failed */
};

void dial_init(struct dial *dial);
void dial_fini(struct dial *dial);

/*
 * Find the addresses of a url; a host's name may block here. 0, or a negative
 * errno with `*reason` a static text.
 */
int dial_look_up(struct dial *dial, const struct url *url, const char **reason);

/* Begin with the first of them; what dial_step() returns. */
int dial_begin(struct dial *dial, int64_t now, int64_t deadline);

/*
 * Go on. 1: connected, and `dial->fd` is the caller's (it becomes -1 at the
 * next dial_begin()); 0: not yet; or a negative errno: no address is left.
 */
int dial_step(struct dial *dial, int64_t now);

/* When dial_step() wants to be called at the latest. */
int64_t dial_alarm(const struct dial *dial);

/* Leave off. The addresses stay. */
void dial_stop(struct dial *dial);

#endif
