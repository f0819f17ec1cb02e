/* SPDX-License-Identifier: MIT */
/*
 * escape.h - strings that come from peers, made printable.
 */
#ifndef PROTO_ESCAPE_H
#define PROTO_ESCAPE_H

#include <stddef.h>

/*
 * Write it printable and bounded into `out` of `out_size` bytes (at least 8):
 * what is not clean UTF-8, and quotes, as \xNN; what does not fit ends in
 * "...". Returns `out`, with a NUL.
 */
const char *escape_text(char *out, size_t out_size, const char *text,
			size_t size);

#endif
