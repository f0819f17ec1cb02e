/* SPDX-License-Identifier: MIT */
/*
 * reload.h - the options once more, while the daemon runs.
 */
#ifndef DAEMON_RELOAD_H
#define DAEMON_RELOAD_H

#include "options/options.h"

/* Where options come from; all of it outlives the daemon. */
struct source {
	int argc;
	char **argv;
	char *const *environment;
	const char *default_file; /* or NULL */
};

/* options_read() from there, and where to listen if nothing says so. */
MUST_CHECK int source_read(const struct source *source, struct options *options,
			   char *reason);

/*
 * Read it again into `*next`, which must be able to take the place of `now`.
 * What is read but needs a start to come into force is logged, and left as it
 * is in `now`. 0; a negative errno value, logged with what is wrong, and
 * `*next` is nothing then.
 */
MUST_CHECK int reload(const struct source *source, const struct options *now,
		      struct options *next);

#endif
