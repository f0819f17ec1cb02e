/* SPDX-License-Identifier: MIT */
#include "client/show/print.h"

#include "client/base/text.h"
#include "client/show/table.h"
#include "client/value/field.h"
#include "client/value/render.h"

#include <errno.h>
#include <inttypes.h>
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

/* ---- tables ---- */

static char *
state_text(const msgpack_object *info, const char *name)
{
	(void)name; /* two fields make one state: closed is closing, too */
	return strdup(field_is_set(info, "closed")    ? "closed"
		      : field_is_set(info, "closing") ? "closing"
						      : "open");
}

/* What is not there, or nil, is a "-": a blank cell is no word to awk. */
static char *
word_text(const msgpack_object *map, const char *name)
{
	char *text = field_text(map, name);

	if (text == NULL || text[0] != '\0')
		return text;
	free(text);
	return strdup("-");
}

static char *
age_text(const msgpack_object *map, const char *name)
{
	return text_span(field_number(map, name, 0));
}

/* A table's columns, and what of a map stands in each. */
struct layout {
	const struct table_column *columns;
	const struct layout_cell {
		const char *field;
		char *(*text)(const msgpack_object *map, const char *field);
	} * cells;
	size_t count;
};

static const struct table_column channel_columns[] = {
	{ "CHANNEL", false, false },
	{ "BALANCE", true, false },
	{ "PREFERENCE", true, false },
	{ "STATE", false, false },
};

static const struct layout_cell channel_cells[] = {
	{ "name", field_text },
	{ "balance", field_text },
	{ "preference", field_text },
	{ NULL, state_text },
};

static const struct table_column task_columns[] = {
	{ "ID", true, false },	     { "STATE", false, false },
	{ "CHANNEL", false, true },  { "AGE", true, false },
	{ "REQUESTS", true, false }, { "NAME", false, true },
	{ "PEER", false, true },
};

static const struct layout_cell task_cells[] = {
	{ "id", field_text },	    { "state", word_text },
	{ "channel", word_text },   { "age", age_text },
	{ "requests", field_text }, { "name", word_text },
	{ "peer", word_text },
};

static int
add_line(struct table *table, const struct layout *layout,
	 const msgpack_object *map)
{
	int r = map->type == MSGPACK_OBJECT_MAP ? 0 : -EPROTO;

	for (size_t c = 0; r == 0 && c < layout->count; c++)
		r = table_add(
		    table, layout->cells[c].text(map, layout->cells[c].field));
	return r;
}

static int
print_table(FILE *to, const struct answer *answer, const struct layout *layout)
{
	const msgpack_object_array *list = &answer->result->via.array;
	struct table *table;
	int r = 0;

	if (answer->result->type != MSGPACK_OBJECT_ARRAY)
		return -EPROTO;
	table = table_new(layout->columns, layout->count);
	if (table == NULL)
		return -ENOMEM;
	for (uint32_t i = 0; r == 0 && i < list->size; i++)
		r = add_line(table, layout, &list->ptr[i]);
	if (r == 0 && list->size > 0)
		table_write(to, table, answer->width);
	table_free(table);
	return r;
}

/* Never cut: its names are there to be copied. */
int
print_list(FILE *to, const struct answer *answer)
{
	static const struct layout layout = { channel_columns, channel_cells,
					      4 };

	return print_table(to, answer, &layout);
}

int
print_tasks(FILE *to, const struct answer *answer)
{
	static const struct layout layout = { task_columns, task_cells, 7 };

	return print_table(to, answer, &layout);
}

int
print_number(FILE *to, const struct answer *answer)
{
	if (answer->result->type != MSGPACK_OBJECT_POSITIVE_INTEGER)
		return -EPROTO;
	fprintf(to, "%" PRIu64 "\n", answer->result->via.u64);
	return 0;
}

static int
print_line(FILE *to, const msgpack_object *value)
{
	int r = render_json(to, value);

	putc('\n', to);
	return r;
}

int
print_json(FILE *to, const struct answer *answer)
{
	const msgpack_object_array *list = &answer->result->via.array;
	int r = 0;

	if (answer->result->type != MSGPACK_OBJECT_ARRAY)
		return print_line(to, answer->result);
	for (uint32_t i = 0; r == 0 && i < list->size; i++)
		r = print_line(to, &list->ptr[i]);
	return r;
}
