/* SPDX-License-Identifier: MIT */
/*
 * pool.h - pieces of memory of one size, some of which are kept for the next.
 *
 * What is kept is not looked at by anybody: who needs to see each use of
 * freed memory, or each allocation fail, keeps none.
 */
#ifndef BASE_POOL_H
#define BASE_POOL_H

#include <stdbool.h>
#include <stddef.h>

struct pool {
	size_t size; /* of a piece, in bytes: at least that of a pointer */
	size_t most; /* that are kept */
	size_t count;
	void *first;
};

/*
 * A piece, filled with anything; NULL when out of memory, or of the budget
 * (see budget.h) unless it `is_exempt` from that.
 */
void *pool_take(struct pool *pool, bool is_exempt);
void pool_give(struct pool *pool, void *piece);

/* Keep up to `most` from now on; frees what is above that. */
void pool_keep(struct pool *pool, size_t most);

#endif
