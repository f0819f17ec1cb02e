/* SPDX-License-Identifier: MIT */
/*
 * words.h - the command line and the environment; for the files of this room.
 */
#ifndef OPTIONS_WORDS_H
#define OPTIONS_WORDS_H

#include "options/table.h"

enum { WORDS_MOST = 256 };

struct word {
	const struct option_row *row;
	const char *value; /* argv's */
};

struct words {
	enum options_wish wish; /* the last one */
	const char *file;	/* of --config, or NULL */
	struct word items[WORDS_MOST];
	unsigned count;
};

/* Read the command line. 0, or -EINVAL with a reason. */
MUST_CHECK int words_parse(struct words *words, int argc, char **argv,
			   char *reason);

/* Set what they say, and what the environment says. 0, or -EINVAL, -ENOMEM. */
MUST_CHECK int words_apply(struct options *options, const struct words *words,
			   char *reason);
MUST_CHECK int words_apply_environment(struct options *options,
				       char *const *environment, char *reason);

/* The file that --config or CHAND_CONFIG names, or NULL. */
const char *words_file(const struct words *words, char *const *environment);

#endif
