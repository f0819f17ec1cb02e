/* SPDX-License-Identifier: MIT */
/*
 * server.h - the whole daemon: loop, scheduler, channels, listeners, limits.
 */
#ifndef DAEMON_SERVER_H
#define DAEMON_SERVER_H

#include "net/sys.h"
#include "reload.h"

struct server;

/*
 * Listen as the options say; `sys` is what it meets the world through. NULL
 * when it cannot, which was logged. One in a process.
 *
 *   options  from malloc(), and the callee's in any case
 *   source   where they came from, and come from again at a SIGHUP
 */
struct server *server_new(struct options *options, const struct source *source,
			  const struct sys *sys);

/* NULL, always; NULL is welcome. It has run to its end, or never. */
struct server *server_free(struct server *server);

/* Serve, reloading at SIGHUP, until SIGTERM or SIGINT. 0, or a negative errno
 * value, logged. */
int server_run(struct server *server);

#endif
