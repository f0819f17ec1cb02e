/* SPDX-License-Identifier: MIT */
/*
 * text.h - strings that come from peers, made printable.
 */
#ifndef RPC_TEXT_H
#define RPC_TEXT_H

#include <stddef.h>

/*
 * Write it printable and bounded into `out` of `out_size` bytes (at least 8):
 * what is not clean UTF-8, and quotes, as \xNN; what does not fit ends in
 * "...". Returns `out`, with a NUL.
 */
const char *text_escape(char *out, size_t out_size, const char *text,
			size_t size);

#endif
