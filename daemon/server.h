/* SPDX-License-Identifier: MIT */
/*
 * server.h - the whole daemon: loop, scheduler, channels, listeners, limits.
 */
#ifndef DAEMON_SERVER_H
#define DAEMON_SERVER_H

#include "net/sys.h"
#include "options.h"

struct server;

/*
 * Listen as the options say, which outlive it; `sys` is what it meets the world
 * through. NULL when it cannot, which was logged. One in a process.
 */
struct server *server_new(const struct options *options, const struct sys *sys);

/* NULL, always; NULL is welcome. It has run to its end, or never. */
struct server *server_free(struct server *server);

/*
 * Serve until SIGTERM or SIGINT; at SIGHUP, read certificates again. 0, or
 * a negative errno value, logged.
 */
int server_run(struct server *server);

#endif
