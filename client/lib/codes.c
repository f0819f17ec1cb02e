/* SPDX-License-Identifier: MIT */
#include "client/lib/codes.h"

#include "config.h"

#include <string.h>

/* A code that the wire gets must have got a number in chand.h, too. */
static const char *const wire[] = {
#define ERROR(code, number, exit, text) [CHAND_##code] = #code,
#include "proto/errors.def"
#undef ERROR
};

enum { WIRE = sizeof wire / sizeof wire[0] };

static const char *const own[] = {
	[CHAND_OTHER - CHAND_OTHER] = "OTHER",
	[CHAND_UNREACHABLE - CHAND_OTHER] = "UNREACHABLE",
	[CHAND_UNKNOWN - CHAND_OTHER] = "UNKNOWN",
	[CHAND_GIBBERISH - CHAND_OTHER] = "GIBBERISH",
	[CHAND_MISUSE - CHAND_OTHER] = "MISUSE",
	[CHAND_NOMEMORY - CHAND_OTHER] = "NOMEMORY",
	[CHAND_PENDING - CHAND_OTHER] = "PENDING",
};

enum { OWN = sizeof own / sizeof own[0] };

const char *
chand_code_name(enum chand_code code)
{
	unsigned number = (unsigned)code;

	if (code == CHAND_OK)
		return "OK";
	if (number < WIRE)
		return wire[number];
	if (number - CHAND_OTHER < OWN)
		return own[number - CHAND_OTHER];
	return own[0];
}

enum chand_code
code_find(const void *name, size_t size)
{
	for (int i = CHAND_OK + 1; i < WIRE; i++)
		if (strlen(wire[i]) == size && memcmp(wire[i], name, size) == 0)
			return (enum chand_code)i;
	return CHAND_OTHER;
}

const char *
chand_version(void)
{
	return PACKAGE_VERSION;
}
