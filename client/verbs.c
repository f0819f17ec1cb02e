/* SPDX-License-Identifier: MIT */
#include "client/verbs.h"

#include <string.h>

static const struct verb verbs[] = {
	{
	    .name = "send",
	    .arguments = "CH [VALUE|-]",
	    .least = 1,
	    .most = 2,
	    .help = "give a value, and wait until somebody has taken it",
	    .details =
		"Without VALUE, or with -, all of standard input is the "
		"value (just under 16 MiB at most).\n"
		"Not a byte is added or left out. UTF-8 goes as a string, "
		"all else as binary.\n"
		"A VALUE that begins with - stands behind --.\n",
	    .method = "send",
	    .gives_value = true,
	    .waits = true,
	    .lost = "it is unknown whether the value was handed over, and it "
		    "was not sent again",
	    .print = print_nothing,
	},
	{
	    .name = "recv",
	    .arguments = "CH",
	    .least = 1,
	    .most = 1,
	    .help = "wait until somebody gives a value, and write it",
	    .details =
		"A string or binary is written as it is (on a terminal with "
		"a newline behind it),\n"
		"nil as nothing, any other value as a line of JSON.\n",
	    .method = "recv",
	    .waits = true,
	    .writes = true,
	    .lost = "it is unknown whether a value was handed over, and none "
		    "was asked for again",
	    .print = print_value,
	},
	{
	    .name = "ping",
	    .arguments = "",
	    .help = "see whether the daemon answers",
	    .details = "On a terminal it says how long that took.\n",
	    .method = "ping",
	    .lost = "no answer came",
	    .print = print_ping,
	},
	{
	    .name = "info",
	    .arguments = "CH",
	    .least = 1,
	    .most = 1,
	    .help = "show what a channel looks like now",
	    .details = "A line of \"key: value\" for each thing to know.\n",
	    .method = "channel.info",
	    .writes = true,
	    .lost = "no answer came",
	    .print = print_info,
	},
	{
	    .name = "ls",
	    .arguments = "[GLOB]",
	    .most = 1,
	    .help = "list the channels",
	    .details = "With GLOB, those whose names match. Quote it against "
		       "the shell: 'jobs*'.\n",
	    .method = "channel.list",
	    .writes = true,
	    .lost = "no answer came",
	    .print = print_list,
	},
	{
	    .name = "help",
	    .arguments = "[VERB|methods]",
	    .most = 1,
	    .help = "explain a verb, or list the protocol's methods",
	    .details = "",
	},
};

enum { COUNT = sizeof verbs / sizeof verbs[0] };

const struct verb *
verb_at(size_t index)
{
	return index < COUNT ? &verbs[index] : NULL;
}

const struct verb *
verb_find(const char *name)
{
	for (size_t i = 0; i < COUNT; i++)
		if (strcmp(verbs[i].name, name) == 0)
			return &verbs[i];
	return NULL;
}
