/* SPDX-License-Identifier: MIT */
/*
 * intake.h - what was read from a descriptor and not consumed yet; only for
 * this room.
 *
 * All streams read into the loop's one scratch memory. It has one owner at a
 * time; a new one makes the old one put away what is left of its bytes, in a
 * buffer of its own. A stream whose messages come whole never needs one.
 */
#ifndef NET_INTAKE_H
#define NET_INTAKE_H

#include "base/attr.h"
#include "base/blob.h"
#include "net/wire.h"

#include <stdbool.h>
#include <stddef.h>

enum { SCRATCH = 64 << 10 };

struct scratch {
	uint8_t *bytes;	      /* SCRATCH of them */
	struct intake *owner; /* or NULL */
};

struct intake {
	struct scratch *scratch;
	size_t begin, end; /* of the scratch, while it is ours */
	struct blob *kept; /* the buffer of its own, or NULL */
	bool is_lost;	   /* no memory to put it away */
};

void intake_init(struct intake *intake, struct scratch *scratch);
void intake_fini(struct intake *intake);

/* What is there; good until anybody reads. */
const uint8_t *intake_data(const struct intake *intake, size_t *size);

/* Done with the first `size` bytes; readable until anybody reads. */
void intake_consume(struct intake *intake, size_t size);

/*
 * Read once.
 *
 *   wanted   how many bytes in all would be of use: a hint
 *   is_full  whether all room was filled, so that more may be there
 *
 * How many bytes, 0 at the end, or a negative errno value: -ENOMEM too.
 */
MUST_CHECK ssize_t intake_read(struct intake *intake, const struct wire *wire,
			       size_t wanted, bool *is_full);

/*
 * A blob of the `size` bytes at `at`, which were consumed last. Large ones
 * are not copied: the buffer itself is handed on. NULL when out of memory.
 */
struct blob *intake_take(struct intake *intake, const uint8_t *at, size_t size);

#endif
