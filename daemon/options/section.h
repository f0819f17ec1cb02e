/* SPDX-License-Identifier: MIT */
/*
 * section.h - a section's name -> the struct that its keys go into; for the
 * files of this room.
 */
#ifndef OPTIONS_SECTION_H
#define OPTIONS_SECTION_H

#include "options/table.h"

struct section {
	enum section_number number;
	void *base;
	struct origin *origins; /* ROW_COUNT of them, beside `base` */
};

/*
 * Find [name label], or begin a new one of those that have labels, with the
 * table's defaults. 0, or -EINVAL, -ENOMEM with a reason.
 */
MUST_CHECK int section_begin(struct options *options, const char *name,
			     const char *label, const struct origin *origin,
			     struct section *section, char *reason);

/* The row of that key in it, or NULL. */
const struct option_row *section_find(const struct section *section,
				      const char *key);

/* The defaults of all rows that are in a struct of that section's kind. */
MUST_CHECK int section_set_defaults(enum section_number number, void *base,
				    char *reason);
void section_fini(enum section_number number, void *base);

#endif
