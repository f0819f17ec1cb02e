/* SPDX-License-Identifier: MIT */
#include "rpc/arguments.h"

#include "proto/utf8.h"
#include "rpc/text.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>

enum { QUOTED = 48 }; /* bytes of a peer's string in our texts */

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

static int
fail_type(struct call *call, const char *name, const char *text,
	  const char *kind)
{
	return call_fail(call, -EINVAL, "%s: %s must be %s, not %s",
			 call->method->name, name, text, kind);
}

static int
check_name(struct call *call, const char *name, const char *text,
	   struct span string, size_t most)
{
	if (string.size == 0)
		return fail_type(call, name, text, "empty");
	if (string.size > most)
		return call_fail(call, -EINVAL,
				 "%s: %s must be %s, not %zu bytes",
				 call->method->name, name, text, string.size);
	if (!utf8_is_clean((const char *)string.data, string.size))
		return fail_type(call, name, text, "one with others");
	return 0;
}

static int
read_name(struct call *call, struct reader *reader, const char *name,
	  const char *text, size_t most, struct span *string)
{
	if (read_string(reader, string) < 0)
		return fail_type(call, name, text, reader_kind(reader));
	return check_name(call, name, text, *string, most);
}

static int
read_parameter(struct call *call, struct reader *reader, unsigned i)
{
	enum parameter_kind kind = call->method->parameters[i];
	const struct parameter *row = parameter_row(kind);

	if (kind != PARAMETER_value)
		return read_name(call, reader, row->name, row->text,
				 LIMIT_CHANNEL, &call->parameters[i]);
	return read_any(reader, &call->parameters[i]) == 0 ? 0 : -EINVAL;
}

/* Nil is for ever, and still given: it may not come twice either. */
static int
read_seconds(struct call *call, struct reader *reader,
	     const struct option_row *row)
{
	const char *kind = reader_kind(reader);

	if (read_nil(reader) == 0) {
		call->options.timeout = HUGE_VAL;
		return 0;
	}
	if (read_number(reader, &call->options.timeout) < 0)
		return fail_type(call, row->name, row->text, kind);
	if (isnan(call->options.timeout) || call->options.timeout < 0)
		return fail_type(call, row->name, row->text, "less");
	return 0;
}

static int
read_option(struct call *call, struct reader *reader, enum option option)
{
	const struct option_row *row = option_row(option);
	struct call_options *options = &call->options;
	int r;

	switch (option) {
	case OPTION_timeout:
		r = read_seconds(call, reader, row);
		break;
	case OPTION_name:
		r = read_name(call, reader, row->name, row->text,
			      LIMIT_CLIENT_NAME, &options->name);
		break;
	case OPTION_preference:
		r = read_integer(reader, &options->preference);
		break;
	case OPTION_schedule_all:
		r = read_boolean(reader, &options->schedule_all);
		break;
	default:
		return -EINVAL;
	}
	if (r == -EPROTOTYPE || r == -ERANGE)
		return fail_type(call, row->name, row->text,
				 r == -ERANGE ? "one so large"
					      : reader_kind(reader));
	options->given |= 1u << option;
	return r;
}

/* An enum option, or -EINVAL. */
static int
find_option(struct call *call, struct span key)
{
	char quoted[QUOTED];

	for (unsigned i = 0; i < OPTION_COUNT; i++)
		if ((call->method->options & 1u << i) != 0 &&
		    span_is(key, option_row(i)->name))
			return (int)i;
	text_escape(quoted, sizeof quoted, (const char *)key.data, key.size);
	return call_fail(call, -EINVAL, "%s: unknown option \"%s\"",
			 call->method->name, quoted);
}

static int
read_pair(struct call *call, struct reader *reader)
{
	struct span key;
	int option;

	if (read_string(reader, &key) < 0)
		return fail_type(call, "an option's name", "a string",
				 reader_kind(reader));
	option = find_option(call, key);
	if (option < 0)
		return option;
	if ((call->options.given & 1u << option) != 0)
		return call_fail(call, -EINVAL, "%s: %s is given twice",
				 call->method->name, option_row(option)->name);
	return read_option(call, reader, (enum option)option);
}

static int
read_options(struct call *call, struct reader *reader)
{
	uint32_t pairs;
	int r = 0;

	if (read_map(reader, &pairs) < 0)
		return fail_type(call, "what stands behind the parameters",
				 "a map of options", reader_kind(reader));
	while (pairs-- > 0 && r == 0)
		r = read_pair(call, reader);
	return r;
}

int
arguments_read(struct call *call, const struct frame *frame)
{
	const struct method *method = call->method;
	struct reader reader = { frame->params.data,
				 frame->params.data + frame->params.size };
	unsigned positional = method_parameters(method);
	unsigned most = positional + (method->options != 0 ? 1 : 0);
	int r = 0;

	if (frame->param_count < method->required || frame->param_count > most)
		return fail_count(call, frame->param_count);
	call->given =
	    frame->param_count < positional ? frame->param_count : positional;
	for (unsigned i = 0; i < call->given && r == 0; i++)
		r = read_parameter(call, &reader, i);
	if (r == 0 && frame->param_count > positional)
		r = read_options(call, &reader);
	return r;
}
