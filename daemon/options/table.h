/* SPDX-License-Identifier: MIT */
/*
 * table.h - conf/options.def as tables; for the files of this room.
 */
#ifndef OPTIONS_TABLE_H
#define OPTIONS_TABLE_H

#include "options/options.h"

#include <stdint.h>

enum option_type {
	TYPE_NUMBER,
	TYPE_BYTES,
	TYPE_SECONDS,
	TYPE_MILLISECONDS,
	TYPE_MODE,
	TYPE_INTEGER,
	TYPE_BOOLEAN,
	TYPE_CHOICE,
	TYPE_TEXT,
	TYPE_PATH,
	TYPE_WORDS,
	TYPE_URLS,
};

enum section_number {
#define SECTION(section, ...) SECTION_##section,
#include "conf/options.def"
	SECTION_COUNT,
};

enum option_change { CHANGE_RELOAD, CHANGE_START };

struct section_row {
	const char *name;
	const char *label; /* what stands behind its name; "": nothing */
	const char *help;
};

struct option_row {
	const char *name; /* as a field */
	const char *key;
	enum section_number section;
	enum option_type type;
	const char *unit;
	int64_t min, max;
	const char *otherwise; /* the default */
	enum option_change change;
	const char *help;
	size_t offset; /* in the struct of its section */
};

extern const struct section_row option_sections[SECTION_COUNT];
extern const struct option_row option_rows[ROW_COUNT];

/* Is it set once for all, and so has a word on the command line? */
bool option_is_global(const struct option_row *row);

enum { OPTION_NAME = 64 };

/* "max_message" as --max-message and as CHAND_MAX_MESSAGE; returns `text`. */
char *option_word(const struct option_row *row, char text[OPTION_NAME]);
char *option_variable(const struct option_row *row, char text[OPTION_NAME]);

/* A one line reason; returns -EINVAL. */
int option_fail(char *reason, const char *format, ...) FORMAT(2);

#endif
