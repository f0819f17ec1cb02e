/* SPDX-License-Identifier: MIT */
/*
 * place.h - where the daemon is, if nobody says so.
 */
#ifndef CLIENT_LIB_PLACE_H
#define CLIENT_LIB_PLACE_H

#include "proto/url.h"

#include <stddef.h>

/*
 * $CHAND_URL, else `url` in chanctl.conf, else the default socket if it is
 * there, else the default port of this host.
 *
 * 0, or -EINVAL with a text in `fault`, which has `room` bytes, that says
 * what is wrong and where.
 */
int place_find(struct url *url, char *fault, size_t room);

#endif
