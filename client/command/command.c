/* SPDX-License-Identifier: MIT */
#include "client/command/command.h"

#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* The verb, its arguments, and the first one too many. */
enum { WORDS_MAX = VERB_ARGS_MAX + 2 };

/* getopt_long() names a flag by its place behind these, not by its letter. */
enum { FIRST_PLACE = 256 };

static const char behind[] = "what begins with - stands behind --";

struct words {
	const char *at[WORDS_MAX];
	int count;
	char *const *rest; /* what stands behind --, or NULL */
};

/* getopt's own forms of the table. */
struct forms {
	char letters[2 * FLAG_COUNT + 3];
	struct option options[FLAG_COUNT + 1];
};

__attribute__((format(printf, 2, 3))) static int
refuse(struct command *command, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(command->fault, sizeof command->fault, format, arguments);
	va_end(arguments);
	return -EINVAL;
}

static void
add_word(struct words *words, const char *word)
{
	if (words->count < WORDS_MAX)
		words->at[words->count++] = word;
}

/* The place of a flag by what getopt_long() calls it; -1: there is none. */
static int
find_flag(int letter)
{
	if (letter >= FIRST_PLACE)
		return letter - FIRST_PLACE;
	for (int i = 0; i < FLAG_COUNT; i++)
		if (letter != 0 && flag_at(i)->letter == letter)
			return i;
	return -1;
}

/* Why getopt_long() returned '?'; `given` is the word that it read last. */
static int
refuse_flag(struct command *command, const char *given)
{
	int place = find_flag(optopt);

	if (place >= 0)
		return refuse(command, "--%s takes no argument",
			      flag_at(place)->name);
	if (optopt != 0)
		return refuse(command, "there is no option -%c; %s", optopt,
			      behind);
	return refuse(command, "there is no option %.60s; %s", given, behind);
}

/* Into zeros, which end both. A '-' in front has words come in order. */
static void
write_forms(struct forms *forms)
{
	char *letters = forms->letters;

	*letters++ = '-';
	*letters++ = ':';
	for (int i = 0; i < FLAG_COUNT; i++) {
		const struct flag *flag = flag_at(i);
		int takes = flag->argument != NULL;

		forms->options[i] =
		    (struct option){ flag->name, takes, NULL, FIRST_PLACE + i };
		if (flag->letter == '\0')
			continue;
		*letters++ = flag->letter;
		if (takes)
			*letters++ = ':';
	}
}

static int
take_item(struct command *command, struct words *words, int letter,
	  const char *given)
{
	if (letter == 1) {
		add_word(words, optarg);
		return 0;
	}
	if (letter == ':')
		return refuse(command, "%s needs %s behind it", given,
			      flag_at(find_flag(optopt))->argument);
	if (letter == '?')
		return refuse_flag(command, given);
	return flag_take(&command->options, find_flag(letter), optarg,
			 command->fault, sizeof command->fault);
}

static int
read_words(int argc, char **argv, struct command *command, struct words *words)
{
	struct forms forms = { 0 };
	int letter;
	int r = 0;

	write_forms(&forms);
	opterr = 0;
	optind = 0; /* begin anew, also where tests parse many a command line */
	while (r == 0 && (letter = getopt_long(argc, argv, forms.letters,
					       forms.options, NULL)) != -1)
		r = take_item(command, words, letter, argv[optind - 1]);
	if (optind <= argc && strcmp(argv[optind - 1], "--") == 0)
		words->rest = argv + optind;
	return r;
}

static int
find_verb(struct command *command, const char *name)
{
	command->verb = verb_find(name);
	if (command->verb == NULL)
		return refuse(command,
			      "\"%.60s\" is no verb; chanctl --help lists them",
			      name);
	return 0;
}

/* What stands behind -- is a command to run, or words like any other. */
static int
place_rest(struct command *command, struct words *words)
{
	const struct verb *verb = command->verb;
	bool has_command = words->rest != NULL && words->rest[0] != NULL;

	if (verb->command == VERB_NO_COMMAND) {
		for (; words->rest != NULL && *words->rest != NULL;
		     words->rest++)
			add_word(words, *words->rest);
		return 0;
	}
	if (has_command)
		command->program = words->rest;
	if (!has_command &&
	    (verb->command == VERB_NEEDS_COMMAND || words->rest != NULL))
		return refuse(command,
			      "%s needs a command behind --: chanctl %s %s",
			      verb->name, verb->name, verb->arguments);
	return 0;
}

static int
check_count(struct command *command, const struct words *words)
{
	const struct verb *verb = command->verb;
	const char *blank = verb->arguments[0] != '\0' ? " " : "";

	if (words->count - 1 < verb->least)
		return refuse(command, "%s needs more: chanctl %s%s%s",
			      verb->name, verb->name, blank, verb->arguments);
	if (words->count - 1 > verb->most)
		return refuse(command,
			      "\"%.60s\" is more than %s takes: chanctl %s%s%s",
			      words->at[verb->most + 1], verb->name, verb->name,
			      blank, verb->arguments);
	return 0;
}

static int
check_flags(struct command *command)
{
	const struct verb *verb = command->verb;
	uint64_t wrong = command->options.given & ~FLAGS_OF_ALL & ~verb->flags;

	for (int i = 0; i < FLAG_COUNT; i++) {
		const struct flag *flag = flag_at(i);
		char letter[] = { '-', flag->letter, ' ', '\0' };

		if ((wrong >> i & 1) != 0)
			return refuse(command,
				      "%s does not take %s(--%s), see chanctl "
				      "help %s; %s",
				      verb->name,
				      flag->letter != '\0' ? letter : "",
				      flag->name, verb->name, behind);
	}
	return 0;
}

/* Of these, one at most says what a message looks like. */
static int
check_pairs(struct command *command)
{
	const uint64_t inputs = FLAG_BIT(lines) | FLAG_BIT(null) |
				FLAG_BIT(delimiter) | FLAG_BIT(json);
	const uint64_t outputs = FLAG_BIT(raw) | FLAG_BIT(objects);
	uint64_t given = command->options.given;

	if (__builtin_popcountll(given & inputs) > 1)
		return refuse(command,
			      "of -l, -0, -D and --json only one can be given");
	if (__builtin_popcountll(given & outputs) > 1)
		return refuse(command, "of -r and -J only one can be given");
	if ((given & FLAG_BIT(delimiter)) != 0 &&
	    command->options.delimiter[0] == '\0')
		return refuse(command, "-D needs a text that is not empty");
	return 0;
}

static int
understand_help(struct command *command, const struct words *words)
{
	command->task = COMMAND_HELP;
	command->verb = NULL;
	if (words->count == 1)
		return 0;
	if (strcmp(words->at[1], "methods") != 0)
		return find_verb(command, words->at[1]);
	command->task = COMMAND_METHODS;
	return 0;
}

static int
check(struct command *command, struct words *words)
{
	int r = place_rest(command, words);

	if (r == 0)
		r = check_count(command, words);
	if (r == 0)
		r = check_flags(command);
	return r == 0 ? check_pairs(command) : r;
}

static int
understand_nothing(struct command *command)
{
	if (command->task == COMMAND_HELP)
		return 0;
	if ((command->options.given & ~FLAGS_OF_ALL) == 0)
		command->task = COMMAND_PROMPT;
	return refuse(command, "say what to do; chanctl --help lists it");
}

static int
understand(struct command *command, struct words *words)
{
	int r;

	if (words->count == 0 && words->rest != NULL && words->rest[0] != NULL)
		add_word(words, *words->rest++);
	if (words->count == 0)
		return understand_nothing(command);
	r = find_verb(command, words->at[0]);
	if (r < 0 || command->task == COMMAND_HELP)
		return r;
	r = check(command, words);
	if (r < 0)
		return r;
	for (int i = 0; i + 1 < words->count; i++)
		command->args[i] = words->at[i + 1];
	command->count = words->count - 1;
	return command->verb->run != NULL ? 0 : understand_help(command, words);
}

int
command_parse(int argc, char **argv, struct command *command)
{
	struct words words = { .count = 0 };
	int r;

	*command = (struct command){ .options = { .timeout = -1 } };
	r = read_words(argc, argv, command, &words);
	if (r < 0)
		return r;
	if (command->options.version) {
		command->task = COMMAND_VERSION;
		return 0;
	}
	if (command->options.help)
		command->task = COMMAND_HELP;
	return understand(command, &words);
}
