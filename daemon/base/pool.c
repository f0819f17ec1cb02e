/* SPDX-License-Identifier: MIT */
#include "base/pool.h"

#include "base/budget.h"

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

static void
drop(struct pool *pool, void *piece)
{
	budget_give(pool->size);
	free(piece);
}

void *
pool_take(struct pool *pool, bool is_exempt)
{
	void *piece;

	if (pool->first != NULL)
		return pop(pool);
	if (is_exempt)
		budget_add(pool->size);
	else if (!budget_take(pool->size))
		return NULL;
	piece = malloc(pool->size);
	if (piece == NULL)
		budget_give(pool->size);
	return piece;
}

void
pool_give(struct pool *pool, void *piece)
{
	if (pool->count >= pool->most) {
		drop(pool, piece);
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
		drop(pool, pop(pool));
}
