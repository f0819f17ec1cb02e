/* SPDX-License-Identifier: MIT */
/*
 * blob.h - a piece of bytes that changes owners instead of being copied.
 *
 * Whoever has a blob owns a share of it: to pass it on is to give that up.
 * Its bytes may be changed while nobody else has one. In front of them there
 * is room for a message's head, so that an answer can be built around a value
 * where it lies, without memory being needed for it.
 */
#ifndef BASE_BLOB_H
#define BASE_BLOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { BLOB_HEADROOM = 16 };

struct blob {
	struct blob *next;   /* in an outbox */
	struct blob *shared; /* whose bytes these are, if not its own */
	size_t shares;
	size_t capacity;   /* of bytes[] */
	size_t begin, end; /* what of bytes[] is filled */
	uint8_t bytes[];
};

/*
 * Keep up to `most` small blobs that were freed, for those that are new: in
 * steady state small values then take no memory from malloc(). At first none;
 * 0 also frees those that are kept.
 */
void blob_keep(size_t most);

/*
 * An empty blob with room for `size` bytes; NULL when out of memory, or of the
 * budget that all together have (see budget.h). For what the daemon itself has
 * to say, or to put away, there is no budget.
 */
struct blob *blob_new(size_t size);
struct blob *blob_new_exempt(size_t size);
/* The same, with a copy of `size` bytes in it. */
struct blob *blob_copy(const void *data, size_t size);

/* One more share of it: returns `blob`. */
struct blob *blob_ref(struct blob *blob);
/* Give up a share: NULL, always; NULL is welcome. The last one frees it. */
struct blob *blob_unref(struct blob *blob);

/*
 * A blob that shows the bytes of another, of which it takes a share: two
 * outboxes can hold the same value so. NULL when out of memory: no share was
 * taken.
 */
struct blob *blob_lend(struct blob *blob);

/* Whether its bytes are its own, and nobody else has a share. */
static inline bool
blob_is_own(const struct blob *blob)
{
	return blob->shares == 1 && blob->shared == NULL;
}

/*
 * Room for `size` bytes in all behind the first one filled, in this blob or
 * in the one that takes its place. NULL when out of memory: `blob` is as it
 * was.
 */
struct blob *blob_grow(struct blob *blob, size_t size);

static inline uint8_t *
blob_data(struct blob *blob)
{
	struct blob *owner = blob->shared != NULL ? blob->shared : blob;

	return owner->bytes + blob->begin;
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

/*
 * Fill in a blob that is one's own; there must be room, in front up to
 * BLOB_HEADROOM bytes once.
 */
void blob_append(struct blob *blob, const void *data, size_t size);
void blob_prepend(struct blob *blob, const void *data, size_t size);

#endif
