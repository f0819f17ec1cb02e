/* SPDX-License-Identifier: MIT */
/*
 * conn.h - finds the daemon and connects to it.
 */
#ifndef CLIENT_CONN_H
#define CLIENT_CONN_H

#include "proto/url.h"

#include <stdint.h>

/* A url as it was given: by what, and its text. */
struct place {
	const char *source;
	const char *text;
};

/*
 * Where to call: `given`, else $CHAND_URL, else the default socket if there
 * is one, else the default port of this host.
 *
 * 0, or -EINVAL with `*reason` a static text and `*place` what it is about.
 */
int conn_find(const char *given, struct url *url, struct place *place,
	      const char **reason);

/*
 * Connect, trying each address of a name in turn, within `span` ns (looking
 * the name up not counted).
 *
 * A non-blocking descriptor, or a negative errno with `*reason` a text.
 */
int conn_open(const struct url *url, int64_t span, const char **reason);

#endif
