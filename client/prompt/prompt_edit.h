/* SPDX-License-Identifier: MIT */
/*
 * prompt_edit.h - a line that is written on a terminal, by libedit: history,
 * completion.
 */
#ifndef CLIENT_PROMPT_PROMPT_EDIT_H
#define CLIENT_PROMPT_PROMPT_EDIT_H

struct prompt_edit;

enum prompt_read { PROMPT_LINE, PROMPT_INTERRUPTED, PROMPT_END };

/*
 *   name     the program's, for ~/.editrc
 *   signals  a signalfd, read while a line is: SIGINT gives it up, SIGWINCH
 *            is a new size, any other is the end
 *   file     where the history is; NULL: nowhere
 *
 * NULL: out of memory, or the terminal cannot be used.
 */
struct prompt_edit *prompt_edit_new(const char *name, int signals,
				    const char *file);

/* The terminal is as it was. */
void prompt_edit_free(struct prompt_edit *edit);

/*
 * Read a line.
 *
 *   line  without its newline; good until the next one
 */
enum prompt_read prompt_edit_read(struct prompt_edit *edit, const char **line);

/* Remember a line, at once and for the next time, too. */
void prompt_edit_remember(struct prompt_edit *edit, const char *line);

#endif
