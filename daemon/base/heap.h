/* SPDX-License-Identifier: MIT */
/*
 * heap.h - things ordered by a key; those of equal keys by who came first.
 *
 * Room is reserved beforehand, so that putting in never fails.
 */
#ifndef BASE_HEAP_H
#define BASE_HEAP_H

#include "base/attr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct heap_node {
	size_t place; /* from 1; 0: in no heap */
};

struct heap {
	struct heap_entry *entries;
	size_t count;
	size_t capacity;
	uint64_t arrivals;
};

void heap_init(struct heap *heap);
void heap_fini(struct heap *heap);

/* Make room for `count` nodes in all. 0, or -ENOMEM and nothing changed. */
MUST_CHECK int heap_reserve(struct heap *heap, size_t count);

/* Put in a node that is in no heap; there must be room. O(log n). */
void heap_insert(struct heap *heap, struct heap_node *node, int64_t key);

/* Take it out; harmless when it is not in. O(log n). */
void heap_remove(struct heap *heap, struct heap_node *node);

/* The node of the least key, and that key; NULL when empty. */
struct heap_node *heap_first(const struct heap *heap, int64_t *key);

#endif
