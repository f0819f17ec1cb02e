/* SPDX-License-Identifier: MIT */
#include "rpc/arguments.h"

#include "proto/escape.h"
#include "proto/utf8.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>

enum { QUOTED = 48 }; /* bytes of a peer's string in our texts */

/* ---- how many ---- */

/* "channel, value" */
static void
list_parameters(const struct method *method, char *text, size_t size)
{
	size_t used = 0;

	text[0] = '\0';
	for (unsigned i = 0; i < method_parameters(method); i++)
		used += (size_t)snprintf(
		    text + used, size - used, "%s%s", i > 0 ? ", " : "",
		    parameter_row(method->parameters[i])->name);
}

static int
fail_count(struct call *call, uint32_t count)
{
	const struct method *method = call->method;
	unsigned most = method_parameters(method);
	char names[64];

	if (most == 0)
		return call_fail(call, -EINVAL,
				 "%s takes %s, not %u parameters", method->name,
				 method->options != 0 ? "a map of options"
						      : "no parameters",
				 count);
	list_parameters(method, names, sizeof names);
	if (method->required == most)
		return call_fail(
		    call, -EINVAL, "%s takes %u parameters (%s)%s, not %u",
		    method->name, most, names,
		    method->options != 0 ? " and a map of options" : "", count);
	return call_fail(call, -EINVAL,
			 "%s takes %u to %u parameters (%s), not %u",
			 method->name, method->required, most, names, count);
}

/* ---- of what kind ---- */

static int
fail_kind(struct call *call, const struct argument_row *row, const char *kind)
{
	return call_fail(call, -EINVAL, "%s: %s must be %s, not %s",
			 call->method->name, row->name, row->text, kind);
}

static int
check_name(struct call *call, const struct argument_row *row,
	   struct span string, size_t most)
{
	if (string.size == 0)
		return fail_kind(call, row, "empty");
	if (string.size > most)
		return call_fail(
		    call, -EINVAL, "%s: %s must be %s, not %zu bytes",
		    call->method->name, row->name, row->text, string.size);
	if (!utf8_is_clean((const char *)string.data, string.size))
		return fail_kind(call, row, "one with others");
	return 0;
}

/* Nil is for ever, and still given: it may not come twice either. */
static int
read_timeout(struct reader *reader, double *seconds)
{
	int r = read_nil(reader);

	if (r == 0)
		*seconds = HUGE_VAL;
	else
		r = read_number(reader, seconds);
	return r == 0 && (isnan(*seconds) || *seconds < 0) ? -EDOM : r;
}

static int
read_seconds(struct reader *reader, double *seconds)
{
	int r = read_number(reader, seconds);

	return r == 0 && (isnan(*seconds) || *seconds <= 0) ? -EDOM : r;
}

static int
read_items(struct reader *reader, union argument *to)
{
	struct reader start = *reader;
	int r = read_array(reader, &to->array.count);

	if (r < 0)
		return r;
	to->array.items = *reader;
	*reader = start;
	r = read_any(reader, &(struct span){ 0 });
	to->array.items.end = reader->at;
	return r;
}

/* Its bytes as its type says: 0, or -EPROTOTYPE, -ERANGE, -EDOM. */
static int
read_typed(struct reader *reader, enum argument_type type, union argument *to)
{
	switch (type) {
	case TYPE_ANY:
		return read_any(reader, &to->span);
	case TYPE_ARRAY:
		return read_items(reader, to);
	case TYPE_BOOLEAN:
		return read_boolean(reader, &to->flag);
	case TYPE_INTEGER:
		return read_integer(reader, &to->integer);
	case TYPE_NUMBER:
		return read_unsigned(reader, &to->number);
	case TYPE_SECONDS:
		return read_seconds(reader, &to->seconds);
	case TYPE_TIMEOUT:
		return read_timeout(reader, &to->seconds);
	case TYPE_LABEL:
	case TYPE_NAME:
	case TYPE_STRING:
		return read_string(reader, &to->span);
	}
	return -EINVAL;
}

static int
read_argument(struct call *call, struct reader *reader,
	      const struct argument_row *row, union argument *to)
{
	const struct reader start = *reader;
	int r = read_typed(reader, row->type, to);

	if (r == -EDOM)
		return fail_kind(call, row, "less");
	if (r == -ERANGE)
		return fail_kind(call, row, "one so large");
	if (r < 0)
		return fail_kind(call, row, reader_kind(&start));
	if (row->type == TYPE_NAME)
		return check_name(call, row, to->span, LIMIT_CHANNEL);
	if (row->type == TYPE_LABEL)
		return check_name(call, row, to->span, LIMIT_LABEL);
	return 0;
}

/* ---- options ---- */

/* An enum option, or -EINVAL. */
static int
find_option(struct call *call, struct span key)
{
	char quoted[QUOTED];

	for (unsigned i = 0; i < OPTION_COUNT; i++)
		if ((call->method->options & 1u << i) != 0 &&
		    span_is(key, option_row(i)->name))
			return (int)i;
	escape_text(quoted, sizeof quoted, (const char *)key.data, key.size);
	return call_fail(call, -EINVAL, "%s: unknown option \"%s\"",
			 call->method->name, quoted);
}

static int
read_pair(struct call *call, struct reader *reader)
{
	static const struct argument_row key_row = { "an option's name",
						     TYPE_STRING, "a string" };
	union argument key = { .span = { NULL, 0 } };
	int option = read_argument(call, reader, &key_row, &key);

	if (option == 0)
		option = find_option(call, key.span);
	if (option < 0)
		return option;
	if (call_has(call, (enum option)option))
		return call_fail(call, -EINVAL, "%s: %s is given twice",
				 call->method->name,
				 option_row((enum option)option)->name);
	call->options_given |= 1u << option;
	return read_argument(call, reader, option_row((enum option)option),
			     &call->options[option]);
}

static int
read_options(struct call *call, struct reader *reader)
{
	static const struct argument_row map_row = {
		"what stands behind the parameters", TYPE_ANY,
		"a map of options"
	};
	uint32_t pairs;
	int r = 0;

	if (read_map(reader, &pairs) < 0)
		return fail_kind(call, &map_row, reader_kind(reader));
	while (pairs-- > 0 && r == 0)
		r = read_pair(call, reader);
	return r;
}

int
arguments_read(struct call *call, struct span params, uint32_t count)
{
	const struct method *method = call->method;
	struct reader reader = { params.data, params.data + params.size };
	unsigned positional = method_parameters(method);
	unsigned most = positional + (method->options != 0 ? 1 : 0);
	int r = 0;

	call->options_given = 0;
	call->given = 0;
	if (count < method->required || count > most)
		return fail_count(call, count);
	call->given = count < positional ? count : positional;
	for (unsigned i = 0; i < call->given && r == 0; i++)
		r = read_argument(call, &reader,
				  parameter_row(method->parameters[i]),
				  &call->parameters[i]);
	if (r == 0 && count > positional)
		r = read_options(call, &reader);
	return r;
}
