/* SPDX-License-Identifier: MIT */
/*
 * table.h - lines of cells, under one another on a terminal.
 */
#ifndef CLIENT_SHOW_TABLE_H
#define CLIENT_SHOW_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct table_column {
	const char *title;
	bool is_number;	 /* stands at the right of its column */
	bool is_elastic; /* is cut where the line is too narrow for all */
};

struct table;

/*
 * `columns`, one to 16, must outlive it. NULL: it is none of these, or out of
 * memory.
 */
struct table *table_new(const struct table_column *columns, size_t count);
void table_free(struct table *table);

/*
 * Add the next cell of the line that is not full yet, or of a new one. The
 * text, which nobody escapes any more, is the table's, also on failure; NULL
 * is the failure of whoever made it. 0 or -ENOMEM.
 */
int table_add(struct table *table, char *text);

/* How many lines there are, besides that of the titles. */
size_t table_lines(const struct table *table);

/*
 * Write the titles and all lines.
 *
 *   width  of a line, which the elastic columns are cut to fit if they can;
 *          0: any
 */
void table_write(FILE *to, const struct table *table, size_t width);

#endif
