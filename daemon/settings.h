/* SPDX-License-Identifier: MIT */
/*
 * settings.h - struct options -> what the rooms go by.
 */
#ifndef DAEMON_SETTINGS_H
#define DAEMON_SETTINGS_H

#include "options/options.h"
#include "rpc/service.h"
#include "session.h"

/*
 * How many connections there can be, from what the options say and what the
 * machine has. 0, or -EINVAL: they say more than that, and `reason`, of
 * OPTIONS_REASON bytes, how much there is.
 */
MUST_CHECK int settings_connections(const struct options *options, size_t *most,
				    char *reason);

/*
 * Bring into force what can be changed at any time. The options outlive both;
 * what was in force before is not looked at any more.
 */
void settings_apply(const struct options *options, size_t max_connections,
		    struct service *service, struct session_limits *limits);

#endif
