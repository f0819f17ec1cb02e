/* SPDX-License-Identifier: MIT */
#include "options/table.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const struct section_row option_sections[SECTION_COUNT] = {
#define SECTION(section, label, help)                                          \
	[SECTION_##section] = { #section, label, help },
#include "conf/options.def"
};

#define ROW(struct_, name, section, key, type, unit, min, max, default_,       \
	    change, help)                                                      \
	[ROW_##section##_##name] = { #name,                                    \
				     key,                                      \
				     SECTION_##section,                        \
				     TYPE_##type,                              \
				     unit,                                     \
				     min,                                      \
				     max,                                      \
				     default_,                                 \
				     CHANGE_##change,                          \
				     help,                                     \
				     offsetof(struct struct_, name) },

const struct option_row option_rows[ROW_COUNT] = {
#define OPTION(...) ROW(options, __VA_ARGS__)
#define CHANNEL_OPTION(...) ROW(channel_options, __VA_ARGS__)
#define PRINCIPAL_OPTION(...) ROW(principal_options, __VA_ARGS__)
#include "conf/options.def"
};

bool
option_is_global(const struct option_row *row)
{
	return option_sections[row->section].label[0] == '\0';
}

static char *
spell(const struct option_row *row, const char *before, char *text)
{
	bool is_word = before[0] == '-';

	snprintf(text, OPTION_NAME, "%s%s", before, row->name);
	for (char *at = text + strlen(before); *at != '\0'; at++)
		if (!is_word)
			*at = (char)toupper((unsigned char)*at);
		else if (*at == '_')
			*at = '-';
	return text;
}

char *
option_word(const struct option_row *row, char text[OPTION_NAME])
{
	return spell(row, "--", text);
}

char *
option_variable(const struct option_row *row, char text[OPTION_NAME])
{
	return spell(row, "CHAND_", text);
}

int
option_fail(char *reason, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(reason, OPTIONS_REASON, format, arguments);
	va_end(arguments);
	return -EINVAL;
}
