/* SPDX-License-Identifier: MIT */
#include "client/command/help.h"

#include "client/command/flags.h"

#include <string.h>

static void
put_flags(FILE *to, const char *title, uint64_t set)
{
	if (set != 0)
		fprintf(to, "\n%s:\n", title);
	for (int i = 0; i < FLAG_COUNT; i++) {
		char form[FLAG_FORM_MOST];

		if ((set >> i & 1) == 0)
			continue;
		flag_form(flag_at(i), form);
		fprintf(to, "  %-22s  %s\n", form, flag_at(i)->help);
	}
}

static void
put_verbs(FILE *to)
{
	const struct verb *verb;

	fputs("\nverbs:\n", to);
	for (size_t i = 0; (verb = verb_at(i)) != NULL; i++) {
		char form[60];

		snprintf(form, sizeof form, "%s %s", verb->name,
			 verb->arguments);
		fprintf(to,
			strlen(form) > 24 ? "  %s\n%26s  %s\n"
					  : "  %-24s%s  %s\n",
			form, "", verb->help);
	}
}

static void
put_examples(FILE *to, const char *examples)
{
	if (examples[0] != '\0')
		fputs("\nexamples:\n", to);
	while (*examples != '\0') {
		size_t size = strcspn(examples, "\n");

		fprintf(to, "  %.*s\n", (int)size, examples);
		examples += size + (examples[size] == '\n');
	}
}

static const char ends[] =
    "\n"
    "Without -s, chanctl calls $CHAND_URL, else the url of "
    "~/.config/chand/chanctl.conf,\n"
    "else the default socket if there is one, else tcp://127.0.0.1:7411.\n"
    "\n"
    "exit status:\n"
    "  0 done   2 wrong use   3 the channel is closed   4 the other side "
    "sent an error\n"
    "  5 nobody was there   6 denied   7 connection lost: outcome unknown\n"
    "  69 no daemon there: nothing was sent   124 the time ran out\n"
    "  126, 127 the command cannot be run   130, 143 withdrawn on Ctrl-C, "
    "SIGTERM\n"
    "  1 anything else; lock ends as its command does\n";

static void
help_all(FILE *to)
{
	fputs("usage: chanctl [OPTION]... VERB [ARGUMENT]...\n"
	      "Hand values over the named channels of a chand.\n",
	      to);
	put_verbs(to);
	put_flags(to, "options of all verbs", FLAGS_OF_ALL);
	fputs("\nchanctl help VERB shows the others, and examples.\n", to);
	fputs(ends, to);
}

void
help_write(FILE *to, const struct verb *verb)
{
	if (verb == NULL) {
		help_all(to);
		return;
	}
	fprintf(to, "usage: chanctl %s%s%s%s\n%c%s.\n%s%s", verb->name,
		verb->flags != 0 ? " [OPTION]..." : "",
		verb->arguments[0] != '\0' ? " " : "", verb->arguments,
		verb->help[0] - 'a' + 'A', verb->help + 1,
		verb->details[0] != '\0' ? "\n" : "", verb->details);
	put_flags(to, "options", verb->flags);
	put_flags(to, "options of all verbs", FLAGS_OF_ALL);
	put_examples(to, verb->examples);
}
