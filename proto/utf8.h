/* SPDX-License-Identifier: MIT */
/*
 * utf8.h - UTF-8 as RFC 3629 has it: no surrogates, nothing overlong.
 */
#ifndef PROTO_UTF8_H
#define PROTO_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The character that the `room` (1 or more) bytes at `at` begin with, and how
 * many of them it takes; or -1 and `*size` untouched.
 */
int32_t utf8_decode(const char *at, size_t room, size_t *size);

/* A character that a terminal or a log would obey: C0, DEL and C1. */
static inline bool
utf8_is_control(int32_t character)
{
	return (character >= 0 && character < 0x20) ||
	       (character >= 0x7f && character < 0xa0);
}

bool utf8_is_valid(const char *text, size_t size);

/* Valid, and without control characters: as names must be. */
bool utf8_is_clean(const char *text, size_t size);

#endif
