/* SPDX-License-Identifier: MIT */
#include "net/intake.h"

#include <errno.h>
#include <string.h>

enum {
	LEAST = 512,	       /* of a buffer of one's own */
	LARGE = 16 << 10,      /* from here on a buffer is handed on whole */
	MOST_UNSEEN = 1 << 20, /* memory for what was only announced */
};

void
intake_init(struct intake *intake, struct scratch *scratch)
{
	*intake = (struct intake){ .scratch = scratch };
}

static bool
owns_scratch(const struct intake *intake)
{
	return intake->scratch->owner == intake;
}

void
intake_fini(struct intake *intake)
{
	if (owns_scratch(intake))
		intake->scratch->owner = NULL;
	intake->kept = blob_unref(intake->kept);
	intake->is_lost = false; /* what was forgotten is not missed */
}

const uint8_t *
intake_data(const struct intake *intake, size_t *size)
{
	if (owns_scratch(intake)) {
		*size = intake->end - intake->begin;
		return intake->scratch->bytes + intake->begin;
	}
	*size = intake->kept != NULL ? blob_size(intake->kept) : 0;
	return intake->kept != NULL ? blob_data(intake->kept) : NULL;
}

void
intake_consume(struct intake *intake, size_t size)
{
	if (owns_scratch(intake))
		intake->begin += size;
	else if (size > 0)
		intake->kept->begin += size;
}

/* The scratch is wanted: put away what was not consumed. */
static void
evict(struct intake *intake)
{
	size_t size = intake->end - intake->begin;

	intake->scratch->owner = NULL;
	if (size == 0)
		return;
	intake->kept = blob_new_exempt(size > LEAST ? size : LEAST);
	intake->is_lost = intake->kept == NULL;
	if (!intake->is_lost)
		blob_append(intake->kept,
			    intake->scratch->bytes + intake->begin, size);
}

static void
take_scratch(struct intake *intake)
{
	struct scratch *scratch = intake->scratch;

	if (scratch->owner != NULL)
		evict(scratch->owner);
	scratch->owner = intake;
	intake->begin = intake->end = 0;
}

/* Behind what was consumed there may be room enough. */
static void
move_down(struct blob *blob)
{
	size_t size = blob_size(blob);

	memmove(blob->bytes + BLOB_HEADROOM, blob_data(blob), size);
	blob->begin = BLOB_HEADROOM;
	blob->end = BLOB_HEADROOM + size;
}

/*
 * Make room in the buffer. What a peer has announced gets memory only in step
 * with what it has really sent.
 */
static int
make_room(struct intake *intake, size_t wanted)
{
	struct blob *kept = intake->kept;
	size_t size = blob_size(kept);
	size_t most = 2 * size + MOST_UNSEEN;

	if (kept->begin > BLOB_HEADROOM && blob_room(kept) < wanted - size)
		move_down(kept);
	if (blob_room(kept) >= wanted - size)
		return 0;
	if (wanted < 2 * size)
		wanted = 2 * size;
	kept = blob_grow(kept, wanted < most ? wanted : most);
	if (kept == NULL)
		return -ENOMEM;
	intake->kept = kept;
	return 0;
}

static ssize_t
read_kept(struct intake *intake, const struct wire *wire, size_t wanted,
	  bool *is_full)
{
	int r = make_room(intake, wanted);
	struct blob *kept = intake->kept;
	size_t room = blob_room(kept);
	ssize_t n;

	if (r < 0)
		return r;
	n = wire_read(wire, kept->bytes + kept->end, room);
	if (n > 0)
		kept->end += (size_t)n;
	*is_full = n == (ssize_t)room;
	return n;
}

static ssize_t
read_scratch(struct intake *intake, const struct wire *wire, bool *is_full)
{
	size_t room;
	ssize_t n;

	if (!owns_scratch(intake) || intake->begin == intake->end)
		take_scratch(intake);
	room = SCRATCH - intake->end;
	n = wire_read(wire, intake->scratch->bytes + intake->end, room);
	if (n > 0)
		intake->end += (size_t)n;
	*is_full = n == (ssize_t)room;
	return n;
}

ssize_t
intake_read(struct intake *intake, const struct wire *wire, size_t wanted,
	    bool *is_full)
{
	size_t unread;

	/* A hint below what is there must not read into no room at all. */
	intake_data(intake, &unread);
	if (wanted <= unread)
		wanted = unread + 1;
	*is_full = false;
	if (owns_scratch(intake) && unread > 0 &&
	    wanted > SCRATCH - intake->begin)
		evict(intake); /* it would not fit */
	if (intake->is_lost)
		return -ENOMEM;
	if (intake->kept != NULL && blob_size(intake->kept) == 0)
		intake->kept = blob_unref(intake->kept);
	return intake->kept != NULL ? read_kept(intake, wire, wanted, is_full)
				    : read_scratch(intake, wire, is_full);
}

/* The buffer itself, cut to what is wanted; what follows goes elsewhere. */
static struct blob *
hand_on(struct intake *intake, const uint8_t *at, size_t size)
{
	struct blob *blob = intake->kept;
	struct blob *next = NULL;

	if (blob_size(blob) > 0) {
		next = blob_copy(blob_data(blob), blob_size(blob));
		if (next == NULL)
			return NULL;
	}
	intake->kept = next;
	blob->begin = (size_t)(at - blob->bytes);
	blob->end = blob->begin + size;
	return blob;
}

/* Not a whole buffer for a small part of it: whoever waits would keep all. */
static bool
is_worth_it(const struct intake *intake, size_t size)
{
	return !owns_scratch(intake) && size >= LARGE &&
	       size >= intake->kept->capacity / 2;
}

struct blob *
intake_take(struct intake *intake, const uint8_t *at, size_t size)
{
	if (is_worth_it(intake, size))
		return hand_on(intake, at, size);
	return blob_copy(at, size);
}
