/* SPDX-License-Identifier: MIT */
/*
 * options.h - conf/options.def, files, environment and command line ->
 * struct options.
 *
 * What is read later wins: the defaults, FILE, the files of the folder
 * conf.d beside it whose names end in .conf, by name, the environment, the
 * command line. A list is replaced as a whole.
 *
 * Knows base/ and proto/url.h. For the start and for a reload: it reads files.
 */
#ifndef OPTIONS_OPTIONS_H
#define OPTIONS_OPTIONS_H

#include "base/attr.h"
#include "base/log.h"
#include "proto/url.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum { LISTEN_MOST = 16 };

/* Where root's default socket lies. */
#define OPTIONS_ROOT_FOLDER "/run/chand"

struct url_list {
	struct url items[LISTEN_MOST];
	size_t count;
};

struct word_list {
	char **items;
	size_t count;
};

/* What a row's type is in a struct. */
#define OPTION_NUMBER size_t
#define OPTION_BYTES size_t
#define OPTION_SECONDS size_t
#define OPTION_MILLISECONDS size_t
#define OPTION_MODE size_t
#define OPTION_INTEGER long
#define OPTION_BOOLEAN bool
#define OPTION_CHOICE unsigned
#define OPTION_TEXT char *
#define OPTION_PATH char *
#define OPTION_WORDS struct word_list
#define OPTION_URLS struct url_list

#define OPTION_FIELD(name, section, key, type, ...) OPTION_##type name;
#define OPTION_ROW(name, section, ...) ROW_##section##_##name,

/* Every row of the table, whatever its section: ROW_limits_max_message. */
enum option_row_number {
#define OPTION OPTION_ROW
#define CHANNEL_OPTION OPTION_ROW
#define PRINCIPAL_OPTION OPTION_ROW
#include "conf/options.def"
	ROW_COUNT,
};

/* Where something was set. */
struct origin {
	const char *place; /* a file, "--max-message"; NULL: it was not */
	unsigned line;	   /* in the file, from 1; 0: it is none */
};

/* Bytes of what names a place: a file's name may be long, and is cut. */
enum { ORIGIN_TEXT = 320 };

/* "FILE:12", "--max-message", or "the default". */
const char *origin_print(const struct origin *origin, char text[ORIGIN_TEXT]);

/* A [channel GLOB]. */
struct channel_options {
	char *label;
	struct origin origin;
	struct origin origins[ROW_COUNT];
#define CHANNEL_OPTION OPTION_FIELD
#include "conf/options.def"
};

/* A [principal NAME]. */
struct principal_options {
	char *label;
	struct origin origin;
	struct origin origins[ROW_COUNT];
#define PRINCIPAL_OPTION OPTION_FIELD
#include "conf/options.def"
};

struct options {
#define OPTION OPTION_FIELD
#include "conf/options.def"
	struct origin origins[ROW_COUNT];
	/* In the order in which they were read. */
	struct channel_options *channels;
	size_t channel_count;
	struct principal_options *principals;
	size_t principal_count;
	char **files; /* that were read */
	size_t file_count;
};

enum options_wish { OPTIONS_RUN, OPTIONS_CHECK, OPTIONS_HELP, OPTIONS_VERSION };

enum { OPTIONS_REASON = 600 };

/*
 * Read files, environment and command line over the defaults.
 *
 *   default_file  read if it exists and nothing says --config; or NULL
 *   environment   "CHAND_MAX_MESSAGE=1M" and the like, up to a NULL; what is
 *                 no option's is not looked at
 *   reason        OPTIONS_REASON bytes: on failure what was wrong, for
 *                 people, beginning with "FILE:LINE: " where it is in a file
 *
 * What is asked for; -EINVAL, or another negative errno value when a file
 * cannot be read. Afterwards options_fini() in any case.
 */
MUST_CHECK int options_read(struct options *options, int argc, char **argv,
			    char *const *environment, const char *default_file,
			    char *reason);

/* Free what it points to. */
void options_fini(struct options *options);

/*
 * The file that is read without being asked for, in `text` of `size` bytes:
 * root's in the system's folder, anybody else's in his own. NULL: there is
 * no place for one.
 */
const char *options_default_file(char *text, size_t size);

/*
 * Where to listen when nothing was said: the user's socket, if there is a
 * place for it, and the loopback port.
 */
void options_default_listen(struct options *options);

enum log_level options_log_level(const struct options *options);

/*
 * The names, as in the file, of what differs and needs a start to come into
 * force: the next one from row `*row` on, which is moved on; NULL: no more.
 */
const char *options_next_fixed(const struct options *now,
			       const struct options *next, unsigned *row);

/*
 * The files that options name (PATH), as options_next_fixed() goes on: the
 * next one, or NULL.
 */
const char *options_next_path(const struct options *options, unsigned *row);

/* What --help says; a chand.conf with every option, commented out; the list
 * of options in chand.conf(5) and in chand(8), for scdoc. */
void options_print_help(FILE *file);
void options_print_sample(FILE *file);
void options_print_manual(FILE *file);
void options_print_words(FILE *file);

#endif
