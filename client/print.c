/* SPDX-License-Identifier: MIT */
#include "client/print.h"

#include "client/render.h"
#include "client/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int
print_nothing(FILE *to, const struct answer *answer)
{
	(void)to;
	(void)answer;
	return 0;
}

static int
print_raw(FILE *to, const char *data, size_t size, bool to_terminal)
{
	if (size > 0) /* else msgpack-c has no pointer to it */
		fwrite(data, 1, size, to);
	if (to_terminal)
		putc('\n', to);
	return 0;
}

int
print_value(FILE *to, const struct answer *answer)
{
	const msgpack_object *value = answer->result;
	int r;

	if (value->type == MSGPACK_OBJECT_NIL)
		return 0;
	if (value->type == MSGPACK_OBJECT_STR)
		return print_raw(to, value->via.str.ptr, value->via.str.size,
				 answer->to_terminal);
	if (value->type == MSGPACK_OBJECT_BIN)
		return print_raw(to, value->via.bin.ptr, value->via.bin.size,
				 answer->to_terminal);
	r = render_json(to, value);
	putc('\n', to);
	return r;
}

int
print_ping(FILE *to, const struct answer *answer)
{
	if (answer->to_terminal)
		fprintf(to, "%s answered in %.2f ms\n", answer->url,
			(double)answer->elapsed / 1e6);
	return 0;
}

/* A text of render_text() behind a space, if there is any text. */
static int
print_item(FILE *to, const msgpack_object *value)
{
	char *text = render_text(value);

	if (text == NULL)
		return -ENOMEM;
	if (text[0] != '\0')
		fprintf(to, " %s", text);
	free(text);
	return 0;
}

static int
print_items(FILE *to, const msgpack_object *value)
{
	const msgpack_object_array *array = &value->via.array;
	int r = 0;

	if (value->type != MSGPACK_OBJECT_ARRAY)
		return print_item(to, value);
	for (uint32_t i = 0; r == 0 && i < array->size; i++)
		r = print_item(to, &array->ptr[i]);
	return r;
}

static int
print_field(FILE *to, const msgpack_object_kv *field)
{
	char *key = render_text(&field->key);
	int r;

	if (key == NULL)
		return -ENOMEM;
	fprintf(to, "%s:", key);
	free(key);
	r = print_items(to, &field->val);
	putc('\n', to);
	return r;
}

int
print_info(FILE *to, const struct answer *answer)
{
	const msgpack_object_map *info = &answer->result->via.map;
	int r = 0;

	if (answer->result->type != MSGPACK_OBJECT_MAP)
		return -EPROTO;
	for (uint32_t i = 0; r == 0 && i < info->size; i++)
		r = print_field(to, &info->ptr[i]);
	return r;
}

static const msgpack_object *
find_field(const msgpack_object_map *info, const char *name)
{
	for (uint32_t i = 0; i < info->size; i++) {
		const msgpack_object *key = &info->ptr[i].key;
		if (key->type == MSGPACK_OBJECT_STR &&
		    key->via.str.size == strlen(name) &&
		    memcmp(key->via.str.ptr, name, strlen(name)) == 0)
			return &info->ptr[i].val;
	}
	return NULL;
}

static bool
is_set(const msgpack_object_map *info, const char *name)
{
	const msgpack_object *field = find_field(info, name);

	return field != NULL && field->type == MSGPACK_OBJECT_BOOLEAN &&
	       field->via.boolean;
}

static char *
field_text(const msgpack_object_map *info, const char *name)
{
	const msgpack_object *field = find_field(info, name);

	return field != NULL ? render_text(field) : strdup("-");
}

static char *
state_text(const msgpack_object_map *info, const char *name)
{
	(void)name; /* two fields make one state: closed is closing, too */
	return strdup(is_set(info, "closed")	? "closed"
		      : is_set(info, "closing") ? "closing"
						: "open");
}

static const struct column {
	const char *title;
	const char *field;
	char *(*text)(const msgpack_object_map *info, const char *name);
	bool is_number; /* numbers stand at the right of their column */
} columns[] = {
	{ "CHANNEL", "name", field_text, false },
	{ "BALANCE", "balance", field_text, true },
	{ "PREFERENCE", "preference", field_text, true },
	{ "STATE", NULL, state_text, false },
};

enum { COLUMNS = sizeof columns / sizeof columns[0] };

/* The last column's cells are as wide as they are: no blanks at the end. */
static void
print_cell(FILE *to, int c, const char *text, size_t column_width)
{
	int blanks = (int)(column_width - text_width(text));

	if (columns[c].is_number)
		fprintf(to, "%*s", blanks, "");
	fputs(text, to);
	if (c == COLUMNS - 1)
		putc('\n', to);
	else
		fprintf(to, "%*s", columns[c].is_number ? 2 : blanks + 2, "");
}

/* Widen the columns to hold a row, or, with `to`, write the row. */
static int
do_row(FILE *to, const msgpack_object *info, size_t *widths)
{
	if (info->type != MSGPACK_OBJECT_MAP)
		return -EPROTO;
	for (int c = 0; c < COLUMNS; c++) {
		char *text = columns[c].text(&info->via.map, columns[c].field);

		if (text == NULL)
			return -ENOMEM;
		if (to != NULL)
			print_cell(to, c, text, widths[c]);
		else if (text_width(text) > widths[c])
			widths[c] = text_width(text);
		free(text);
	}
	return 0;
}

int
print_list(FILE *to, const struct answer *answer)
{
	const msgpack_object_array *list = &answer->result->via.array;
	size_t widths[COLUMNS];
	int r = 0;

	if (answer->result->type != MSGPACK_OBJECT_ARRAY)
		return -EPROTO;
	for (int c = 0; c < COLUMNS; c++)
		widths[c] = strlen(columns[c].title);
	for (uint32_t i = 0; r == 0 && i < list->size; i++)
		r = do_row(NULL, &list->ptr[i], widths);
	for (int c = 0; r == 0 && list->size > 0 && c < COLUMNS; c++)
		print_cell(to, c, columns[c].title, widths[c]);
	for (uint32_t i = 0; r == 0 && i < list->size; i++)
		r = do_row(to, &list->ptr[i], widths);
	return r;
}
