/* SPDX-License-Identifier: MIT */
/*
 * settings.h - struct options -> what the rooms go by.
 */
#ifndef DAEMON_SETTINGS_H
#define DAEMON_SETTINGS_H

#include "options/options.h"
#include "rpc/service.h"
#include "session.h"

/* What follows from the options and from what the machine has. */
struct room {
	size_t connections;
	size_t memory; /* bytes */
};

/*
 * How much room there is. 0, or -EINVAL: the options say more than that, and
 * `reason`, of OPTIONS_REASON bytes, how much it could be.
 */
MUST_CHECK int settings_room(const struct options *options, struct room *room,
			     char *reason);

/*
 * Bring into force what can be changed at any time. The options outlive both;
 * what was in force before is not looked at any more.
 */
void settings_apply(const struct options *options, const struct room *room,
		    struct service *service, struct session_limits *limits);

#endif
