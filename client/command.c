/* SPDX-License-Identifier: MIT */
#include "client/command.h"

#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static const struct flag {
	int letter;
	const char *name;
	const char *argument;
	const char *help;
} flags[] = {
	{ 's', "server", "URL", "unix:///PATH or tcp://HOST:PORT" },
	{ 't', "timeout", "SECONDS", "wait no longer; 0: do not wait" },
	{ 'q', "quiet", NULL, "say nothing: the exit status tells" },
	{ 'h', "help", NULL, "this, or more on a verb" },
	{ 'V', "version", NULL, "which chanctl this is" },
};

enum { FLAGS = sizeof flags / sizeof flags[0] };

/* The verb, its arguments, and the first one too many. */
enum { WORDS_MAX = VERB_ARGS_MAX + 2 };

struct words {
	const char *at[WORDS_MAX];
	int count;
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

/* Digits and perhaps a point: strtod() alone takes "inf", "0x1" and " 1". */
static int
parse_timeout(struct command *command, const char *text)
{
	size_t length = strspn(text, "0123456789.");
	const char *point = strchr(text, '.');

	if (text[length] != '\0' || strpbrk(text, "0123456789") == NULL ||
	    (point != NULL && strchr(point + 1, '.') != NULL))
		return refuse(command,
			      "-t takes a number of seconds, 0 or more, as in "
			      "1.5, not \"%.40s\"",
			      text);
	command->timeout = strtod(text, NULL);
	return 0;
}

static int
take_flag(struct command *command, int letter, const char *argument)
{
	switch (letter) {
	case 's':
		command->server = argument;
		return 0;
	case 't':
		return parse_timeout(command, argument);
	case 'q':
		command->quiet = true;
		return 0;
	case 'h':
		command->task = COMMAND_HELP;
		return 0;
	default:
		command->task = COMMAND_VERSION;
		return 0;
	}
}

static const struct flag *
find_flag(int letter)
{
	for (int i = 0; i < FLAGS; i++)
		if (flags[i].letter == letter)
			return &flags[i];
	return NULL;
}

/* Why getopt_long() returned '?'; `given` is the word that it read last. */
static int
refuse_flag(struct command *command, const char *given)
{
	const struct flag *flag = find_flag(optopt);

	if (flag != NULL)
		return refuse(command, "--%s takes no argument", flag->name);
	if (optopt != 0)
		return refuse(
		    command,
		    "there is no option -%c; a VALUE that begins with "
		    "- stands behind --",
		    optopt);
	return refuse(command,
		      "there is no option %.60s; a VALUE that begins with - "
		      "stands behind --",
		      given);
}

/* getopt's own forms of the table. A '-' in front has words come in order. */
static void
write_forms(char *letters, struct option *options)
{
	*letters++ = '-';
	*letters++ = ':';
	for (int i = 0; i < FLAGS; i++) {
		int takes = flags[i].argument != NULL;

		options[i] = (struct option){ flags[i].name, takes, NULL,
					      flags[i].letter };
		*letters++ = (char)flags[i].letter;
		if (takes)
			*letters++ = ':';
	}
	*letters = '\0';
	options[FLAGS] = (struct option){ 0 };
}

static int
read_words(int argc, char **argv, struct command *command, struct words *words)
{
	struct option options[FLAGS + 1];
	char letters[2 * FLAGS + 3];
	int letter;
	int r = 0;

	write_forms(letters, options);
	opterr = 0;
	optind = 0; /* begin anew, also where tests parse many a command line */
	while (r == 0 && (letter = getopt_long(argc, argv, letters, options,
					       NULL)) != -1) {
		if (letter == 1)
			add_word(words, optarg);
		else if (letter == ':')
			r = refuse(command, "-%c needs %s behind it", optopt,
				   find_flag(optopt)->argument);
		else if (letter == '?')
			r = refuse_flag(command, argv[optind - 1]);
		else
			r = take_flag(command, letter, optarg);
	}
	for (; r == 0 && optind < argc; optind++)
		add_word(words, argv[optind]);
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
understand(struct command *command, const struct words *words)
{
	int r;

	if (command->task == COMMAND_VERSION)
		return 0;
	if (words->count == 0)
		return command->task == COMMAND_HELP
			   ? 0
			   : refuse(command,
				    "say what to do; chanctl --help lists it");
	r = find_verb(command, words->at[0]);
	if (r < 0 || command->task == COMMAND_HELP)
		return r;
	r = check_count(command, words);
	if (r < 0)
		return r;
	for (int i = 0; i + 1 < words->count; i++)
		command->args[i] = words->at[i + 1];
	if (command->verb->method != NULL)
		return 0;
	return understand_help(command, words);
}

int
command_parse(int argc, char **argv, struct command *command)
{
	struct words words = { .count = 0 };
	int r;

	*command = (struct command){ .timeout = -1 };
	r = read_words(argc, argv, command, &words);
	return r == 0 ? understand(command, &words) : r;
}

static void
help_flags(FILE *to)
{
	fputs("\noptions:\n", to);
	for (int i = 0; i < FLAGS; i++) {
		char form[40];

		snprintf(form, sizeof form, "-%c, --%s%s%s", flags[i].letter,
			 flags[i].name, flags[i].argument ? "=" : "",
			 flags[i].argument ? flags[i].argument : "");
		fprintf(to, "  %-22s  %s\n", form, flags[i].help);
	}
}

static void
help_verbs(FILE *to)
{
	const struct verb *verb;

	fputs("\nverbs:\n", to);
	for (size_t i = 0; (verb = verb_at(i)) != NULL; i++) {
		char form[40];

		snprintf(form, sizeof form, "%s %s", verb->name,
			 verb->arguments);
		fprintf(to, "  %-22s  %s\n", form, verb->help);
	}
}

static const char ends[] =
    "\n"
    "Without -s, chanctl calls $CHAND_URL, else the url of "
    "~/.config/chand/chanctl.conf,\n"
    "else the default socket if there is one, else tcp://127.0.0.1:7411.\n"
    "\n"
    "exit status:\n"
    "  0 done   2 wrong use   3 the channel is closed   4 the other side "
    "sent an error\n"
    "  5 nobody was there   6 denied   7 connection lost: outcome unknown\n"
    "  69 no daemon there: nothing was sent   124 the time ran out\n"
    "  130, 143 withdrawn on Ctrl-C, SIGTERM   1 anything else\n";

void
command_help(FILE *to, const struct verb *verb)
{
	if (verb == NULL) {
		fputs("usage: chanctl [OPTION]... VERB [ARGUMENT]...\n"
		      "Hand values over the named channels of a chand.\n",
		      to);
		help_verbs(to);
		help_flags(to);
		fputs(ends, to);
		return;
	}
	fprintf(to, "usage: chanctl [OPTION]... %s%s%s\n%c%s.\n%s", verb->name,
		verb->arguments[0] != '\0' ? " " : "", verb->arguments,
		verb->help[0] - 'a' + 'A', verb->help + 1, verb->details);
	help_flags(to);
}
