/* SPDX-License-Identifier: MIT */
#include "client/prompt/complete.h"

#include "client/chand.h"
#include "client/command/flags.h"
#include "client/command/shellwords.h"
#include "client/command/verbs.h"
#include "client/prompt/complete_names.h"
#include "client/show/top.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The words before the last one, as far as it matters. */
struct line {
	const struct verb *verb;
	bool is_unknown;	 /* the word in its place is none */
	const struct flag *open; /* waits for its argument */
	int arguments;		 /* of the verb */
	bool is_behind;		 /* a -- */
	const char *server;
};

/* ---- candidates ---- */

int
completion_add(struct completion *completion, const char *text,
	       const char *help)
{
	size_t n = completion->count;
	struct completion_word *words;

	if ((n & (n - 1)) == 0) {
		words = reallocarray(completion->words, n > 0 ? 2 * n : 1,
				     sizeof *words);
		if (words == NULL)
			return -ENOMEM;
		completion->words = words;
	}
	words = &completion->words[n];
	words->text = strdup(text);
	words->help = strdup(help);
	completion->count++;
	return words->text != NULL && words->help != NULL ? 0 : -ENOMEM;
}

void
completion_free(struct completion *completion)
{
	for (size_t i = 0; i < completion->count; i++) {
		free(completion->words[i].text);
		free(completion->words[i].help);
	}
	free(completion->words);
	*completion = (struct completion){ 0 };
}

static bool
begins_with(const char *text, const char *beginning)
{
	return strncmp(text, beginning, strlen(beginning)) == 0;
}

static int
offer(struct completion *completion, const char *word, const char *text,
      const char *help)
{
	return begins_with(text, word) ? completion_add(completion, text, help)
				       : 0;
}

static int
offer_verbs(struct completion *completion, const char *word)
{
	const struct verb *verb;
	int r = 0;

	for (size_t i = 0; r == 0 && (verb = verb_at(i)) != NULL; i++)
		r = offer(completion, word, verb->name, verb->help);
	return r;
}

static int
offer_flags(struct completion *completion, const struct verb *verb,
	    const char *word)
{
	uint64_t set = FLAGS_OF_ALL | (verb != NULL ? verb->flags : 0);
	int r = 0;

	for (int i = 0; r == 0 && i < FLAG_COUNT; i++) {
		const struct flag *flag = flag_at(i);
		char form[FLAG_FORM_MOST];

		snprintf(form, sizeof form, "--%s", flag->name);
		if ((set >> i & 1) != 0)
			r = offer(completion, word, form, flag->help);
		snprintf(form, sizeof form, "-%c", flag->letter);
		if (r == 0 && (set >> i & 1) != 0 && flag->letter != '\0' &&
		    !begins_with(word, "--"))
			r = offer(completion, word, form, flag->help);
	}
	return r;
}

/* ---- reading what is there ---- */

static const struct flag *
find_flag(const char *word)
{
	for (int i = 0; i < FLAG_COUNT; i++) {
		const struct flag *flag = flag_at(i);
		bool is_short = flag->letter != '\0' && word[1] == flag->letter;

		if (word[1] == '-' ? strcmp(word + 2, flag->name) == 0
				   : is_short && word[2] == '\0')
			return flag;
	}
	return NULL;
}

static void
read_flag(struct line *line, const char *word)
{
	static const char server[] = "--server=";
	const struct flag *flag = find_flag(word);

	if (flag != NULL && flag->argument != NULL)
		line->open = flag;
	else if (begins_with(word, server))
		line->server = word + sizeof server - 1;
	else if (begins_with(word, "-s") && word[2] != '\0')
		line->server = word + 2;
}

static void
read_argument(struct line *line, const char *word)
{
	if (line->open == flag_at(FLAG_OF_server))
		line->server = word;
	line->open = NULL;
}

static void
read_word(struct line *line, const char *word)
{
	if (line->open != NULL)
		read_argument(line, word);
	else if (strcmp(word, "--") == 0)
		line->is_behind = true;
	else if (word[0] == '-' && word[1] != '\0')
		read_flag(line, word);
	else if (line->verb == NULL && !line->is_unknown)
		line->is_unknown = (line->verb = verb_find(word)) == NULL;
	else
		line->arguments++;
}

/* ---- what an argument is, by how the help shows it ---- */

/* The n-th name of "CH [VALUE|-]", "A... B" or the like; 0 ends a verb's. */
static size_t
argument_name(const struct verb *verb, int n, const char **name)
{
	const char *at = verb->arguments;
	size_t size = 0;

	for (; n >= 0 && *at != '\0'; n--) {
		at += strspn(at, " [");
		if (begins_with(at, "--"))
			return 0;
		*name = at;
		size = strcspn(at, " |].");
		if (begins_with(at + size, "..."))
			return size;
		at += strcspn(at, " ");
	}
	return n < 0 ? size : 0;
}

static int
offer_argument(struct completion *completion, const struct line *line,
	       const char *word)
{
	const char *name = "";
	size_t size = argument_name(line->verb, line->arguments, &name);
	const struct complete_place place = { line->server, word, completion };
	char text[8] = "";

	if (size < sizeof text)
		memcpy(text, name, size);
	if (strcmp(text, "VERB") == 0 && offer_verbs(completion, word) == 0)
		return offer(completion, word, "methods",
			     "the methods of the protocol");
	if (strcmp(text, "ID") == 0)
		return complete_tasks(&place);
	if (strcmp(text, "NAME") == 0)
		return complete_channels(&place, line->verb->name);
	if (strcmp(text, "CH") == 0 || strcmp(text, "CASE") == 0 ||
	    strcmp(text, "A") == 0 || strcmp(text, "B") == 0 ||
	    (strcmp(text, "GLOB") == 0 && strcmp(line->verb->name, "ps") != 0))
		return complete_channels(&place, NULL);
	return 0;
}

static int
offer_flag_argument(struct completion *completion, const struct flag *flag,
		    const char *word)
{
	const char *key;
	int r = 0;

	if (strcmp(flag->argument, "PATH") == 0)
		completion->kind = COMPLETE_FILES;
	if (strcmp(flag->argument, "KEY") == 0)
		for (size_t i = 0; r == 0 && (key = top_sort_name(i)) != NULL;
		     i++)
			r = offer(completion, word, key, "");
	if (strcmp(flag->argument, "URL") == 0) {
		r = offer(completion, word, "unix://", "a socket's path");
		if (r == 0)
			r = offer(completion, word, "tcp://", "HOST:PORT");
	}
	return r;
}

int
complete(int count, char *const *words, struct completion *completion)
{
	struct line line = { 0 };
	const char *word = count > 0 ? words[count - 1] : "";

	*completion = (struct completion){ .kind = COMPLETE_WORDS };
	for (int i = 0; i < count - 1 && !line.is_behind; i++)
		read_word(&line, words[i]);
	if (line.is_behind && line.verb != NULL &&
	    line.verb->command != VERB_NO_COMMAND) {
		completion->kind = COMPLETE_COMMAND;
		return 0;
	}
	if (line.open != NULL)
		return offer_flag_argument(completion, line.open, word);
	if (word[0] == '-' && !line.is_behind)
		return offer_flags(completion, line.verb, word);
	if (line.is_unknown)
		return 0;
	if (line.verb == NULL)
		return offer_verbs(completion, word);
	return offer_argument(completion, &line, word);
}

/* ---- for shells ---- */

static void
put_words(const struct completion *completion)
{
	for (size_t i = 0; i < completion->count; i++)
		printf("%s\t%s\n", completion->words[i].text,
		       completion->words[i].help);
}

static int
complete_words(const struct shellwords *words)
{
	struct completion completion;
	int r;

	/* The first is our own name, in whatever way it was written. */
	r = complete((int)words->count - 1, words->at + 1, &completion);
	if (completion.kind == COMPLETE_COMMAND)
		puts("command");
	else
		puts(completion.kind == COMPLETE_FILES ? "files" : "words");
	put_words(&completion);
	completion_free(&completion);
	return r;
}

int
complete_main(const char *line)
{
	struct shellwords words;
	int r = shellwords_split(line, true, &words);

	if (r == 0 && words.count > 0)
		r = complete_words(&words);
	shellwords_free(&words);
	return r == 0 && fflush(stdout) == 0 ? 0 : 1;
}
