/* SPDX-License-Identifier: MIT */
#include "rpc/arguments.h"

#include "caller.h"
#include "suite.h"

#include <stdio.h>

enum { TEXT = 1200 };

static struct ask call;

static void
set_up(void)
{
	ck_assert_int_eq(caller_open(100), 0);
}

static void
tear_down(void)
{
	caller_close();
}

static int
method_count(void)
{
	int count = 0;

	while (method_at((unsigned)count) != NULL)
		count++;
	return count;
}

/* ---- parameters as bytes ---- */

static const char *
good(unsigned kind)
{
	return kind == PARAMETER_value ? " 01" : " a3 'one'";
}

/* An array of `count` things: the first ones right, `last` the last. */
static void
list(const struct method *method, unsigned count, const char *last, char *text)
{
	int used = snprintf(text, TEXT, "%02x", 0x90 + count);

	for (unsigned i = 0; i + 1 < count && i < PARAMETERS_MOST; i++)
		used += snprintf(text + used, (size_t)(TEXT - used), "%s",
				 good(method->parameters[i]));
	if (count > 0)
		snprintf(text + used, (size_t)(TEXT - used), " %s", last);
}

/* The call fails with INVALID; its text names all of these. */
static void
invalid(const struct method *method, const char *params, const char *first,
	const char *second)
{
	ask(&call, method->name, params);
	ck_assert_msg(call.is_done && call.error != NULL, "%s %s", method->name,
		      params);
	ck_assert_msg(strncmp(call.error, "INVALID: ", 9) == 0 &&
			  strstr(call.error, method->name) != NULL &&
			  strstr(call.error, first) != NULL &&
			  strstr(call.error, second) != NULL,
		      "%s %s: %s", method->name, params, call.error);
	ck_assert_int_eq(call.r, 0);
	ask_fini(&call);
}

/* ---- how many ---- */

START_TEST(too_few_parameters_are_refused)
{
	const struct method *method = method_at((unsigned)_i);
	char params[TEXT];

	for (unsigned count = 0; count < method->required; count++) {
		list(method, count, good(method->parameters[0]), params);
		invalid(method, params, "takes", "parameter");
	}
}
END_TEST

START_TEST(too_many_parameters_are_refused)
{
	const struct method *method = method_at((unsigned)_i);
	unsigned most =
	    method_parameters(method) + (method->options != 0 ? 1 : 0);
	char params[TEXT], beyond[20];

	/* The list may be longer than list() can fill. */
	list(method, most + 1, "80", params);
	if (most > PARAMETERS_MOST)
		strcat(params, " 80");
	invalid(method, params, "takes", "parameter");
	snprintf(beyond, sizeof beyond, "dc 00 %02x 01*%u", 200, 200);
	invalid(method, beyond, "not 200", "");
}
END_TEST

/* ---- which ---- */

static const struct {
	const char *bytes, *kind;
} strange[] = {
	{ "c0", "nil" },
	{ "c3", "boolean" },
	{ "05", "integer" },
	{ "d3 ff*8", "integer" },
	{ "cb 3f f0 00*6", "float" },
	{ "ca 3f 80 00 00", "float" },
	{ "91 a1 'c'", "array" },
	{ "81 a1 'c' 01", "map" },
	{ "d4 01 02", "extension" },
	{ "c7 00 01", "extension" },
};

enum { STRANGE = sizeof strange / sizeof strange[0] };

START_TEST(a_name_of_another_type_is_refused)
{
	const struct method *method = method_at((unsigned)_i);
	char params[TEXT];

	for (unsigned i = 0; i < method_parameters(method); i++)
		for (unsigned j = 0; j < STRANGE; j++) {
			if (method->parameters[i] == PARAMETER_value)
				continue;
			list(method, i + 1, strange[j].bytes, params);
			if (i + 1 < method->required)
				strcat(params, good(method->parameters[i + 1])),
				    params[1]++;
			invalid(method, params,
				parameter_row(method->parameters[i])->name,
				strange[j].kind);
		}
}
END_TEST

static const struct {
	const char *bytes, *text;
} unclean[] = {
	{ "a0", "empty" },
	{ "c4 00", "empty" },
	{ "da 01 00 61*256", "256 bytes" },
	{ "c5 01 00 61*256", "256 bytes" },
	{ "a1 00", "one with others" },
	{ "a2 61 0a", "one with others" },
	{ "a1 7f", "one with others" },
	{ "a2 c2 85", "one with others" }, /* C1 */
	{ "a1 ff", "one with others" },
	{ "a1 c3", "one with others" },	      /* cut off */
	{ "a2 c0 af", "one with others" },    /* overlong */
	{ "a3 ed a0 80", "one with others" }, /* a surrogate */
	{ "a4 f4 90 80 80", "one with others" },
};

START_TEST(a_name_that_is_none_is_refused)
{
	const struct method *method = method_at((unsigned)_i);
	char params[TEXT];

	if (method->parameters[0] == PARAMETER_none ||
	    method->parameters[0] == PARAMETER_value)
		return;
	for (unsigned j = 0; j < sizeof unclean / sizeof unclean[0]; j++) {
		list(method, 1, unclean[j].bytes, params);
		if (method->required == 2)
			strcat(params, " 01"), params[1]++;
		invalid(method, params,
			parameter_row(method->parameters[0])->name,
			unclean[j].text);
	}
}
END_TEST

static const char *const clean[] = {
	"91 a1 'c'",	     "91 da 00 ff 61*255", "91 c4 01 'c'",
	"91 a4 f0 9f 90 8d", "91 a2 '. '",	   "91 c6 00 00 00 01 'c'",
};

START_TEST(names_may_be_of_any_clean_text)
{
	ask(&call, "channel.info", clean[_i]);
	ck_assert_int_eq(strncmp(call.error, "NOCHANNEL: ", 11), 0);
	ask_fini(&call);
}
END_TEST

/* ---- options ---- */

/* All parameters, and then `options`. */
static void
with_options(const struct method *method, const char *options, char *params)
{
	list(method, method_parameters(method) + 1, options, params);
}

static void
wrong_option(const struct method *method, const char *name, const char *value,
	     const char *text)
{
	char options[TEXT], params[TEXT];

	snprintf(options, sizeof options, "81 %02x '%s' %s",
		 0xa0 + (unsigned)strlen(name), name, value);
	with_options(method, options, params);
	invalid(method, params, name, text);
}

/* What no option of that type can be, apart from what is strange to it. */
static const struct {
	enum option_type type;
	const char *bytes, *text;
} wrong[] = {
	{ OPTION_SECONDS, "ff", "not less" },
	{ OPTION_SECONDS, "cb bf f0 00*6", "not less" },
	{ OPTION_SECONDS, "cb 7f f8 00*6", "not less" }, /* not a number */
	{ OPTION_SECONDS, "cb ff f0 00*6", "not less" }, /* -infinity */
	{ OPTION_SECONDS, "a1 '1'", "not string" },
	{ OPTION_SECONDS, "c4 01 '1'", "not binary" },
	{ OPTION_LABEL, "a0", "empty" },
	{ OPTION_LABEL, "d9 41 61*65", "65 bytes" },
	{ OPTION_LABEL, "a1 ff", "one with others" },
	{ OPTION_LABEL, "a1 1b", "one with others" },
	{ OPTION_INTEGER, "cf 80 00*7", "not one so large" },
	{ OPTION_INTEGER, "a1 '1'", "not string" },
	{ OPTION_BOOLEAN, "a4 'true'", "not string" },
};

enum { WRONG = sizeof wrong / sizeof wrong[0] };

/* Whether an option of that type may be such a value. */
static bool
suits(enum option_type type, const char *kind)
{
	bool is_integer = strcmp(kind, "integer") == 0;

	switch (type) {
	case OPTION_SECONDS:
		return is_integer || strcmp(kind, "float") == 0 ||
		       strcmp(kind, "nil") == 0;
	case OPTION_INTEGER:
		return is_integer;
	case OPTION_BOOLEAN:
		return strcmp(kind, "boolean") == 0;
	case OPTION_LABEL:
		break;
	}
	return false;
}

static void
wrong_values(const struct method *method, const struct option_row *row)
{
	for (unsigned j = 0; j < STRANGE; j++)
		if (!suits(row->type, strange[j].kind))
			wrong_option(method, row->name, strange[j].bytes,
				     strange[j].kind);
	for (unsigned j = 0; j < WRONG; j++)
		if (wrong[j].type == row->type)
			wrong_option(method, row->name, wrong[j].bytes,
				     wrong[j].text);
}

START_TEST(an_option_of_another_type_is_refused)
{
	const struct method *method = method_at((unsigned)_i);

	for (unsigned i = 0; i < OPTION_COUNT; i++)
		if ((method->options & 1u << i) != 0)
			wrong_values(method, option_row((enum option)i));
}
END_TEST

START_TEST(an_option_that_it_does_not_take_is_unknown)
{
	const struct method *method = method_at((unsigned)_i);

	if (method->options == 0)
		return;
	for (unsigned i = 0; i < OPTION_COUNT; i++)
		if ((method->options & 1u << i) == 0)
			wrong_option(method, option_row((enum option)i)->name,
				     "01", "unknown option");
	wrong_option(method, "timeouts", "01", "unknown option");
	wrong_option(method, "Name", "01", "unknown option");
}
END_TEST

static const char *const twice[] = {
	"82 a7 'timeout' 00 a7 'timeout' 00",
	"82 a7 'timeout' c0 a7 'timeout' c0",
	"82 a7 'timeout' 00 c4 07 'timeout' 00",
	"82 a4 'name' a1 'a' a4 'name' a1 'b'",
	"82 aa 'preference' 00 aa 'preference' 00",
	"82 ac 'schedule_all' c2 ac 'schedule_all' c2",
};

START_TEST(an_option_given_twice_is_refused)
{
	static const char *const methods[] = { "recv",	       "recv",
					       "next",	       "hello",
					       "channel.open", "channel.open" };
	const struct method *method;
	char params[TEXT];
	unsigned i = 0;

	while (strcmp(method_at(i)->name, methods[_i]) != 0)
		i++;
	method = method_at(i);
	with_options(method, twice[_i], params);
	invalid(method, params, "given twice", "");
}
END_TEST

START_TEST(what_stands_for_the_options_must_be_a_map)
{
	const struct method *method = method_at((unsigned)_i);
	char params[TEXT];

	if (method->options == 0)
		return;
	for (unsigned j = 0; j < STRANGE; j++) {
		if (strcmp(strange[j].kind, "map") == 0)
			continue;
		with_options(method, strange[j].bytes, params);
		invalid(method, params, "a map of options", strange[j].kind);
	}
}
END_TEST

START_TEST(an_option_is_named_by_a_string)
{
	const struct method *method = method_at((unsigned)_i);
	char params[TEXT];

	if (method->options == 0)
		return;
	with_options(method, "81 05 01", params);
	invalid(method, params, "an option's name", "integer");
	with_options(method, "81 c0 01", params);
	invalid(method, params, "an option's name", "nil");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("rpc arguments");
	TCase *tcase = suite_case(suite, "parameters", set_up, tear_down);
	int all = method_count();

	tcase_add_loop_test(tcase, too_few_parameters_are_refused, 0, all);
	tcase_add_loop_test(tcase, too_many_parameters_are_refused, 0, all);
	tcase_add_loop_test(tcase, a_name_of_another_type_is_refused, 0, all);
	tcase_add_loop_test(tcase, a_name_that_is_none_is_refused, 0, all);
	tcase_add_loop_test(tcase, names_may_be_of_any_clean_text, 0, 6);

	tcase = suite_case(suite, "options", set_up, tear_down);
	tcase_add_loop_test(tcase, an_option_of_another_type_is_refused, 0,
			    all);
	tcase_add_loop_test(tcase, an_option_that_it_does_not_take_is_unknown,
			    0, all);
	tcase_add_loop_test(tcase, an_option_given_twice_is_refused, 0, 6);
	tcase_add_loop_test(tcase, what_stands_for_the_options_must_be_a_map, 0,
			    all);
	tcase_add_loop_test(tcase, an_option_is_named_by_a_string, 0, all);
	return suite_run(suite);
}
