/* SPDX-License-Identifier: MIT */
#include "client/tool/report.h"

#include "client/base/text.h"
#include "client/tool/tool.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Our name, in bold red where that can be seen and is wanted. */
static const char *
prefix(void)
{
	const char *no_colour = getenv("NO_COLOR");
	const char *terminal = getenv("TERM");

	if (isatty(STDERR_FILENO) != 1 || terminal == NULL ||
	    strcmp(terminal, "dumb") == 0 ||
	    (no_colour != NULL && no_colour[0] != '\0'))
		return "chanctl: ";
	return "\033[1;31mchanctl:\033[m ";
}

__attribute__((format(printf, 3, 0))) static void
write_line(FILE *to, const struct command *command, const char *format,
	   va_list arguments)
{
	if (command->verb != NULL)
		fprintf(to, "%s%s%s: ", command->verb->name,
			command->args[0] != NULL ? " " : "",
			command->args[0] != NULL ? command->args[0] : "");
	vfprintf(to, format, arguments);
}

/* In one piece, so that lines of many at once do not mix. */
static void
put_escaped(const char *line, size_t size)
{
	char *text = text_escaped(line, size);

	if (text != NULL)
		fprintf(stderr, "%s%s\n", prefix(), text);
	free(text);
}

__attribute__((format(printf, 2, 0))) static void
write_report(const struct command *command, const char *format,
	     va_list arguments)
{
	char *line = NULL;
	size_t size;
	FILE *to = open_memstream(&line, &size);

	if (to == NULL)
		return;
	write_line(to, command, format, arguments);
	if (fclose(to) == 0)
		put_escaped(line, size);
	free(line);
}

void
report(const struct command *command, const char *format, ...)
{
	va_list arguments;

	if (command->options.quiet)
		return;
	va_start(arguments, format);
	write_report(command, format, arguments);
	va_end(arguments);
}

void
report_note(const struct command *command, const char *format, ...)
{
	va_list arguments;

	if (!command->options.verbose || command->options.quiet)
		return;
	va_start(arguments, format);
	write_report(command, format, arguments);
	va_end(arguments);
}

int
report_use(const struct command *command, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	write_report(command, format, arguments);
	va_end(arguments);
	return STATUS_USAGE;
}

int
report_memory(const struct command *command)
{
	report(command, "out of memory");
	return STATUS_OTHER;
}
