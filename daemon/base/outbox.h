/* SPDX-License-Identifier: MIT */
/*
 * outbox.h - bytes on their way out: small ones copied together, large ones
 * handed through as the blobs they came in.
 */
#ifndef BASE_OUTBOX_H
#define BASE_OUTBOX_H

#include "base/attr.h"
#include "base/blob.h"

#include <sys/uio.h>

struct outbox {
	struct blob *first;
	struct blob *last;
	size_t bytes; /* in all */
};

void outbox_init(struct outbox *outbox);
void outbox_fini(struct outbox *outbox);

/* Append a copy. 0, or -ENOMEM and nothing was appended. */
MUST_CHECK int outbox_write(struct outbox *outbox, const void *data,
			    size_t size);

/* Append the blob's bytes and take the blob. Never fails, never allocates. */
void outbox_give(struct outbox *outbox, struct blob *blob);

/* Append all that is in another, which is empty then. Never fails. */
void outbox_move(struct outbox *outbox, struct outbox *from);

/* The first bytes as up to `count` vectors; how many were filled in. */
int outbox_vectors(const struct outbox *outbox, struct iovec *vectors,
		   int count);

/* Forget the first `size` bytes: they were written. */
void outbox_drop(struct outbox *outbox, size_t size);

#endif
