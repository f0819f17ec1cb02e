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

/* A value that a type of argument takes. */
static const char *
good_of(enum argument_type type)
{
	switch (type) {
	case TYPE_ANY:
	case TYPE_NUMBER:
	case TYPE_INTEGER:
	case TYPE_SECONDS:
	case TYPE_TIMEOUT:
		return " 01";
	case TYPE_ARRAY:
		return " 90";
	case TYPE_BOOLEAN:
		return " c3";
	case TYPE_LABEL:
	case TYPE_NAME:
	case TYPE_STRING:
		break;
	}
	return " a3 'one'";
}

static const char *
good(unsigned kind)
{
	return kind == PARAMETER_none ? " 01"
				      : good_of(parameter_row(kind)->type);
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

/* Whether an argument of that type may be such a value. */
static bool
suits(enum argument_type type, const char *kind)
{
	bool is_integer = strcmp(kind, "integer") == 0;

	switch (type) {
	case TYPE_ANY:
		return true;
	case TYPE_ARRAY:
		return strcmp(kind, "array") == 0;
	case TYPE_BOOLEAN:
		return strcmp(kind, "boolean") == 0;
	case TYPE_TIMEOUT:
		return is_integer || strcmp(kind, "float") == 0 ||
		       strcmp(kind, "nil") == 0;
	case TYPE_SECONDS:
		return is_integer || strcmp(kind, "float") == 0;
	case TYPE_INTEGER:
	case TYPE_NUMBER:
		return is_integer;
	case TYPE_LABEL:
	case TYPE_NAME:
	case TYPE_STRING:
		break;
	}
	return false;
}

/* What no argument of that type can be, apart from what is strange to it. */
static const struct {
	enum argument_type type;
	const char *bytes, *text;
} wrong[] = {
	{ TYPE_TIMEOUT, "ff", "not less" },
	{ TYPE_TIMEOUT, "cb bf f0 00*6", "not less" },
	{ TYPE_TIMEOUT, "cb 7f f8 00*6", "not less" }, /* not a number */
	{ TYPE_TIMEOUT, "cb ff f0 00*6", "not less" }, /* -infinity */
	{ TYPE_TIMEOUT, "a1 '1'", "not string" },
	{ TYPE_TIMEOUT, "c4 01 '1'", "not binary" },
	{ TYPE_SECONDS, "ff", "not less" },
	{ TYPE_SECONDS, "00", "not less" },
	{ TYPE_SECONDS, "cb 7f f8 00*6", "not less" },
	{ TYPE_SECONDS, "a1 '1'", "not string" },
	{ TYPE_LABEL, "a0", "empty" },
	{ TYPE_LABEL, "d9 41 61*65", "65 bytes" },
	{ TYPE_LABEL, "a1 ff", "one with others" },
	{ TYPE_LABEL, "a1 1b", "one with others" },
	{ TYPE_INTEGER, "cf 80 00*7", "not one so large" },
	{ TYPE_INTEGER, "a1 '1'", "not string" },
	{ TYPE_NUMBER, "ff", "not one so large" },
	{ TYPE_NUMBER, "a1 '1'", "not string" },
	{ TYPE_BOOLEAN, "a4 'true'", "not string" },
	{ TYPE_ARRAY, "a1 'c'", "not string" },
};

enum { WRONG = sizeof wrong / sizeof wrong[0] };

/* All parameters that are needed, and number `i` is `bytes`. */
static void
wrong_parameter(const struct method *method, unsigned i, const char *bytes,
		const char *text)
{
	const struct argument_row *row = parameter_row(method->parameters[i]);
	unsigned count = method->required > i ? method->required : i + 1;
	char params[TEXT];

	list(method, i + 1, bytes, params);
	for (unsigned j = i + 1; j < count; j++)
		strcat(params, good(method->parameters[j]));
	params[1] = (char)('0' + count);
	invalid(method, params, row->name, text);
}

START_TEST(a_parameter_of_another_type_is_refused)
{
	const struct method *method = method_at((unsigned)_i);
	enum argument_type type;

	for (unsigned i = 0; i < method_parameters(method); i++) {
		type = parameter_row(method->parameters[i])->type;
		for (unsigned j = 0; j < STRANGE; j++)
			if (!suits(type, strange[j].kind))
				wrong_parameter(method, i, strange[j].bytes,
						strange[j].kind);
		for (unsigned j = 0; j < WRONG; j++)
			if (wrong[j].type == type)
				wrong_parameter(method, i, wrong[j].bytes,
						wrong[j].text);
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

	if (method_parameters(method) == 0 ||
	    parameter_row(method->parameters[0])->type != TYPE_NAME)
		return;
	for (unsigned j = 0; j < sizeof unclean / sizeof unclean[0]; j++)
		wrong_parameter(method, 0, unclean[j].bytes, unclean[j].text);
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

static void
wrong_values(const struct method *method, const struct argument_row *row)
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
	tcase_add_loop_test(tcase, a_parameter_of_another_type_is_refused, 0,
			    all);
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
