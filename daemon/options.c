/* SPDX-License-Identifier: MIT */
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum option_type { NUMBER, BYTES, CHOICE, TEXT };

static const struct row {
	const char *name;
	enum option_type type;
	const char *unit;
	size_t min, max, otherwise;
	const char *help;
	size_t offset; /* in struct options */
} rows[] = {
#define OPTION(name, type, unit, min, max, default_, help)                     \
	{ #name, type,	   unit, min,                                          \
	  max,	 default_, help, offsetof(struct options, name) },
#include "conf/options.def"
#undef OPTION
};

enum { ROWS = sizeof rows / sizeof rows[0], NAME = 32 };

/* The options that are no rows of the table. */
enum { WORD_LISTEN = ROWS, WORD_LOG_LEVEL, WORD_HELP, WORD_VERSION, WORDS };

static int FORMAT(2) fail(char *reason, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(reason, OPTIONS_REASON, format, arguments);
	va_end(arguments);
	return -EINVAL;
}

static size_t *
value_of(struct options *options, const struct row *row)
{
	return (size_t *)(void *)((char *)options + row->offset);
}

static const char **
text_of(struct options *options, const struct row *row)
{
	return (const char **)(void *)((char *)options + row->offset);
}

/* "max_message" is --max-message on the command line. */
static char *
dashed(const char *name, char *text)
{
	size_t i;

	for (i = 0; name[i] != '\0' && i < NAME - 1; i++)
		text[i] = name[i] == '_' ? '-' : name[i];
	text[i] = '\0';
	return text;
}

/* How far to shift for a suffix; -1 when it is none. */
static int
suffix_shift(const struct row *row, const char *suffix)
{
	static const char units[] = "KMG";
	const char *unit;

	if (*suffix == '\0')
		return 0;
	unit = row->type == BYTES ? strchr(units, *suffix) : NULL;
	if (unit == NULL ||
	    (suffix[1] != '\0' && strcmp(suffix + 1, "iB") != 0))
		return -1;
	return 10 * (int)(unit - units + 1);
}

static int
set_number(struct options *options, const struct row *row, const char *text,
	   char *reason)
{
	char name[NAME], *end = NULL;
	unsigned long long number;
	int shift;

	errno = 0;
	number = strtoull(text, &end, 10);
	shift = suffix_shift(row, end);
	if (*text < '0' || *text > '9' || errno != 0 || shift < 0)
		return fail(
		    reason, "--%s takes a number of %s%s, not \"%s\"",
		    dashed(row->name, name), row->unit,
		    row->type == BYTES ? " (K, M and G may follow)" : "", text);
	if (number > (unsigned long long)row->max >> shift ||
	    number << shift < row->min)
		return fail(reason, "--%s takes %zu to %zu %s, not \"%s\"",
			    dashed(row->name, name), row->min, row->max,
			    row->unit, text);
	*value_of(options, row) = (size_t)(number << shift);
	return 0;
}

/* One of "this|that", as its place there. */
static int
set_choice(struct options *options, const struct row *row, const char *text,
	   char *reason)
{
	const char *choice = row->unit;
	size_t size = strlen(text), place = 0;
	char name[NAME];

	for (; choice != NULL; choice = strchr(choice, '|'), place++) {
		choice += *choice == '|';
		if (strcspn(choice, "|") == size &&
		    strncmp(choice, text, size) == 0) {
			*value_of(options, row) = place;
			return 0;
		}
	}
	return fail(reason, "--%s takes %s, not \"%s\"",
		    dashed(row->name, name), row->unit, text);
}

static int
set_row(struct options *options, const struct row *row, const char *text,
	char *reason)
{
	if (row->type == CHOICE)
		return set_choice(options, row, text, reason);
	if (row->type != TEXT)
		return set_number(options, row, text, reason);
	*text_of(options, row) = text;
	return 0;
}

static int
add_listen(struct options *options, const char *text, char *reason)
{
	const char *why;

	if (options->listen_count == LISTEN_MOST)
		return fail(reason, "--listen can be given %d times",
			    LISTEN_MOST);
	if (url_parse(text, &options->listen[options->listen_count], &why) < 0)
		return fail(reason, "--listen: %s; not \"%s\"", why, text);
	options->listen_count++;
	return 0;
}

static int
set_log_level(struct options *options, const char *text, char *reason)
{
	int level = log_level_parse(text);

	if (level < 0)
		return fail(reason,
			    "--log-level takes error, warning, info or debug, "
			    "not \"%s\"",
			    text);
	options->log_level = (enum log_level)level;
	return 0;
}

static void
set_defaults(struct options *options)
{
	memset(options, 0, sizeof *options);
	options->log_level = LOG_INFO;
	for (size_t i = 0; i < ROWS; i++)
		if (rows[i].type != TEXT)
			*value_of(options, &rows[i]) = rows[i].otherwise;
}

/* The table as getopt_long() wants it. */
static void
list_words(struct option *words, char names[][NAME])
{
	memset(words, 0, (WORDS + 1) * sizeof *words);
	for (int i = 0; i < ROWS; i++)
		words[i] = (struct option){ dashed(rows[i].name, names[i]),
					    required_argument, NULL, 256 + i };
	words[WORD_LISTEN] = (struct option){ "listen", required_argument, NULL,
					      256 + WORD_LISTEN };
	words[WORD_LOG_LEVEL] = (struct option){ "log-level", required_argument,
						 NULL, 256 + WORD_LOG_LEVEL };
	words[WORD_HELP] =
	    (struct option){ "help", no_argument, NULL, 256 + WORD_HELP };
	words[WORD_VERSION] =
	    (struct option){ "version", no_argument, NULL, 256 + WORD_VERSION };
}

static int
set_word(struct options *options, int word, const char *text, char *reason)
{
	if (word == WORD_LISTEN)
		return add_listen(options, text, reason);
	if (word == WORD_LOG_LEVEL)
		return set_log_level(options, text, reason);
	return set_row(options, &rows[word], text, reason);
}

/* A letter is not yet behind getopt_long() when it finds it unknown. */
static int
fail_unknown(const char *word, char *reason)
{
	if (optopt > 0 && optopt < 256)
		return fail(reason, "unknown option \"-%c\"", optopt);
	return fail(reason, "unknown option \"%s\"", word);
}

int
options_read(struct options *options, int argc, char **argv, char *reason)
{
	struct option words[WORDS + 1];
	char names[ROWS][NAME];
	int wish = OPTIONS_RUN;
	int c, r = 0;

	set_defaults(options);
	list_words(words, names);
	optind = 0;
	while (r == 0 &&
	       (c = getopt_long(argc, argv, ":", words, NULL)) != -1) {
		if (c == '?')
			return fail_unknown(argv[optind - 1], reason);
		if (c == ':')
			return fail(reason, "%s needs a value",
				    argv[optind - 1]);
		if (c == 256 + WORD_HELP || c == 256 + WORD_VERSION)
			wish = c == 256 + WORD_HELP ? OPTIONS_HELP
						    : OPTIONS_VERSION;
		else
			r = set_word(options, c - 256, optarg, reason);
	}
	if (r == 0 && optind < argc)
		return fail(reason, "what is \"%s\"? chand takes options only",
			    argv[optind]);
	return r == 0 ? wish : r;
}

void
options_default_listen(struct options *options)
{
	const char *folder =
	    geteuid() == 0 ? OPTIONS_ROOT_FOLDER : getenv("XDG_RUNTIME_DIR");
	struct url *url = &options->listen[0];

	if (folder != NULL && *folder == '/' &&
	    strlen(folder) + sizeof "/chand.sock" <= sizeof url->path) {
		url->scheme = URL_UNIX;
		strcat(strcpy(url->path, folder), "/chand.sock");
		url++;
	}
	url->scheme = URL_TCP;
	strcpy(url->host, "127.0.0.1");
	url->port = URL_PORT;
	options->listen_count = (unsigned)(url - options->listen) + 1;
}

static void
print_row(FILE *file, const struct row *row)
{
	char name[NAME + 5];
	bool is_number = row->type == NUMBER || row->type == BYTES;

	strcat(dashed(row->name, name), row->type == CHOICE ? " WORD"
					: is_number	    ? " N"
							    : " FILE");
	fprintf(file, "  --%-24s %s\n", name, row->help);
	if (is_number)
		fprintf(file, "%29s(%zu to %zu %s, default %zu)\n", "",
			row->min, row->max, row->unit, row->otherwise);
	if (row->type == CHOICE)
		fprintf(file, "%29s(%s; default %.*s)\n", "", row->unit,
			(int)strcspn(row->unit, "|"), row->unit);
}

void
options_print_help(FILE *file)
{
	fputs("usage: chand [OPTION]...\n\n"
	      "The daemon that keeps named rendezvous channels.\n\n"
	      "  --listen URL               unix:///path, tcp://host:port or "
	      "tls://host:port;\n"
	      "                             may be repeated;\n"
	      "                             without one: the user's socket and "
	      "tcp://127.0.0.1:7411\n"
	      "  --log-level LEVEL          error, warning, info or debug "
	      "(info)\n",
	      file);
	for (size_t i = 0; i < ROWS; i++)
		print_row(file, &rows[i]);
	fputs("  --help                     this\n"
	      "  --version                  the version\n",
	      file);
}
