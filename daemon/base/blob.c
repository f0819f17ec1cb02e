/* SPDX-License-Identifier: MIT */
#include "base/blob.h"

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
	blob->next = NULL;
	blob->capacity = capacity;
	blob->begin = blob->end = BLOB_HEADROOM;
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
blob_free(struct blob *blob)
{
	free(blob);
	return NULL;
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
	assert(size <= blob_room(blob));
	memcpy(blob->bytes + blob->end, data, size);
	blob->end += size;
}

void
blob_prepend(struct blob *blob, const void *data, size_t size)
{
	assert(size <= blob->begin);
	blob->begin -= size;
	memcpy(blob->bytes + blob->begin, data, size);
}
