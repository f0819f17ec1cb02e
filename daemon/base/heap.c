/* SPDX-License-Identifier: MIT */
#include "base/heap.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

struct heap_entry {
	int64_t key;
	uint64_t arrival;
	struct heap_node *node;
};

void
heap_init(struct heap *heap)
{
	*heap = (struct heap){ 0 };
}

void
heap_fini(struct heap *heap)
{
	free(heap->entries);
	heap_init(heap);
}

int
heap_reserve(struct heap *heap, size_t count)
{
	size_t capacity = heap->capacity > 0 ? heap->capacity : 32;
	struct heap_entry *entries;

	if (count <= heap->capacity)
		return 0;
	while (capacity < count)
		capacity *= 2;
	entries = reallocarray(heap->entries, capacity, sizeof *entries);
	if (entries == NULL)
		return -ENOMEM;
	heap->entries = entries;
	heap->capacity = capacity;
	return 0;
}

static bool
is_before(const struct heap_entry *a, const struct heap_entry *b)
{
	return a->key != b->key ? a->key < b->key : a->arrival < b->arrival;
}

/* Places count from 1, as a node's place 0 says that it is nowhere. */
static void
put(struct heap *heap, size_t place, struct heap_entry entry)
{
	heap->entries[place - 1] = entry;
	entry.node->place = place;
}

static void
rise(struct heap *heap, size_t place, struct heap_entry entry)
{
	while (place > 1 && is_before(&entry, &heap->entries[place / 2 - 1])) {
		put(heap, place, heap->entries[place / 2 - 1]);
		place /= 2;
	}
	put(heap, place, entry);
}

static void
sink(struct heap *heap, size_t place, struct heap_entry entry)
{
	size_t child;

	while ((child = 2 * place) <= heap->count) {
		if (child < heap->count &&
		    is_before(&heap->entries[child], &heap->entries[child - 1]))
			child++;
		if (!is_before(&heap->entries[child - 1], &entry))
			break;
		put(heap, place, heap->entries[child - 1]);
		place = child;
	}
	put(heap, place, entry);
}

void
heap_insert(struct heap *heap, struct heap_node *node, int64_t key)
{
	struct heap_entry entry = { key, heap->arrivals++, node };

	assert(node->place == 0 && heap->count < heap->capacity);
	rise(heap, ++heap->count, entry);
}

void
heap_remove(struct heap *heap, struct heap_node *node)
{
	size_t place = node->place;
	struct heap_entry last;

	if (place == 0)
		return;
	last = heap->entries[--heap->count];
	node->place = 0;
	if (last.node == node)
		return;
	if (place > 1 && is_before(&last, &heap->entries[place / 2 - 1]))
		rise(heap, place, last);
	else
		sink(heap, place, last);
}

struct heap_node *
heap_first(const struct heap *heap, int64_t *key)
{
	if (heap->count == 0)
		return NULL;
	*key = heap->entries[0].key;
	return heap->entries[0].node;
}
