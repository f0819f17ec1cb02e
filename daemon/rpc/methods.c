/* SPDX-License-Identifier: MIT */
#include "rpc/methods.h"

#include <stdbool.h>
#include <string.h>

static const struct argument_row parameters[] = {
#define PARAMETER(kind, type, text)                                            \
	[PARAMETER_##kind] = { #kind, TYPE_##type, text },
#include "proto/methods.def"
};

static const struct argument_row options[OPTION_COUNT] = {
#define CALL_OPTION(name, type, text)                                          \
	[OPTION_##name] = { #name, TYPE_##type, text },
#include "proto/methods.def"
};

/* PARAMETERS(A, B) and OPTIONS(a, b) of the table as initialisers. */
#define PARAMETERS(...) PARAMETERS_(__VA_ARGS__, none, none, )
#define PARAMETERS_(a, b, c, ...)                                              \
	{                                                                      \
		PARAMETER_##a, PARAMETER_##b, PARAMETER_##c                    \
	}
#define OPTIONS(...) OPTIONS_(__VA_ARGS__, none, none, none, none, none, )
#define OPTIONS_(a, b, c, d, e, f, ...)                                        \
	(BIT_##a | BIT_##b | BIT_##c | BIT_##d | BIT_##e | BIT_##f)

enum {
	BIT_none = 0,
#define CALL_OPTION(name, type, text) BIT_##name = 1 << OPTION_##name,
#include "proto/methods.def"
};

enum method_number {
#define METHOD(function, ...) METHOD_##function,
#include "proto/methods.def"
	METHOD_COUNT,
};

static const struct method methods[] = {
#define METHOD(function, name, required, parameters, options, right, help)     \
	[METHOD_##                                                             \
	    function] = { name,	   sizeof name - 1, required,	   parameters, \
			  options, RIGHT_##right,   do_##function, help },
#include "proto/methods.def"
};

const struct argument_row *
parameter_row(enum parameter_kind kind)
{
	return &parameters[kind];
}

const struct argument_row *
option_row(enum option option)
{
	return &options[option];
}

const struct method *
method_at(unsigned i)
{
	return i < METHOD_COUNT ? &methods[i] : NULL;
}

/* The names are ours: nobody can choose ones that collide. */
static unsigned
slot_of(const uint8_t *name, size_t size)
{
	if (size == 0)
		return 0;
	return (unsigned)(size * 61 + name[0] * 7u + name[size / 2] * 5u +
			  name[size - 1] * 3u) %
	       METHOD_SLOTS;
}

void
method_index_init(struct method_index *index)
{
	const char *name;
	unsigned slot;

	memset(index, 0, sizeof *index);
	for (unsigned i = 0; i < METHOD_COUNT; i++) {
		name = methods[i].name;
		slot = slot_of((const uint8_t *)name, strlen(name));
		while (index->slots[slot] != 0)
			slot = (slot + 1) % METHOD_SLOTS;
		index->slots[slot] = (uint8_t)(i + 1);
	}
}

const struct method *
method_find(const struct method_index *index, struct span name)
{
	unsigned slot = slot_of(name.data, name.size);
	const struct method *method;

	for (; index->slots[slot] != 0; slot = (slot + 1) % METHOD_SLOTS) {
		method = &methods[index->slots[slot] - 1];
		if (method_is(method, name))
			return method;
	}
	return NULL;
}
