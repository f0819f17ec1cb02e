/* SPDX-License-Identifier: MIT */
#include "client/command.h"

#include "suite.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* For tests that run once on each item of an array. */
#define COUNT(array) ((int)(sizeof(array) / sizeof((array)[0])))

/* A command line, and the words in it that a command points into. */
struct line {
	char text[64];
	char *words[12];
	struct command command;
};

/* Words stand between bars, so that they may be empty or hold blanks. */
static int
parse(struct line *line, const char *text)
{
	char *rest = line->text;
	int count = 0;

	ck_assert_uint_lt(strlen(text), sizeof line->text);
	strcpy(line->text, text);
	while (rest != NULL)
		line->words[count++] = strsep(&rest, "|");
	line->words[count] = NULL;
	return command_parse(count, line->words, &line->command);
}

static const struct understood {
	const char *line;
	enum command_task task;
	const char *verb;
	const char *first;
	const char *second;
} understood[] = {
	{ "chanctl|send|jobs|x", COMMAND_CALL, "send", "jobs", "x" },
	{ "chanctl|send|jobs", COMMAND_CALL, "send", "jobs", NULL },
	{ "chanctl|send|jobs|", COMMAND_CALL, "send", "jobs", "" },
	{ "chanctl|send|jobs|-", COMMAND_CALL, "send", "jobs", "-" },
	{ "chanctl|send|a|--|-1", COMMAND_CALL, "send", "a", "-1" },
	{ "chanctl|send|--|a|-t", COMMAND_CALL, "send", "a", "-t" },
	{ "chanctl|--|recv|a", COMMAND_CALL, "recv", "a", NULL },
	{ "chanctl|-q|recv|a", COMMAND_CALL, "recv", "a", NULL },
	{ "chanctl|recv|-q|a", COMMAND_CALL, "recv", "a", NULL },
	{ "chanctl|ls", COMMAND_CALL, "ls", NULL, NULL },
	{ "chanctl|ls|a*", COMMAND_CALL, "ls", "a*", NULL },
	{ "chanctl|info|a", COMMAND_CALL, "info", "a", NULL },
	{ "chanctl|ping", COMMAND_CALL, "ping", NULL, NULL },
	{ "chanctl|--help", COMMAND_HELP, NULL, NULL, NULL },
	{ "chanctl|help", COMMAND_HELP, NULL, NULL, NULL },
	{ "chanctl|help|methods", COMMAND_METHODS, NULL, "methods", NULL },
	{ "chanctl|help|send", COMMAND_HELP, "send", "send", NULL },
	{ "chanctl|send|--help", COMMAND_HELP, "send", NULL, NULL },
	{ "chanctl|--version", COMMAND_VERSION, NULL, NULL, NULL },
};

START_TEST(words_become_a_verb_and_its_arguments)
{
	const struct understood *wanted = &understood[_i];
	struct line line;
	const struct command *command = &line.command;

	ck_assert_int_eq(parse(&line, wanted->line), 0);
	ck_assert_int_eq(command->task, wanted->task);
	ck_assert_pstr_eq(command->verb != NULL ? command->verb->name : NULL,
			  wanted->verb);
	ck_assert_pstr_eq(command->args[0], wanted->first);
	ck_assert_pstr_eq(command->args[1], wanted->second);
}
END_TEST

static const struct optioned {
	const char *line;
	double timeout;
	const char *server;
	bool quiet;
} optioned[] = {
	{ "chanctl|recv|a", -1, NULL, false },
	{ "chanctl|-t|5|recv|a", 5, NULL, false },
	{ "chanctl|recv|-t|5|a", 5, NULL, false },
	{ "chanctl|recv|a|-t5", 5, NULL, false },
	{ "chanctl|recv|a|--timeout=.5", 0.5, NULL, false },
	{ "chanctl|recv|a|-t|0", 0, NULL, false },
	{ "chanctl|recv|a|-t|1|-t|2.", 2, NULL, false },
	{ "chanctl|-qsU|ping", -1, "U", true },
	{ "chanctl|--server|U|ls|--quiet", -1, "U", true },
};

START_TEST(options_may_stand_anywhere)
{
	const struct optioned *wanted = &optioned[_i];
	struct line line;

	ck_assert_int_eq(parse(&line, wanted->line), 0);
	ck_assert_double_eq(line.command.timeout, wanted->timeout);
	ck_assert_pstr_eq(line.command.server, wanted->server);
	ck_assert_int_eq(line.command.quiet, wanted->quiet);
}
END_TEST

static const struct refused {
	const char *line;
	const char *fault; /* a part of it */
} refused[] = {
	{ "chanctl", "say what to do" },
	{ "chanctl|sned|a", "\"sned\" is no verb" },
	{ "chanctl|help|sned", "\"sned\" is no verb" },
	{ "chanctl|send", "chanctl send CH [VALUE|-]" },
	{ "chanctl|recv|a|b", "\"b\" is more than recv takes" },
	{ "chanctl|send|a|b|c|d", "\"c\" is more" },
	{ "chanctl|ping|a", "chanctl ping" },
	{ "chanctl|send|a|-1", "no option -1; a VALUE that begins with -" },
	{ "chanctl|--tiemout=1|ping", "no option --tiemout=1" },
	{ "chanctl|--quiet=1|ping", "--quiet takes no argument" },
	{ "chanctl|ping|-s", "-s needs URL" },
	{ "chanctl|-t|-1|ping", "-t takes a number" },
	{ "chanctl|-t||ping", "-t takes a number" },
	{ "chanctl|-t|.|ping", "-t takes a number" },
	{ "chanctl|-t|1.2.3|ping", "-t takes a number" },
	{ "chanctl|-t|inf|ping", "-t takes a number" },
	{ "chanctl|-t|0x1|ping", "-t takes a number" },
	{ "chanctl|-t| 1|ping", "-t takes a number" },
	{ "chanctl|-t|1s|ping", "not \"1s\"" },
};

START_TEST(wrong_use_is_told_what_to_do)
{
	struct line line;

	ck_assert_int_eq(parse(&line, refused[_i].line), -EINVAL);
	ck_assert_msg(strstr(line.command.fault, refused[_i].fault) != NULL,
		      "says: %s", line.command.fault);
	ck_assert_ptr_null(strchr(line.command.fault, '\n'));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("client command");
	TCase *words = suite_case(suite, "words", NULL, NULL);

	tcase_add_loop_test(words, words_become_a_verb_and_its_arguments, 0,
			    COUNT(understood));
	tcase_add_loop_test(words, options_may_stand_anywhere, 0,
			    COUNT(optioned));
	tcase_add_loop_test(words, wrong_use_is_told_what_to_do, 0,
			    COUNT(refused));
	return suite_run(suite);
}
