/* SPDX-License-Identifier: MIT */
/*
 * complete_names.h - names that only the daemon knows, for completion.
 */
#ifndef CLIENT_PROMPT_COMPLETE_NAMES_H
#define CLIENT_PROMPT_COMPLETE_NAMES_H

#include "client/prompt/complete.h"

struct complete_place {
	const char *server; /* NULL: as chand_set_url() */
	const char *word;   /* what is written of it */
	struct completion *completion;
};

/* One candidate more. 0 or -ENOMEM. */
int completion_add(struct completion *completion, const char *text,
		   const char *help);

/*
 * Add channels; with `verb` only those that are named "VERB:...", by what
 * stands behind. None if there is no daemon. 0 or -ENOMEM.
 */
int complete_channels(const struct complete_place *place, const char *verb);

/* Add the tasks' numbers, likewise. */
int complete_tasks(const struct complete_place *place);

#endif
