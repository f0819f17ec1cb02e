/* SPDX-License-Identifier: MIT */
/*
 * scan.h - finds where a msgpack value ends, without decoding it.
 *
 * A value may come in pieces: the cursor goes on where it stopped, so every
 * byte is looked at once, and nothing is allocated for what a peer announces.
 * Formats are those of the MessagePack specification; all of its encodings
 * are accepted, not only the shortest.
 *
 * Knows limits.h alone.
 */
#ifndef PROTO_SCAN_H
#define PROTO_SCAN_H

#include "proto/limits.h"

#include <stddef.h>
#include <stdint.h>

struct scan {
	size_t offset;	/* looked at so far; may lie ahead of the data */
	size_t limit;	/* bytes that the whole value may have */
	size_t pending; /* values still to come, the whole one included */
	uint32_t depth; /* containers that are open */
	uint32_t left[LIMIT_DEPTH]; /* values still to come in each of them */
};

/* Begin a value of at most `limit` bytes (1 to LIMIT_MESSAGE_MAX). */
void scan_init(struct scan *scan, size_t limit);

/*
 * Look at what has come since the last call.
 *
 *   data, size  the value from its first byte on, as far as it is here;
 *               it may have moved, and may end in the middle of anything
 *
 * 1 when the value is whole: it is `offset` bytes long, and more may follow.
 * 0 when more is needed: more than `size` bytes, and `offset` at the least.
 * -EBADMSG a byte that begins no value (0xc1); -ELOOP nested too deep;
 * -ERANGE an announced count that cannot fit into what is left of the limit;
 * -EMSGSIZE longer than the limit. `offset` is then where the value begins
 * that is wrong; in what pieces the data came makes no difference.
 */
int scan_more(struct scan *scan, const void *data, size_t size);

/*
 * The same at once, for what is most common: `count` values from `at` on, all
 * there before `end`, in short encodings and hardly nested. Where they end;
 * NULL where it is anything else: ask scan_more().
 */
const uint8_t *scan_common(const uint8_t *at, const uint8_t *end,
			   unsigned count);

#endif
