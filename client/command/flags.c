/* SPDX-License-Identifier: MIT */
#include "client/command/flags.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct flag flags[] = {
#define FLAG(kind, name, letter, long_name, argument, least, most, help)       \
	{ FLAG_##kind, letter, long_name, argument, least, most, help },
#include "client/command/flags.def"
};

static const size_t places[] = {
#define FLAG(kind, name, ...) offsetof(struct options, name),
#include "client/command/flags.def"
};

const struct flag *
flag_at(int place)
{
	return &flags[place];
}

void
flag_form(const struct flag *flag, char form[FLAG_FORM_MOST])
{
	const char *equals = flag->argument != NULL ? "=" : "";
	const char *argument = flag->argument != NULL ? flag->argument : "";
	char letter[] = { '-', flag->letter, ',', '\0' };

	snprintf(form, FLAG_FORM_MOST, "%3s --%s%s%s",
		 flag->letter != '\0' ? letter : "", flag->name, equals,
		 argument);
}

static const struct unit {
	const char *name;
	double milliseconds;
} units[] = {
	{ "", 1e3 },  { "ms", 1 },   { "s", 1e3 },
	{ "m", 6e4 }, { "h", 36e5 }, { "d", 864e5 },
};

/* Digits and perhaps a point: strtod() alone takes "inf", "0x1" and " 1". */
int
flag_parse_time(const char *text, int64_t *milliseconds)
{
	size_t length = strspn(text, "0123456789.");
	const char *point = memchr(text, '.', length);
	double most = (double)(INT64_MAX / 4);
	double span;

	if (strspn(text, ".") == length ||
	    (point != NULL && strchr(point + 1, '.') != NULL))
		return -EINVAL;
	for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
		if (strcmp(text + length, units[i].name) != 0)
			continue;
		span = ceil(strtod(text, NULL) * units[i].milliseconds);
		*milliseconds = span < most ? (int64_t)span : INT64_MAX / 4;
		return 0;
	}
	return -EINVAL;
}

static int
parse_number(const struct flag *flag, const char *text, int64_t *number)
{
	char *end;

	if (strspn(text, "-0123456789") != strlen(text))
		return -EINVAL;
	errno = 0;
	*number = strtoll(text, &end, 10);
	return errno == 0 && end != text && *end == '\0' &&
		       *number >= flag->least && *number <= flag->most
		   ? 0
		   : -EINVAL;
}

static int
take(const struct flag *flag, void *place, const char *argument)
{
	switch (flag->kind) {
	case FLAG_TRUTH:
		*(bool *)place = true;
		return 0;
	case FLAG_TEXT:
		*(const char **)place = argument;
		return 0;
	case FLAG_TIME:
		return flag_parse_time(argument, place);
	case FLAG_NUMBER:
		return parse_number(flag, argument, place);
	}
	return -EINVAL;
}

int
flag_take(struct options *options, int place, const char *argument, char *fault,
	  size_t room)
{
	const struct flag *flag = &flags[place];
	char *field = (char *)options + places[place];

	options->given |= UINT64_C(1) << place;
	if (take(flag, field, argument) == 0)
		return 0;
	if (flag->kind == FLAG_TIME)
		snprintf(
		    fault, room,
		    "--%s takes a time, 0 or more, as in 1.5, 500ms or 2m, "
		    "not \"%.40s\"",
		    flag->name, argument);
	else
		snprintf(fault, room,
			 "--%s takes a number from %" PRId64 " to %" PRId64
			 ", not \"%.40s\"",
			 flag->name, flag->least, flag->most, argument);
	return -EINVAL;
}
