/* SPDX-License-Identifier: MIT */
/*
 * text.h - bytes that people will see. No bytes may come without a pointer.
 */
#ifndef CLIENT_BASE_TEXT_H
#define CLIENT_BASE_TEXT_H

#include <stddef.h>
#include <stdio.h>

/*
 * Write it so that a terminal obeys none of it: a control character becomes
 * \n, \t or its bytes as \x1b, and so does a byte that is no UTF-8. All else
 * stays as it is, a backslash too: what it shows of a valid name is the name.
 */
void text_escape(FILE *to, const char *data, size_t size);

/* The same in memory: a C string to free(), or NULL when out of memory. */
char *text_escaped(const char *data, size_t size);

/*
 * How many columns a UTF-8 string takes on a terminal: two for each CJK
 * character, none for a mark over another one.
 */
size_t text_width(const char *text);

/*
 * How many bytes of it, whole characters, fit into so many columns.
 *
 *   taken  how many columns they take
 */
size_t text_fit(const char *text, size_t columns, size_t *taken);

/*
 * A length of time for people, "0.5s", "59s", "3m04s", "2h05m" or "9d04h"; a C
 * string to free(), or NULL when out of memory.
 */
char *text_span(double seconds);

/* Write bytes in base64 (RFC 4648, padded). */
void text_base64(FILE *to, const char *data, size_t size);

#endif
