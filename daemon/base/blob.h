/* SPDX-License-Identifier: MIT */
/*
 * blob.h - a piece of bytes that changes owners instead of being copied.
 *
 * Whoever has a blob owns it alone: to pass it on is to give it up. In front
 * of its bytes there is room for a message's head, so that an answer can be
 * built around a value where it lies, without memory being needed for it.
 */
#ifndef BASE_BLOB_H
#define BASE_BLOB_H

#include <stddef.h>
#include <stdint.h>

enum { BLOB_HEADROOM = 16 };

struct blob {
	struct blob *next; /* in an outbox */
	size_t capacity;   /* of bytes[] */
	size_t begin, end; /* what of bytes[] is filled */
	uint8_t bytes[];
};

/* An empty blob with room for `size` bytes; NULL when out of memory. */
struct blob *blob_new(size_t size);
/* The same, with a copy of `size` bytes in it. */
struct blob *blob_copy(const void *data, size_t size);
/* NULL, always; NULL is welcome. */
struct blob *blob_free(struct blob *blob);

/*
 * Room for `size` bytes in all behind the first one filled, in this blob or
 * in the one that takes its place. NULL when out of memory: `blob` is as it
 * was.
 */
struct blob *blob_grow(struct blob *blob, size_t size);

static inline uint8_t *
blob_data(struct blob *blob)
{
	return blob->bytes + blob->begin;
}

static inline size_t
blob_size(const struct blob *blob)
{
	return blob->end - blob->begin;
}

/* How much can still be filled in behind its end. */
static inline size_t
blob_room(const struct blob *blob)
{
	return blob->capacity - blob->end;
}

/* Fill in; there must be room, in front up to BLOB_HEADROOM bytes once. */
void blob_append(struct blob *blob, const void *data, size_t size);
void blob_prepend(struct blob *blob, const void *data, size_t size);

#endif
