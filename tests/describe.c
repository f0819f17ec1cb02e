/* SPDX-License-Identifier: MIT */
/*
 * describe.c - prints what is made from the table of options: the sample,
 * or the list of one of the manuals.
 */
#include "options/options.h"

#include <string.h>

int
main(int argc, char **argv)
{
	const char *what = argc == 2 ? argv[1] : "";

	if (strcmp(what, "sample") == 0)
		options_print_sample(stdout);
	else if (strcmp(what, "manual") == 0)
		options_print_manual(stdout);
	else if (strcmp(what, "words") == 0)
		options_print_words(stdout);
	else
		return 2;
	return 0;
}
