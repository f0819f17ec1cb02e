/* SPDX-License-Identifier: MIT */
/*
 * manual.c - chanctl(1), in scdoc: a page on standard input, in which "@verbs@"
 * and "@flags@" stand for the tables. For the build alone.
 */
#include "client/command/flags.h"
#include "client/command/verbs.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Text in which nothing means anything to scdoc. */
static void
put_plain(const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (strchr("_*\\", text[i]) != NULL)
			putchar('\\');
		putchar(text[i]);
	}
}

/* The same where a line begins. */
static void
put_line(const char *text, size_t size)
{
	if (size > 0 && strchr("-#|[]", text[0]) != NULL)
		putchar('\\');
	put_plain(text, size);
	putchar('\n');
}

static void
put_flag(const struct flag *flag)
{
	if (flag->letter != '\0')
		printf("*-%c*, ", flag->letter);
	printf("*--%s*", flag->name);
	if (flag->argument != NULL)
		printf("=_%s_", flag->argument);
}

static void
put_flags(void)
{
	for (int i = 0; i < FLAG_COUNT; i++) {
		const struct flag *flag = flag_at(i);

		put_flag(flag);
		fputs("\n\t", stdout);
		put_line(flag->help, strlen(flag->help));
		putchar('\n');
	}
}

/* Paragraphs; what is indented is a table of its own. */
static void
put_details(const char *text)
{
	bool is_literal = false;

	while (*text != '\0') {
		size_t size = strcspn(text, "\n");
		bool is_indented = text[0] == ' ';

		if (is_indented != is_literal)
			fputs(is_indented ? "\n```\n" : "```\n\n", stdout);
		is_literal = is_indented;
		if (is_literal)
			printf("%.*s\n", (int)size, text);
		else
			put_line(text, size);
		text += size + (text[size] == '\n');
	}
	fputs(is_literal ? "```\n" : "", stdout);
}

static void
put_short(const struct flag *flag)
{
	if (flag->letter != '\0')
		printf("*-%c*", flag->letter);
	else
		printf("*--%s*", flag->name);
}

static void
put_flags_of(const struct verb *verb)
{
	const char *before = "\nOptions: ";

	for (int i = 0; i < FLAG_COUNT; i++) {
		if ((verb->flags >> i & 1) == 0)
			continue;
		fputs(before, stdout);
		put_short(flag_at(i));
		before = ", ";
	}
	if (verb->flags != 0)
		puts(".");
}

static void
put_verbs(void)
{
	const struct verb *verb;

	for (size_t i = 0; (verb = verb_at(i)) != NULL; i++) {
		printf("## %s%s", verb->name,
		       verb->arguments[0] != '\0' ? " " : "");
		put_plain(verb->arguments, strlen(verb->arguments));
		printf("\n\n%c", toupper((unsigned char)verb->help[0]));
		put_plain(verb->help + 1, strlen(verb->help + 1));
		puts(".\n");
		put_details(verb->details);
		put_flags_of(verb);
		if (verb->examples[0] != '\0')
			printf("\n```\n%s```\n", verb->examples);
		putchar('\n');
	}
}

int
main(void)
{
	char line[4096];

	while (fgets(line, sizeof line, stdin) != NULL)
		if (strcmp(line, "@verbs@\n") == 0)
			put_verbs();
		else if (strcmp(line, "@flags@\n") == 0)
			put_flags();
		else
			fputs(line, stdout);
	return fflush(stdout) == 0 ? 0 : 1;
}
