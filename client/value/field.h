/* SPDX-License-Identifier: MIT */
/*
 * field.h - what is in the maps that the daemon answers with.
 *
 * A newer daemon may send more, an older one less, and anybody anything: what
 * is not there, or of another kind, is what the caller says instead.
 */
#ifndef CLIENT_VALUE_FIELD_H
#define CLIENT_VALUE_FIELD_H

#include <msgpack.h>
#include <stdbool.h>
#include <stdint.h>

/* The field of that name; NULL: there is none, or `map` is no map. */
const msgpack_object *field_find(const msgpack_object *map, const char *name);

/* Whether it is there, and true. */
bool field_is_set(const msgpack_object *map, const char *name);

/* A whole number; `otherwise` also for one that is out of range. */
int64_t field_integer(const msgpack_object *map, const char *name,
		      int64_t otherwise);

/* A number of any kind. */
double field_number(const msgpack_object *map, const char *name,
		    double otherwise);

/* As render_text() has it, "-" where there is none; to free(), or NULL. */
char *field_text(const msgpack_object *map, const char *name);

#endif
