/* SPDX-License-Identifier: MIT */
/*
 * options.h - conf/options.def and the command line -> struct options.
 */
#ifndef DAEMON_OPTIONS_H
#define DAEMON_OPTIONS_H

#include "base/attr.h"
#include "base/log.h"
#include "proto/url.h"

#include <stddef.h>
#include <stdio.h>

enum { LISTEN_MOST = 16 };

/* Where root's default socket lies. */
#define OPTIONS_ROOT_FOLDER "/run/chand"

struct options {
	struct url listen[LISTEN_MOST];
	unsigned listen_count;
	enum log_level log_level;
#define OPTION_NUMBER size_t
#define OPTION_BYTES size_t
#define OPTION_CHOICE size_t
#define OPTION_TEXT const char * /* of the command line, or NULL */
#define OPTION(name, type, unit, min, max, default_, help) OPTION_##type name;
#include "conf/options.def"
#undef OPTION
};

enum options_wish { OPTIONS_RUN, OPTIONS_HELP, OPTIONS_VERSION };

enum { OPTIONS_REASON = 300 };

/*
 * Read the command line over the defaults.
 *
 *   reason  OPTIONS_REASON bytes: on failure what was wrong, for people
 *
 * What is asked for, or -EINVAL.
 */
MUST_CHECK int options_read(struct options *options, int argc, char **argv,
			    char *reason);

/*
 * Where to listen when nothing was said: the user's socket, if there is a
 * place for it, and the loopback port.
 */
void options_default_listen(struct options *options);

void options_print_help(FILE *file);

#endif
