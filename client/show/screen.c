/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "client/show/screen.h"

#include "client/base/text.h"

#include <errno.h>

#ifdef HAVE_NCURSES
#include <curses.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <term.h>
#include <unistd.h>

enum { PAIR_TITLE = 1, PAIR_STATUS };

static bool
wants_colour(void)
{
	const char *no_colour = getenv("NO_COLOR");

	return no_colour == NULL || no_colour[0] == '\0';
}

/* newterm() would leak what it has begun with. */
static bool
is_known_terminal(void)
{
	int error;

	if (isatty(STDIN_FILENO) != 1 || isatty(STDOUT_FILENO) != 1 ||
	    setupterm(NULL, STDOUT_FILENO, &error) != OK)
		return false;
	del_curterm(cur_term);
	return true;
}

/* newterm() says that it cannot, where initscr() ends the program. */
int
screen_open(void)
{
	if (!is_known_terminal() || newterm(NULL, stdout, stdin) == NULL)
		return -ENOTTY;
	cbreak();
	noecho();
	nodelay(stdscr, TRUE);
	keypad(stdscr, TRUE);
	curs_set(0);
	if (wants_colour() && start_color() == OK) {
		use_default_colors();
		init_pair(PAIR_TITLE, COLOR_CYAN, -1);
		init_pair(PAIR_STATUS, COLOR_RED, -1);
	}
	return 0;
}

void
screen_close(void)
{
	if (stdscr != NULL && !isendwin())
		endwin();
}

size_t
screen_width(void)
{
	return (size_t)COLS;
}

static attr_t
emphasis(int pair)
{
	return A_BOLD | (has_colors() && wants_colour() ? COLOR_PAIR(pair) : 0);
}

/* No further than the edge: curses would go on in the next line. */
static void
put_line(int y, const char *line, size_t size, attr_t how)
{
	char *copy = strndup(line, size);
	size_t taken;

	if (copy == NULL)
		return;
	copy[text_fit(copy, (size_t)COLS, &taken)] = '\0';
	attron(how);
	mvaddstr(y, 0, copy);
	attroff(how);
	free(copy);
}

void
screen_show(const char *text, int title, const char *status)
{
	int rows = LINES - (status[0] != '\0');

	erase();
	for (int y = 0; y < rows && *text != '\0'; y++) {
		size_t size = strcspn(text, "\n");

		put_line(y, text, size,
			 y == title ? emphasis(PAIR_TITLE) : A_NORMAL);
		text += size + (text[size] == '\n');
	}
	if (status[0] != '\0')
		put_line(LINES - 1, status, strlen(status),
			 emphasis(PAIR_STATUS));
	refresh();
}

int
screen_key(void)
{
	int key = getch();

	if (key == KEY_RESIZE)
		return SCREEN_RESIZED;
	return key == ERR ? SCREEN_NOTHING : key;
}

#else

int
screen_open(void)
{
	return -ENOSYS;
}

void
screen_close(void)
{
}

size_t
screen_width(void)
{
	return 0;
}

void
screen_show(const char *text, int title, const char *status)
{
	(void)text;
	(void)title;
	(void)status;
}

int
screen_key(void)
{
	return SCREEN_NOTHING;
}

#endif
