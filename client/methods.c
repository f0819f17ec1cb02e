/* SPDX-License-Identifier: MIT */
#include "client/methods.h"

#include <string.h>

struct method {
	const char *name;
	int required;		/* of the parameters */
	const char *parameters; /* "channel, value", or "none" */
	const char *options;
	const char *help;
};

#define PARAMETERS(...) #__VA_ARGS__
#define OPTIONS(...) #__VA_ARGS__

static const struct method methods[] = {
#define METHOD(function, name, required, parameters, options, right, help)     \
	{ name, required, parameters, options, help },
#include "proto/methods.def"
};

/* " channel [value]": what stands behind those that must be given may lack. */
static void
put_parameters(FILE *to, const struct method *method)
{
	const char *at = method->parameters;
	size_t size;

	if (strcmp(at, "none") == 0)
		return;
	for (int i = 0; *at != '\0'; i++) {
		at += strspn(at, ", ");
		size = strcspn(at, ",");
		fprintf(to, i < method->required ? " %.*s" : " [%.*s]",
			(int)size, at);
		at += size;
	}
}

void
methods_help(FILE *to)
{
	const struct method *end = methods + sizeof methods / sizeof methods[0];

	fputs("The methods that a client of the protocol can call, each with "
	      "its parameters\nand {the options that a map behind them may "
	      "hold}:\n",
	      to);
	for (const struct method *m = methods; m < end; m++) {
		fprintf(to, "\n%s", m->name);
		put_parameters(to, m);
		if (strcmp(m->options, "none") != 0)
			fprintf(to, " {%s}", m->options);
		fprintf(to, "\n    %s\n", m->help);
	}
}
