/* SPDX-License-Identifier: MIT */
#include "client/command/shellwords.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLANKS " \t\r\n"

/* What may stand in a word that is not quoted. */
#define PLAIN                                                                  \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"       \
	"-_=+.,:/@%^~*?[]{}"

/*
 * One character of a word, from `*at` on, into `*to`; `*quote` is the quote
 * that it stands in, or 0.
 */
static void
take_character(const char **at, char **to, char *quote)
{
	const char *c = *at;

	if (*quote == '\0' && (*c == '\'' || *c == '"')) {
		*quote = *c;
	} else if (*quote != '\0' && *c == *quote) {
		*quote = '\0';
	} else if (*c == '\\' && c[1] != '\0' &&
		   (*quote == '\0' ||
		    (*quote == '"' && (c[1] == '"' || c[1] == '\\')))) {
		*(*to)++ = c[1];
		++*at;
	} else {
		*(*to)++ = *c;
	}
	++*at;
}

/* The word at `*at`, which ends up behind it; NULL: out of memory. */
static char *
take_word(const char **at, char *quote)
{
	char *word = malloc(strlen(*at) + 1);
	char *to = word;

	if (word == NULL)
		return NULL;
	*quote = '\0';
	while (**at != '\0' && (*quote != '\0' || strchr(BLANKS, **at) == NULL))
		take_character(at, &to, quote);
	*to = '\0';
	return word;
}

static int
add(struct shellwords *words, char *word)
{
	char **at =
	    reallocarray(words->at, words->count + 2, sizeof *words->at);

	if (at != NULL)
		words->at = at;
	if (at == NULL || word == NULL) {
		free(word);
		return -ENOMEM;
	}
	words->at[words->count++] = word;
	words->at[words->count] = NULL;
	return 0;
}

/* Is there a word at `at`, be it one that is only begun? */
static bool
has_word(const char *line, const char *at, bool partial)
{
	if (*at != '\0')
		return true;
	return partial && (at == line || strchr(BLANKS, at[-1]) != NULL);
}

static int
split(const char *line, bool partial, struct shellwords *words)
{
	const char *at = line + strspn(line, BLANKS);
	char quote = '\0';
	bool is_last = false;
	int r = 0;

	while (r == 0 && !is_last && has_word(line, at, partial)) {
		is_last = *at == '\0';
		words->last = (size_t)(at - line);
		r = add(words, take_word(&at, &quote));
		is_last =
		    is_last || quote != '\0'; /* which took all there was */
		at += strspn(at, BLANKS);
	}
	if (r == 0 && quote != '\0' && !partial)
		r = -EINVAL;
	return r;
}

int
shellwords_split(const char *line, bool partial, struct shellwords *words)
{
	int r;

	*words = (struct shellwords){ 0 };
	r = split(line, partial, words);
	if (r < 0)
		shellwords_free(words);
	return r;
}

void
shellwords_free(struct shellwords *words)
{
	for (size_t i = 0; i < words->count; i++)
		free(words->at[i]);
	free(words->at);
	*words = (struct shellwords){ 0 };
}

char *
shellwords_quote(const char *word)
{
	char *text = NULL;
	size_t size;
	FILE *to;

	if (word[0] != '\0' && word[strspn(word, PLAIN)] == '\0')
		return strdup(word);
	to = open_memstream(&text, &size);
	if (to == NULL)
		return NULL;
	putc('\'', to);
	for (; *word != '\0'; word++)
		fputs(*word == '\'' ? "'\\''" : (char[]){ *word, '\0' }, to);
	putc('\'', to);
	if (fclose(to) == 0)
		return text;
	free(text);
	return NULL;
}
