/* SPDX-License-Identifier: MIT */
/*
 * value.h - text -> one value of a row, and back; for the files of this room.
 */
#ifndef OPTIONS_VALUE_H
#define OPTIONS_VALUE_H

#include "options/table.h"

/*
 * Set the row's field of `base`, the struct of its section, from `text`, and
 * remember where from. A list grows if `origin` is where it was begun, and
 * begins anew otherwise.
 *
 *   key  what to call it in the reason: "--max-message"
 *
 * 0, or -EINVAL, -ENOMEM with a reason. Its place stands in front of that.
 */
MUST_CHECK int value_set(const struct option_row *row, void *base,
			 struct origin *where, const struct origin *origin,
			 const char *key, const char *text, char *reason);

/* Are they the same? */
bool value_equals(const struct option_row *row, const void *base,
		  const void *other);

/* Free what the field points to. */
void value_fini(const struct option_row *row, void *base);

/* What it takes, in words: "1K to 1G bytes, default 16M". */
void value_print_range(const struct option_row *row, FILE *file);

#endif
