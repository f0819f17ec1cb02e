/* SPDX-License-Identifier: MIT */
/*
 * complete.h - what can stand at the end of a command line that is being
 * written.
 *
 * For the prompt, and by `chanctl --complete` for shells: what they offer
 * comes from the tables, and the names from the daemon. One that does not
 * answer at once is not waited for.
 */
#ifndef CLIENT_PROMPT_COMPLETE_H
#define CLIENT_PROMPT_COMPLETE_H

#include <stddef.h>

struct completion {
	enum {
		COMPLETE_WORDS,	  /* one of these */
		COMPLETE_FILES,	  /* the name of a file */
		COMPLETE_COMMAND, /* a command line of its own */
	} kind;
	struct completion_word {
		char *text;
		char *help; /* "" for none */
	} * words;
	size_t count;
};

/*
 * What the last of `words` may become, the others being what stands before
 * it; chanctl itself is none of them. 0 or -ENOMEM; completion_free() in any
 * case.
 */
int complete(int count, char *const *words, struct completion *completion);
void completion_free(struct completion *completion);

/*
 * The same for shells, on standard output: "words", "files" or "command", and
 * then a line for each word, its help behind a tab. The exit status.
 *
 *   line  the command line as it is written, up to the cursor
 */
int complete_main(const char *line);

#endif
