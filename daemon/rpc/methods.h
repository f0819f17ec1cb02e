/* SPDX-License-Identifier: MIT */
/*
 * methods.h - proto/methods.def as tables.
 */
#ifndef RPC_METHODS_H
#define RPC_METHODS_H

#include "access/access.h"
#include "base/attr.h"
#include "proto/value.h"

#include <string.h>

enum parameter_kind {
	PARAMETER_none,
#define PARAMETER(kind, type, text) PARAMETER_##kind,
#include "proto/methods.def"
};

/* What an argument is, be it a parameter or an option. */
enum argument_type {
	TYPE_ANY,
	TYPE_ARRAY,
	TYPE_BOOLEAN,
	TYPE_INTEGER,
	TYPE_LABEL,
	TYPE_NAME,
	TYPE_NUMBER,
	TYPE_SECONDS,
	TYPE_STRING,
	TYPE_TIMEOUT,
};

enum option {
#define CALL_OPTION(name, type, text) OPTION_##name,
#include "proto/methods.def"
	OPTION_COUNT,
};

struct argument_row {
	const char *name; /* "channel" */
	enum argument_type type;
	const char *text; /* what it must look like */
};

enum { PARAMETERS_MOST = 3 };

struct call;

struct method {
	const char *name;
	uint8_t size;	   /* of the name */
	unsigned required; /* of its positional parameters */
	uint8_t parameters[PARAMETERS_MOST];
	uint32_t options; /* 1 << OPTION_... of those that it takes */
	enum right right; /* that its caller needs; see methods.def */
	int (*run)(struct call *call);
	const char *help;
};

/* The rows of a parameter's kind (not none) and of an option. */
const struct argument_row *parameter_row(enum parameter_kind kind);
const struct argument_row *option_row(enum option option);

/* Is this its name? */
static inline bool
method_is(const struct method *method, struct span name)
{
	return method->size == name.size &&
	       memcmp(method->name, name.data, name.size) == 0;
}

/* How many positional parameters it has. */
static inline unsigned
method_parameters(const struct method *method)
{
	unsigned count = 0;

	while (count < PARAMETERS_MOST &&
	       method->parameters[count] != PARAMETER_none)
		count++;
	return count;
}

/* All of them, in the table's order: NULL behind the last one. */
const struct method *method_at(unsigned i);

/* Finds them by name, whatever their number, with one comparison or two. */
enum { METHOD_SLOTS = 256 };

struct method_index {
	uint8_t slots[METHOD_SLOTS];
};

void method_index_init(struct method_index *index);
const struct method *method_find(const struct method_index *index,
				 struct span name);

/* What each method does. 0, or a negative errno value; see call_fail(). */
#define METHOD(function, ...) PARKS int do_##function(struct call *call);
#include "proto/methods.def"

#endif
