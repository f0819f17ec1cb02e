/* SPDX-License-Identifier: MIT */
/*
 * command.c - any words, as the command line of chanctl: each ends at a NUL.
 *
 * A finding is: a refusal without words; a command with less than its verb
 * needs, or with what was not given; words that were changed or moved.
 */
#include "client/command/command.h"
#include "client/command/help.h"

#include <errno.h>
#include <string.h>

#include "target.h"

enum { WORDS_MOST = 64 };

struct line {
	int argc;
	char *argv[WORDS_MOST + 1];
	char *text; /* all words, each with its NUL */
	size_t size;
};

static void
split(struct line *line, const uint8_t *data, size_t size)
{
	static char name[] = "chanctl";
	char *word;

	line->text = malloc(size + 1);
	must(line->text != NULL, "no memory");
	if (size > 0)
		memcpy(line->text, data, size);
	line->text[size] = '\0';
	line->size = size + 1;
	line->argc = 0;
	line->argv[line->argc++] = name;
	word = line->text;
	while (word < line->text + size && line->argc < WORDS_MOST) {
		line->argv[line->argc++] = word;
		word += strlen(word) + 1;
	}
	line->argv[line->argc] = NULL;
}

static bool
is_within(const struct line *line, const char *word)
{
	return word == NULL ||
	       (word >= line->text && word < line->text + line->size);
}

static void
check_flags(const struct line *line, const struct options *options)
{
	must(options->given >> FLAG_COUNT == 0, "a flag that there is not");
	must(options->timeout >= 0 || (options->given & FLAG_BIT(timeout)) == 0,
	     "a time below 0");
	must(is_within(line, options->server) &&
		 is_within(line, options->delimiter) &&
		 is_within(line, options->file),
	     "a text that was not given");
}

static void
check_command(const struct line *line, const struct command *command)
{
	const struct verb *verb = command->verb;

	check_flags(line, &command->options);
	for (int i = 0; i < VERB_ARGS_MAX; i++)
		must(is_within(line, command->args[i]) &&
			 (command->args[i] != NULL) == (i < command->count),
		     "an argument that was not given");
	if (command->task != COMMAND_CALL)
		return;
	must(verb != NULL, "a call of no verb");
	must(command->count >= verb->least && command->count <= verb->most,
	     "another number of arguments");
	must((command->options.given & ~(verb->flags | FLAGS_OF_ALL)) == 0,
	     "a flag that the verb does not take");
	must(command->program != NULL ? verb->command != VERB_NO_COMMAND
				      : verb->command != VERB_NEEDS_COMMAND,
	     "a command where none may be, or none where one must");
}

static void
check_help(const struct command *command)
{
	char *text = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);

	must(to != NULL, "no memory");
	help_write(to, command->verb);
	must(fclose(to) == 0 && size > 0, "no help");
	free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct command command;
	char *words[WORDS_MOST + 1];
	struct line line;
	int r;

	split(&line, data, size);
	memcpy(words, line.argv, sizeof words);
	r = command_parse(line.argc, line.argv, &command);
	must(memcmp(words, line.argv,
		    sizeof words[0] * (size_t)(line.argc + 1)) == 0 &&
		 (size == 0 || memcmp(data, line.text, size) == 0),
	     "the command line has changed");
	must(r == 0 || r == -EINVAL, "another error");
	if (r < 0)
		must(command.fault[0] != '\0' &&
			 memchr(command.fault, '\0', sizeof command.fault),
		     "a refusal without words");
	else
		check_command(&line, &command);
	if (r == 0 && command.task == COMMAND_HELP)
		check_help(&command);
	free(line.text);
	return 0;
}
