/* SPDX-License-Identifier: MIT */
/*
 * token.h - what somebody knows, as its hash: no token itself is ever kept.
 */
#ifndef ACCESS_TOKEN_H
#define ACCESS_TOKEN_H

#include "base/attr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TOKEN_HASH = 32 }; /* bytes of SHA-256 */

/* Its SHA-256. False when there is no memory for that. */
MUST_CHECK bool token_hash(const void *token, size_t size,
			   uint8_t hash[TOKEN_HASH]);

/* Read 64 hexadecimal digits and nothing else. 0, or -EINVAL. */
MUST_CHECK int token_parse(const char *text, size_t size,
			   uint8_t hash[TOKEN_HASH]);

/* Are they the same? Takes the same time whatever they are. */
bool token_equals(const uint8_t a[TOKEN_HASH], const uint8_t b[TOKEN_HASH]);

#endif
