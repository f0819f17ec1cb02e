/* SPDX-License-Identifier: MIT */
#include "base/outbox.h"

#include <errno.h>

enum {
	/* With its head this is what malloc keeps ready for the next one. */
	CHUNK = 960,
	/* Up to here a copy costs less than one more vector to write. */
	SMALL = 512,
};

void
outbox_init(struct outbox *outbox)
{
	*outbox = (struct outbox){ 0 };
}

void
outbox_fini(struct outbox *outbox)
{
	outbox_drop(outbox, outbox->bytes);
}

static void
link_last(struct outbox *outbox, struct blob *blob)
{
	blob->next = NULL;
	if (outbox->last != NULL)
		outbox->last->next = blob;
	else
		outbox->first = blob;
	outbox->last = blob;
	outbox->bytes += blob_size(blob);
}

static size_t
room(const struct outbox *outbox)
{
	return outbox->last != NULL ? blob_room(outbox->last) : 0;
}

int
outbox_write(struct outbox *outbox, const void *data, size_t size)
{
	struct blob *blob;

	if (size == 0)
		return 0;
	if (room(outbox) >= size) {
		blob_append(outbox->last, data, size);
		outbox->bytes += size;
		return 0;
	}
	blob = blob_new_exempt(size > CHUNK ? size : CHUNK);
	if (blob == NULL)
		return -ENOMEM;
	blob_append(blob, data, size);
	link_last(outbox, blob);
	return 0;
}

void
outbox_give(struct outbox *outbox, struct blob *blob)
{
	size_t size = blob_size(blob);

	if (size > SMALL || (outbox->last == NULL && size > 0) ||
	    outbox_write(outbox, blob_data(blob), size) < 0)
		link_last(outbox, blob);
	else
		blob_unref(blob);
}

void
outbox_move(struct outbox *outbox, struct outbox *from)
{
	if (from->first == NULL)
		return;
	if (outbox->last != NULL)
		outbox->last->next = from->first;
	else
		outbox->first = from->first;
	outbox->last = from->last;
	outbox->bytes += from->bytes;
	outbox_init(from);
}

int
outbox_vectors(const struct outbox *outbox, struct iovec *vectors, int count)
{
	int i = 0;

	for (struct blob *b = outbox->first; b != NULL && i < count;
	     b = b->next)
		vectors[i++] = (struct iovec){ blob_data(b), blob_size(b) };
	return i;
}

void
outbox_drop(struct outbox *outbox, size_t size)
{
	struct blob *blob;

	outbox->bytes -= size;
	while (size > 0 && size >= blob_size(outbox->first)) {
		blob = outbox->first;
		size -= blob_size(blob);
		outbox->first = blob->next;
		blob_unref(blob);
	}
	if (outbox->first == NULL)
		outbox->last = NULL;
	else
		outbox->first->begin += size;
}
