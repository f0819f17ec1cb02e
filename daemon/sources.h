/* SPDX-License-Identifier: MIT */
/*
 * sources.h - how many connections there are from each place.
 */
#ifndef DAEMON_SOURCES_H
#define DAEMON_SOURCES_H

#include "base/attr.h"
#include "base/map.h"
#include "net/peer.h"

struct sources {
	struct map map;
};

struct source_count;

/* 0 or -ENOMEM. Everybody has left before it ends. */
MUST_CHECK int sources_init(struct sources *sources, const uint64_t seed[2]);
void sources_fini(struct sources *sources);

/*
 * A connection has come from there. 0 with `*source`, where it is counted until
 * sources_leave(); -ENOBUFS: there are `most` from there already (0: any
 * number may be); -ENOMEM.
 */
MUST_CHECK int sources_enter(struct sources *sources, const struct peer *peer,
			     size_t most, struct source_count **source);
void sources_leave(struct sources *sources, struct source_count *source);

#endif
