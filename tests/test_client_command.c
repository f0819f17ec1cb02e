/* SPDX-License-Identifier: MIT */
#include "client/command/command.h"
#include "client/command/help.h"

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
	int64_t timeout;
	const char *server;
	bool quiet;
} optioned[] = {
	{ "chanctl|recv|a", -1, NULL, false },
	{ "chanctl|-t|5|recv|a", 5000, NULL, false },
	{ "chanctl|recv|-t|5|a", 5000, NULL, false },
	{ "chanctl|recv|a|-t5", 5000, NULL, false },
	{ "chanctl|recv|a|--timeout=.5", 500, NULL, false },
	{ "chanctl|recv|a|-t|0", 0, NULL, false },
	{ "chanctl|recv|a|-t|1|-t|2.", 2000, NULL, false },
	{ "chanctl|-qsU|ping", -1, "U", true },
	{ "chanctl|--server|U|ls|--quiet", -1, "U", true },
};

START_TEST(options_may_stand_anywhere)
{
	const struct optioned *wanted = &optioned[_i];
	struct line line;

	ck_assert_int_eq(parse(&line, wanted->line), 0);
	ck_assert_int_eq(line.command.options.timeout, wanted->timeout);
	ck_assert_pstr_eq(line.command.options.server, wanted->server);
	ck_assert_int_eq(line.command.options.quiet, wanted->quiet);
}
END_TEST

static const struct span {
	const char *text;
	int64_t milliseconds;
} spans[] = {
	{ "1.5", 1500 },     { "0", 0 },
	{ "0ms", 0 },	     { "500ms", 500 },
	{ "0.5ms", 1 },	     { "0.0001", 1 },
	{ "2s", 2000 },	     { "2m", 120000 },
	{ "1.5h", 5400000 }, { "1d", 86400000 },
	{ "1.", 1000 },	     { ".5", 500 },
	{ "00010", 10000 },  { "99999999999999999999d", INT64_MAX / 4 },
};

START_TEST(times_have_units)
{
	int64_t milliseconds = -7;

	ck_assert_int_eq(flag_parse_time(spans[_i].text, &milliseconds), 0);
	ck_assert_int_eq(milliseconds, spans[_i].milliseconds);
}
END_TEST

static const char *const no_spans[] = {
	"",   ".",   "ms",  "1.2.3", "1x",  "1 s", " 1", "-1",
	"+1", "1e3", "0x1", "inf",   "nan", "1ss", "1M", "1.2.",
};

START_TEST(what_is_no_time_is_refused)
{
	int64_t milliseconds = -7;

	ck_assert_int_eq(flag_parse_time(no_spans[_i], &milliseconds), -EINVAL);
	ck_assert_int_eq(milliseconds, -7);
}
END_TEST

START_TEST(a_command_stands_behind_two_dashes)
{
	struct line line;

	ck_assert_int_eq(parse(&line, "chanctl|serve|jobs|-P3|--|sh|-c|-P"), 0);
	ck_assert_int_eq(line.command.count, 1);
	ck_assert_int_eq(line.command.options.parallel, 3);
	ck_assert_str_eq(line.command.program[0], "sh");
	ck_assert_str_eq(line.command.program[2], "-P");
	ck_assert_ptr_null(line.command.program[3]);
	ck_assert_int_eq(parse(&line, "chanctl|pipe|a|b"), 0);
	ck_assert_ptr_null(line.command.program);
	ck_assert_int_eq(parse(&line, "chanctl|--|send|a|-b"), 0);
	ck_assert_str_eq(line.command.args[1], "-b");
}
END_TEST

/* Whether a verb takes a flag, as far as the parser is concerned. */
static int
parse_flag(const struct verb *verb, const struct flag *flag, char *fault)
{
	char long_form[40];
	char name[] = "chanctl";
	char *words[VERB_ARGS_MAX + 6] = { name, name, long_form };
	struct command command;
	int count = 3;

	const char *more[] = { verb->name, "1", "--", "true" };

	words[1] = (char *)(uintptr_t)more[0];
	snprintf(long_form, sizeof long_form, "--%s%s", flag->name,
		 flag->kind == FLAG_TRUTH ? "" : "=1");
	for (int i = 0; i < verb->least; i++)
		words[count++] = (char *)(uintptr_t)more[1];
	if (verb->command == VERB_NEEDS_COMMAND) {
		words[count++] = (char *)(uintptr_t)more[2];
		words[count++] = (char *)(uintptr_t)more[3];
	}
	if (command_parse(count, words, &command) == 0)
		return 0;
	strcpy(fault, command.fault);
	return -EINVAL;
}

START_TEST(a_verb_takes_the_flags_of_its_row_and_no_other)
{
	const struct verb *verb;
	char fault[240];

	for (size_t v = 0; (verb = verb_at(v)) != NULL; v++)
		for (int f = 0; f < FLAG_COUNT; f++) {
			const struct flag *flag = flag_at(f);
			uint64_t set = verb->flags | FLAGS_OF_ALL;
			int r = parse_flag(verb, flag, fault);

			if ((set >> f & 1) != 0) {
				ck_assert_msg(r == 0, "%s --%s: %s", verb->name,
					      flag->name, fault);
				continue;
			}
			ck_assert_int_eq(r, -EINVAL);
			ck_assert_ptr_nonnull(strstr(fault, flag->name));
			ck_assert_ptr_nonnull(strstr(fault, verb->name));
		}
}
END_TEST

START_TEST(the_help_on_a_verb_shows_all_that_is_in_its_row)
{
	const struct verb *verb;

	for (size_t v = 0; (verb = verb_at(v)) != NULL; v++) {
		char *text = NULL;
		size_t size;
		FILE *to = open_memstream(&text, &size);

		help_write(to, verb);
		ck_assert_int_eq(fclose(to), 0);
		ck_assert_ptr_nonnull(strstr(text, verb->arguments));
		ck_assert_ptr_nonnull(strstr(text, verb->details));
		for (int f = 0; f < FLAG_COUNT; f++)
			if ((verb->flags >> f & 1) != 0)
				ck_assert_ptr_nonnull(
				    strstr(text, flag_at(f)->help));
		for (const char *line = text; line != NULL && *line != '\0';
		     line = strchr(line, '\n') + 1)
			ck_assert_msg(strcspn(line, "\n") <= 100, "%s: %s",
				      verb->name, line);
		free(text);
	}
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
	{ "chanctl|send|a|-1", "what begins with - stands behind --" },
	{ "chanctl|send|a|-7", "no option -7; what begins with - stands" },
	{ "chanctl|--tiemout=1|ping", "no option --tiemout=1" },
	{ "chanctl|--quiet=1|ping", "--quiet takes no argument" },
	{ "chanctl|ping|-s", "-s needs URL" },
	{ "chanctl|ping|--server", "--server needs URL" },
	{ "chanctl|-t|-1|recv|a", "--timeout takes a time" },
	{ "chanctl|-t|1x|recv|a", "not \"1x\"" },
	{ "chanctl|ping|-c|1", "ping does not take -c (--count)" },
	{ "chanctl|send|a|--wake", "send does not take (--wake)" },
	{ "chanctl|recv|a|-c|0", "a number from 1 to" },
	{ "chanctl|recv|a|-c|1x", "not \"1x\"" },
	{ "chanctl|open|a|--preference=2", "from -1 to 1" },
	{ "chanctl|recv|a|-l|-0", "only one can be given" },
	{ "chanctl|recv|a|-r|-J", "only one can be given" },
	{ "chanctl|send|a|-D|", "-D needs a text" },
	{ "chanctl|serve|a", "serve needs a command behind --" },
	{ "chanctl|serve|a|--", "serve needs a command behind --" },
	{ "chanctl|pipe|a|b|--", "pipe needs a command behind --" },
	{ "chanctl|pipe|a", "chanctl pipe A B" },
	{ "chanctl|serve|a|b|--|true", "\"b\" is more than serve takes" },
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
	tcase_add_loop_test(words, times_have_units, 0, COUNT(spans));
	tcase_add_loop_test(words, what_is_no_time_is_refused, 0,
			    COUNT(no_spans));
	tcase_add_test(words, a_command_stands_behind_two_dashes);
	tcase_add_test(words, a_verb_takes_the_flags_of_its_row_and_no_other);
	tcase_add_test(words, the_help_on_a_verb_shows_all_that_is_in_its_row);
	tcase_add_loop_test(words, wrong_use_is_told_what_to_do, 0,
			    COUNT(refused));
	return suite_run(suite);
}
