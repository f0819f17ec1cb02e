/* SPDX-License-Identifier: MIT */
/*
 * tally.h - how many values pass through each channel.
 *
 * A channel's own count begins anew whenever nobody has waited on it for a
 * moment. So sends and receives are watched, on a connection of its own, which
 * is closed as soon as so many have been seen in a round: it costs the daemon
 * little however much happens there. Rates are those of the time until then.
 */
#ifndef CLIENT_SHOW_TALLY_H
#define CLIENT_SHOW_TALLY_H

#include "client/base/loop.h"
#include "client/chand.h"

#include <stddef.h>
#include <stdint.h>

struct tally_item {
	char *name;
	uint64_t sends, receives;
};

struct tally {
	struct chand *client;
	struct chand_call *watching;
	struct loop *loop;
	struct loop_watch watch;
	const char *glob; /* not owned */
	void *items;	  /* of tsearch(), by their names */
	uint64_t read;
	uint64_t dropped; /* by the daemon */
	uint64_t lost;	  /* in the library, before this round */
	int64_t began;	  /* ns; 0: nothing is seen yet */
	int64_t ended;	  /* when enough was seen, or 0 */
};

/*
 * Begin to watch.
 *
 *   url  NULL: as chand_set_url()
 *   glob  whose channels; must outlive it
 *
 * 0 or -ENOMEM; tally_fini() in any case.
 */
int tally_init(struct tally *tally, struct loop *loop, const char *url,
	       const char *glob);
void tally_fini(struct tally *tally);

/* Before each turn of the loop: what it shall wait for. */
void tally_turn(struct tally *tally);

/*
 * How many values pass a second, not the waiting: the fewer of sends and
 * receives. Below 0: the daemon did not let us see.
 *
 *   now  ns
 */
double tally_rate(const struct tally *tally, const char *name, int64_t now);

/* Do it for each channel of this round. */
void tally_walk(const struct tally *tally,
		void (*each)(const struct tally_item *item, void *context),
		void *context);

/* Begin a new round; and to watch, if the daemon was not there. */
void tally_clear(struct tally *tally);

#endif
