/* SPDX-License-Identifier: MIT */
#include "base/pool.h"

#include <stdlib.h>
#include <string.h>

/* The first bytes of a piece that is kept say which one comes next. */
static void *
pop(struct pool *pool)
{
	void *piece = pool->first;

	memcpy(&pool->first, piece, sizeof pool->first);
	pool->count--;
	return piece;
}

void *
pool_take(struct pool *pool)
{
	return pool->first != NULL ? pop(pool) : malloc(pool->size);
}

void
pool_give(struct pool *pool, void *piece)
{
	if (pool->count >= pool->most) {
		free(piece);
		return;
	}
	memcpy(piece, &pool->first, sizeof pool->first);
	pool->first = piece;
	pool->count++;
}

void
pool_keep(struct pool *pool, size_t most)
{
	pool->most = most;
	while (pool->count > most)
		free(pop(pool));
}
