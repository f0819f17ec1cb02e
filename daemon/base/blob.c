/* SPDX-License-Identifier: MIT */
#include "base/blob.h"

#include "base/budget.h"
#include "base/pool.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* What most values, and most answers that wait to be written, fit into. */
enum { SIZES = 2 };

static struct pool pools[SIZES] = { { .size = 256 }, { .size = 1024 } };

void
blob_keep(size_t most)
{
	for (int i = 0; i < SIZES; i++)
		pool_keep(&pools[i], most);
}

static size_t
capacity_of(const struct pool *pool)
{
	return pool->size - sizeof(struct blob);
}

/* The pool whose pieces have that capacity, or more; NULL: none, or unused. */
static struct pool *
pool_for(size_t capacity)
{
	for (int i = 0; i < SIZES; i++)
		if (capacity <= capacity_of(&pools[i]))
			return pools[i].most > 0 ? &pools[i] : NULL;
	return NULL;
}

/* The pool that it came from, or could have. One that is lent has no bytes. */
static struct pool *
pool_of(const struct blob *blob)
{
	if (blob->shared != NULL)
		return NULL;
	for (int i = 0; i < SIZES; i++)
		if (blob->capacity == capacity_of(&pools[i]))
			return &pools[i];
	return NULL;
}

static void *
take(size_t size, bool is_exempt)
{
	void *memory;

	if (is_exempt)
		budget_add(size);
	else if (!budget_take(size))
		return NULL;
	memory = malloc(size);
	if (memory == NULL)
		budget_give(size);
	return memory;
}

static struct blob *
make(size_t size, bool is_exempt)
{
	size_t capacity = BLOB_HEADROOM + size;
	struct pool *pool = pool_for(capacity);
	struct blob *blob = pool != NULL
				? pool_take(pool, is_exempt)
				: take(sizeof *blob + capacity, is_exempt);

	if (blob == NULL)
		return NULL;
	if (pool != NULL)
		capacity = capacity_of(pool);
	*blob = (struct blob){ .shares = 1,
			       .capacity = capacity,
			       .begin = BLOB_HEADROOM,
			       .end = BLOB_HEADROOM };
	return blob;
}

struct blob *
blob_new(size_t size)
{
	return make(size, false);
}

struct blob *
blob_new_exempt(size_t size)
{
	return make(size, true);
}

/* What it takes, of memory that no pool has given. */
static size_t
footprint(const struct blob *blob)
{
	return sizeof *blob + (blob->shared == NULL ? blob->capacity : 0);
}

struct blob *
blob_copy(const void *data, size_t size)
{
	struct blob *blob = blob_new(size);

	if (blob != NULL)
		blob_append(blob, data, size);
	return blob;
}

struct blob *
blob_ref(struct blob *blob)
{
	blob->shares++;
	return blob;
}

struct blob *
blob_unref(struct blob *blob)
{
	struct pool *pool;

	if (blob == NULL || --blob->shares > 0)
		return NULL;
	pool = pool_of(blob);
	if (pool != NULL) {
		pool_give(pool, blob);
		return NULL;
	}
	budget_give(footprint(blob));
	blob_unref(blob->shared);
	free(blob);
	return NULL;
}

struct blob *
blob_lend(struct blob *blob)
{
	/* One that is lent itself has no bytes: they are its owner's. */
	struct blob *owner = blob->shared != NULL ? blob->shared : blob;
	struct blob *lent = take(sizeof *lent, true);

	if (lent == NULL)
		return NULL;
	*lent = (struct blob){ .shared = blob_ref(owner),
			       .shares = 1,
			       .capacity = blob->end,
			       .begin = blob->begin,
			       .end = blob->end };
	return lent;
}

struct blob *
blob_grow(struct blob *blob, size_t size)
{
	struct blob *larger;
	size_t capacity, more;

	if (blob->capacity - blob->begin >= size)
		return blob;
	capacity = blob->begin + size;
	more = capacity - blob->capacity;
	if (!budget_take(more))
		return NULL;
	larger = realloc(blob, sizeof *blob + capacity);
	if (larger == NULL)
		budget_give(more);
	else
		larger->capacity = capacity;
	return larger;
}

void
blob_append(struct blob *blob, const void *data, size_t size)
{
	assert(size <= blob_room(blob) && blob_is_own(blob));
	memcpy(blob->bytes + blob->end, data, size);
	blob->end += size;
}

void
blob_prepend(struct blob *blob, const void *data, size_t size)
{
	assert(size <= blob->begin && blob_is_own(blob));
	blob->begin -= size;
	memcpy(blob->bytes + blob->begin, data, size);
}
