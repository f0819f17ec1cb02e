/* SPDX-License-Identifier: MIT */
/*
 * flags.h - the flags that stand in flags.def, and what was said with them.
 */
#ifndef CLIENT_COMMAND_FLAGS_H
#define CLIENT_COMMAND_FLAGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum flag_kind { FLAG_TRUTH, FLAG_TEXT, FLAG_TIME, FLAG_NUMBER };

/* A flag's place in the table, FLAG_OF_server and so on. */
enum {
#define FLAG(kind, name, ...) FLAG_OF_##name,
#include "client/command/flags.def"
	FLAG_COUNT
};

/* A set of flags: FLAG_BIT(timeout) | FLAG_BIT(count). */
#define FLAG_BIT(name) (UINT64_C(1) << FLAG_OF_##name)

/* Those that every verb takes. */
#define FLAGS_OF_ALL ((FLAG_BIT(version) << 1) - 1)

struct flag {
	enum flag_kind kind;
	char letter;	      /* 0: none */
	const char *name;     /* the long one */
	const char *argument; /* NULL: takes none */
	int64_t least;	      /* of a number */
	int64_t most;
	const char *help;
};

/* What a command line says: each under its flag's name, and which were given.
 */
struct options {
	uint64_t given; /* a set of flags */
#define FLAG_FIELD_TRUTH bool
#define FLAG_FIELD_TEXT const char *
#define FLAG_FIELD_TIME int64_t
#define FLAG_FIELD_NUMBER int64_t
#define FLAG(kind, name, ...) FLAG_FIELD_##kind name;
#include "client/command/flags.def"
};

/* The table's row at a place below FLAG_COUNT. */
const struct flag *flag_at(int place);

enum { FLAG_FORM_MOST = 40 };

/* How the help shows it: "-t, --timeout=TIME". */
void flag_form(const struct flag *flag, char form[FLAG_FORM_MOST]);

/*
 * Take one flag with its argument (NULL for a truth) into `options`.
 *
 *   fault  on failure one line of what is wrong
 *
 * 0 or -EINVAL.
 */
int flag_take(struct options *options, int place, const char *argument,
	      char *fault, size_t room);

/*
 * A length of time: "1.5" and "1.5s" seconds, "500ms", "2m", "1h", "1d". Above
 * 0 it is at least a millisecond; centuries are INT64_MAX / 4.
 *
 * 0 or -EINVAL.
 */
int flag_parse_time(const char *text, int64_t *milliseconds);

#endif
