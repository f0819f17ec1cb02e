/* SPDX-License-Identifier: MIT */
/*
 * text.h - strings that come from peers: matched, and made printable.
 */
#ifndef RPC_TEXT_H
#define RPC_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Whether `text` matches `glob` as a whole: `*` is any run of bytes, `?` any
 * one byte, everything else itself. Takes at most size x glob_size steps.
 */
bool text_matches(const char *glob, size_t glob_size, const char *text,
		  size_t size);

/*
 * Write it printable and bounded into `out` of `out_size` bytes (at least 8):
 * what is not clean UTF-8, and quotes, as \xNN; what does not fit ends in
 * "...". Returns `out`, with a NUL.
 */
const char *text_escape(char *out, size_t out_size, const char *text,
			size_t size);

#endif
