/* SPDX-License-Identifier: MIT */
/*
 * budget.h - how much memory all together may take that peers make the daemon
 * keep: their values, what is read and not yet a message, channels, stacks.
 *
 * One for the process, like the pieces that pool.h keeps, which count.
 */
#ifndef BASE_BUDGET_H
#define BASE_BUDGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct budget {
	size_t used; /* bytes */
	size_t most; /* at first SIZE_MAX */
	uint64_t refused;
	bool is_short; /* something was refused since this was cleared */
};

extern struct budget budget;

/* Is there room for so many bytes? Then they count until they are given. */
static inline bool
budget_take(size_t size)
{
	if (budget.used + size > budget.most) {
		budget.refused++;
		budget.is_short = true;
		return false;
	}
	budget.used += size;
	return true;
}

/* They count, but are never refused: without them there is no answer. */
static inline void
budget_add(size_t size)
{
	budget.used += size;
}

static inline void
budget_give(size_t size)
{
	budget.used -= size;
}

#endif
