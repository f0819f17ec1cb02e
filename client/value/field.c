/* SPDX-License-Identifier: MIT */
#include "client/value/field.h"

#include "client/value/render.h"

#include <string.h>

const msgpack_object *
field_find(const msgpack_object *map, const char *name)
{
	uint32_t size = map->type == MSGPACK_OBJECT_MAP ? map->via.map.size : 0;

	for (uint32_t i = 0; i < size; i++) {
		const msgpack_object *key = &map->via.map.ptr[i].key;

		if (key->type == MSGPACK_OBJECT_STR &&
		    key->via.str.size == strlen(name) &&
		    memcmp(key->via.str.ptr, name, strlen(name)) == 0)
			return &map->via.map.ptr[i].val;
	}
	return NULL;
}

bool
field_is_set(const msgpack_object *map, const char *name)
{
	const msgpack_object *field = field_find(map, name);

	return field != NULL && field->type == MSGPACK_OBJECT_BOOLEAN &&
	       field->via.boolean;
}

int64_t
field_integer(const msgpack_object *map, const char *name, int64_t otherwise)
{
	const msgpack_object *field = field_find(map, name);

	if (field != NULL && field->type == MSGPACK_OBJECT_NEGATIVE_INTEGER)
		return field->via.i64;
	if (field != NULL && field->type == MSGPACK_OBJECT_POSITIVE_INTEGER &&
	    field->via.u64 <= INT64_MAX)
		return (int64_t)field->via.u64;
	return otherwise;
}

double
field_number(const msgpack_object *map, const char *name, double otherwise)
{
	const msgpack_object *field = field_find(map, name);

	if (field != NULL && (field->type == MSGPACK_OBJECT_FLOAT32 ||
			      field->type == MSGPACK_OBJECT_FLOAT64))
		return field->via.f64;
	if (field != NULL && field->type == MSGPACK_OBJECT_POSITIVE_INTEGER)
		return (double)field->via.u64;
	if (field != NULL && field->type == MSGPACK_OBJECT_NEGATIVE_INTEGER)
		return (double)field->via.i64;
	return otherwise;
}

char *
field_text(const msgpack_object *map, const char *name)
{
	const msgpack_object *field = field_find(map, name);

	return field != NULL ? render_text(field) : strdup("-");
}
