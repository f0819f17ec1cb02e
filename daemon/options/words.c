/* SPDX-License-Identifier: MIT */
/*
 * words.c - the command line and the environment over struct options.
 */
#include "options/words.h"

#include "options/value.h"

#include <getopt.h>
#include <string.h>

/* The words that are no rows of the table. */
enum { WORD_CONFIG = ROW_COUNT, WORD_CHECK, WORD_HELP, WORD_VERSION, WORDS };

enum { FIRST = 256 }; /* no letter of getopt's has that number */

/* The table as getopt_long() wants it. */
static void
list_words(struct option *words, char names[][OPTION_NAME])
{
	static const struct option others[] = {
		{ "config", required_argument, NULL, FIRST + WORD_CONFIG },
		{ "check-config", no_argument, NULL, FIRST + WORD_CHECK },
		{ "help", no_argument, NULL, FIRST + WORD_HELP },
		{ "version", no_argument, NULL, FIRST + WORD_VERSION },
		{ NULL, 0, NULL, 0 },
	};

	for (int i = 0; i < ROW_COUNT; i++) {
		if (!option_is_global(&option_rows[i]))
			continue;
		*words++ =
		    (struct option){ option_word(&option_rows[i], names[i]) + 2,
				     required_argument, NULL, FIRST + i };
	}
	memcpy(words, others, sizeof others);
}

/* A letter is not yet behind getopt_long() when it finds it unknown. */
static int
fail_unknown(const char *word, char *reason)
{
	if (optopt > 0 && optopt < FIRST)
		return option_fail(reason, "unknown option \"-%c\"", optopt);
	return option_fail(reason, "unknown option \"%s\"", word);
}

static int
keep(struct words *words, int word, const char *value, char *reason)
{
	if (word == WORD_CONFIG) {
		words->file = value;
	} else if (word >= WORD_CHECK) {
		words->wish = word == WORD_CHECK  ? OPTIONS_CHECK
			      : word == WORD_HELP ? OPTIONS_HELP
						  : OPTIONS_VERSION;
	} else if (words->count == WORDS_MOST) {
		return option_fail(reason, "more than %d options", WORDS_MOST);
	} else {
		words->items[words->count++] =
		    (struct word){ &option_rows[word], value };
	}
	return 0;
}

int
words_parse(struct words *words, int argc, char **argv, char *reason)
{
	struct option known[WORDS + 1];
	char names[ROW_COUNT][OPTION_NAME];
	int c, r = 0;

	*words = (struct words){ .wish = OPTIONS_RUN };
	list_words(known, names);
	optind = 0;
	while (r == 0 &&
	       (c = getopt_long(argc, argv, ":", known, NULL)) != -1) {
		if (c == '?')
			return fail_unknown(argv[optind - 1], reason);
		if (c == ':')
			return option_fail(reason, "%s needs a value",
					   argv[optind - 1]);
		r = keep(words, c - FIRST, optarg, reason);
	}
	if (r == 0 && optind < argc)
		return option_fail(reason,
				   "what is \"%s\"? chand takes options only",
				   argv[optind]);
	return r;
}

/* Places are kept as long as the options: these are static. */
static const char *
place_of(const struct option_row *row, bool is_word)
{
	static char words[ROW_COUNT][OPTION_NAME];
	static char variables[ROW_COUNT][OPTION_NAME];
	size_t i = (size_t)(row - option_rows);

	return is_word ? option_word(row, words[i])
		       : option_variable(row, variables[i]);
}

static int
set(struct options *options, const struct option_row *row, const char *value,
    bool is_word, char *reason)
{
	struct origin origin = { place_of(row, is_word), 0 };

	return value_set(row, options, &options->origins[row - option_rows],
			 &origin, origin.place, value, reason);
}

int
words_apply(struct options *options, const struct words *words, char *reason)
{
	const struct word *word = words->items;
	int r = 0;

	for (; word < words->items + words->count && r == 0; word++)
		r = set(options, word->row, word->value, true, reason);
	return r;
}

/* What it is set to; NULL: it is not, or to nothing. */
static const char *
find_variable(char *const *environment, const char *name)
{
	size_t size = strlen(name);

	for (; *environment != NULL; environment++)
		if (strncmp(*environment, name, size) == 0 &&
		    (*environment)[size] == '=')
			return (*environment)[size + 1] != '\0'
				   ? *environment + size + 1
				   : NULL;
	return NULL;
}

/*
 * Others may begin with CHAND_, too: CHAND_URL is chanctl's, and who runs
 * containers sets CHAND_PORT and the like for a service of that name.
 */
int
words_apply_environment(struct options *options, char *const *environment,
			char *reason)
{
	const char *value;
	int r = 0;

	for (unsigned i = 0; i < ROW_COUNT && r == 0; i++) {
		const struct option_row *row = &option_rows[i];

		if (!option_is_global(row))
			continue;
		value = find_variable(environment, place_of(row, false));
		if (value != NULL)
			r = set(options, row, value, false, reason);
	}
	return r;
}

const char *
words_file(const struct words *words, char *const *environment)
{
	return words->file != NULL ? words->file
				   : find_variable(environment, "CHAND_CONFIG");
}
