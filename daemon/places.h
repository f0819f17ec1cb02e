/* SPDX-License-Identifier: MIT */
/*
 * places.h - where we listen: the sockets that were passed, those that the
 * options ask for, and the files of these.
 */
#ifndef DAEMON_PLACES_H
#define DAEMON_PLACES_H

#include "access/access.h"
#include "entrance.h"
#include "options/options.h"
#include "passed.h"
#include "sandbox.h"

struct places;

/*
 * Take what was passed. Who connects at any place comes to `entrance`. NULL
 * when it cannot, which was logged.
 */
struct places *places_new(struct loop *loop, struct entrance *entrance);
/* NULL, always; NULL is welcome. */
struct places *places_free(struct places *places);

/* Will TLS be spoken anywhere? */
bool places_need_tls(const struct places *places,
		     const struct options *options);

/*
 * Listen at what was passed and at what was asked for; by default the first
 * will do. Nothing that others than this host reach is opened without a word
 * on what they may do. 0, or a negative errno value, logged.
 */
MUST_CHECK int places_open(struct places *places, const struct options *options,
			   const struct access *access);

/* Listen no more; files that are still ours go. */
void places_close(struct places *places);

/* Leave it what it takes to remove these. 0 or -ENOMEM. */
MUST_CHECK int places_confine(const struct places *places,
			      struct sandbox *sandbox);

#endif
