/* SPDX-License-Identifier: MIT */
/*
 * map.h - finds things by a string of bytes.
 *
 * A node lies inside the thing it finds and points to that thing's own name.
 * Hashes are SipHash under a secret seed, so that nobody can choose names
 * which collide.
 */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include "base/attr.h"

#include <stddef.h>
#include <stdint.h>

struct map_node {
	struct map_node *next;
	uint64_t hash;
	const char *key;
	size_t key_size;
};

struct map {
	struct map_node **buckets;
	size_t mask; /* buckets - 1; their number is a power of two */
	size_t count;
	uint64_t seed[2];
};

/* An empty map. 0, or -ENOMEM. */
MUST_CHECK int map_init(struct map *map, const uint64_t seed[2]);
/* Forgets the nodes; they are the caller's. */
void map_fini(struct map *map);

struct map_node *map_find(const struct map *map, const char *key, size_t size);

/*
 * Put in a node whose `key` and `key_size` are set; no other has that key.
 * Never fails: without memory to grow it only becomes slower.
 */
void map_insert(struct map *map, struct map_node *node);
void map_remove(struct map *map, struct map_node *node);

/* The node behind `node`, in no order that means anything; NULL: begin. */
struct map_node *map_next(const struct map *map, const struct map_node *node);

#endif
