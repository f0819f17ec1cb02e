/* SPDX-License-Identifier: MIT */
/*
 * bind.h - a url -> sockets that listen. For the start, not for the loop:
 * names are looked up here.
 */
#ifndef NET_BIND_H
#define NET_BIND_H

#include "base/attr.h"
#include "proto/url.h"

enum {
	BIND_MOST = 16,	   /* addresses of one name */
	BIND_REASON = 200, /* bytes of a reason, with its NUL */
};

/*
 * Listen at `url`: one socket for a path, one for each address of a host.
 *
 * A Unix socket is created with the permissions `mode`, so that nobody else
 * can reach it at any moment. A socket file that nobody listens on any more
 * is replaced; one in use, and any other kind of file, is left alone.
 *
 *   fds     room for BIND_MOST; non-blocking, close-on-exec, the caller's
 *   reason  of BIND_REASON bytes: on failure what went wrong, for people
 *
 * How many sockets, or a negative errno value.
 */
MUST_CHECK int bind_url(const struct url *url, unsigned mode, int *fds,
			char *reason);

/*
 * Can it be reached from this host alone: a path, or a host that has only
 * loopback addresses? True, false, or a negative errno value with a reason.
 */
MUST_CHECK int bind_is_local(const struct url *url, char *reason);

/*
 * Make a socket that somebody else has bound as one of bind_url()'s, and say
 * where it listens.
 *
 *   reason  of BIND_REASON bytes: on failure what it is instead
 *
 * 0, or a negative errno value: it is no TCP or Unix socket that listens at an
 * address; it is as it was.
 */
MUST_CHECK int bind_adopt(int fd, struct url *url, char *reason);

/* The url that a socket of it really listens at: port 0 is resolved. */
void bind_name(const struct url *url, int fd, struct url *name);

#endif
