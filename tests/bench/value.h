/* SPDX-License-Identifier: MIT */
/* value.h - what is sent: whose and the how manieth it is, then a pattern. */
#ifndef BENCH_VALUE_H
#define BENCH_VALUE_H

#include "dialect.h"

enum { VALUE_LEAST = 16 }; /* bytes */

/* The value `sequence` of `number`; ours until the next call. */
const void *value_make(unsigned number, uint32_t sequence, unsigned size);
/* Whether it is one, whole; whose, and which. */
bool value_check(const struct event *event, unsigned size, unsigned *number,
		 uint32_t *sequence);

#endif
