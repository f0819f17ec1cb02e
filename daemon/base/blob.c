/* SPDX-License-Identifier: MIT */
#include "base/blob.h"

#include "base/plant.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct blob *
blob_new(size_t size)
{
	size_t capacity = BLOB_HEADROOM + size;
	struct blob *blob = malloc(sizeof *blob + capacity);

	if (blob == NULL)
		return NULL;
	*blob = (struct blob){ .shares = 1,
			       .capacity = capacity,
			       .begin = BLOB_HEADROOM,
			       .end = BLOB_HEADROOM };
	return blob;
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
	if (blob == NULL || --blob->shares > 0)
		return NULL;
	blob_unref(blob->shared);
	free(blob);
	return NULL;
}

struct blob *
blob_lend(struct blob *blob)
{
	struct blob *owner = blob->shared != NULL && !PLANTED(LOAN_OF_A_LOAN)
				 ? blob->shared
				 : blob;
	struct blob *lent = malloc(sizeof *lent);

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
	size_t capacity;

	if (blob->capacity - blob->begin >= size)
		return blob;
	capacity = blob->begin + size;
	larger = realloc(blob, sizeof *blob + capacity);
	if (larger != NULL)
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
