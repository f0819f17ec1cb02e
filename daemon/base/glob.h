/* SPDX-License-Identifier: MIT */
/*
 * glob.h - names matched by a pattern that may come from a peer.
 */
#ifndef BASE_GLOB_H
#define BASE_GLOB_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Whether `text` matches `glob` as a whole: `*` is any run of bytes, `?` any
 * one byte, everything else itself. Takes at most size x glob_size steps.
 */
bool glob_matches(const char *glob, size_t glob_size, const char *text,
		  size_t size);

#endif
