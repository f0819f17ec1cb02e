/* SPDX-License-Identifier: MIT */
/*
 * screen.h - a whole terminal, by ncurses. There is one at a time.
 */
#ifndef CLIENT_SHOW_SCREEN_H
#define CLIENT_SHOW_SCREEN_H

#include <stddef.h>

/*
 * Take the terminal over. 0; -ENOTTY standard input or output is none, or
 * nobody knows it; -ENOSYS: built without ncurses.
 */
int screen_open(void);

/* Give it back as it was. One that was not opened is welcome. */
void screen_close(void);

size_t screen_width(void);

/*
 * Show lines of text, as many as there is room for.
 *
 *   title   the line that stands out, from 0
 *   status  one line at the bottom; "" for none
 */
void screen_show(const char *text, int title, const char *status);

enum { SCREEN_NOTHING = -1, SCREEN_RESIZED = -2 };

/* The next key that was pressed, or one of these; it does not wait. */
int screen_key(void);

#endif
