/* SPDX-License-Identifier: MIT */
#include "client/show/table.h"

#include "client/base/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Between two columns; and no elastic one is cut further than that. */
enum { GAP = 2, NARROWEST = 8, COLUMNS_MOST = 16 };

struct table {
	const struct table_column *columns;
	size_t column_count;
	char **cells; /* line by line */
	size_t count;
	size_t room;
};

struct table *
table_new(const struct table_column *columns, size_t count)
{
	struct table *table = calloc(1, sizeof *table);

	if (table == NULL || count == 0 || count > COLUMNS_MOST) {
		free(table);
		return NULL;
	}
	table->columns = columns;
	table->column_count = count;
	return table;
}

void
table_free(struct table *table)
{
	if (table == NULL)
		return;
	for (size_t i = 0; i < table->count; i++)
		free(table->cells[i]);
	free(table->cells);
	free(table);
}

static int
grow(struct table *table)
{
	size_t room = table->room > 0 ? 2 * table->room : 64;
	char **cells = reallocarray(table->cells, room, sizeof *cells);

	if (cells == NULL)
		return -ENOMEM;
	table->cells = cells;
	table->room = room;
	return 0;
}

int
table_add(struct table *table, char *text)
{
	if (text == NULL || (table->count == table->room && grow(table) < 0)) {
		free(text);
		return -ENOMEM;
	}
	table->cells[table->count++] = text;
	return 0;
}

size_t
table_lines(const struct table *table)
{
	return table->count / table->column_count;
}

static void
measure(const struct table *table, size_t *widths)
{
	for (size_t c = 0; c < table->column_count; c++)
		widths[c] = text_width(table->columns[c].title);
	for (size_t i = 0; i < table->count; i++) {
		size_t c = i % table->column_count;
		size_t cell = text_width(table->cells[i]);

		if (cell > widths[c])
			widths[c] = cell;
	}
}

/* The widest of those that can be cut; NULL: none. */
static size_t *
find_widest(const struct table *table, size_t *widths)
{
	size_t *widest = NULL;

	for (size_t c = 0; c < table->column_count; c++)
		if (table->columns[c].is_elastic && widths[c] > NARROWEST &&
		    (widest == NULL || widths[c] > *widest))
			widest = &widths[c];
	return widest;
}

static void
narrow(const struct table *table, size_t *widths, size_t width)
{
	size_t total = GAP * (table->column_count - 1);
	size_t *widest;

	for (size_t c = 0; c < table->column_count; c++)
		total += widths[c];
	while (total > width && (widest = find_widest(table, widths)) != NULL) {
		--*widest;
		total--;
	}
}

/* As much of it as fits, with a mark where it was cut; how wide that is. */
static size_t
put_cut(FILE *to, const char *text, size_t width)
{
	size_t whole = text_width(text);
	size_t taken;

	if (whole <= width) {
		fputs(text, to);
		return whole;
	}
	fwrite(text, 1, text_fit(text, width - 1, &taken), to);
	fputs("…", to);
	return taken + 1;
}

/* The last column's cells are as wide as they are: no blanks at the end. */
static void
put_cell(FILE *to, const struct table *table, size_t c, const char *text,
	 size_t width)
{
	bool is_last = c + 1 == table->column_count;
	size_t taken;

	if (table->columns[c].is_number) {
		fprintf(to, "%*s", (int)(width - text_width(text)), "");
		fputs(text, to);
		taken = width;
	} else {
		taken = put_cut(to, text, width);
	}
	if (is_last)
		putc('\n', to);
	else
		fprintf(to, "%*s", (int)(width - taken + GAP), "");
}

void
table_write(FILE *to, const struct table *table, size_t width)
{
	size_t widths[COLUMNS_MOST];

	measure(table, widths);
	if (width > 0)
		narrow(table, widths, width);
	for (size_t c = 0; c < table->column_count; c++)
		put_cell(to, table, c, table->columns[c].title, widths[c]);
	for (size_t i = 0; i < table_lines(table) * table->column_count; i++) {
		size_t c = i % table->column_count;

		put_cell(to, table, c, table->cells[i], widths[c]);
	}
}
