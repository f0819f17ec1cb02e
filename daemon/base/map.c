/* SPDX-License-Identifier: MIT */
#include "base/map.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_BUCKETS = 64 };

struct sip {
	uint64_t a, b, c, d;
};

static uint64_t
rotate(uint64_t value, unsigned bits)
{
	return value << bits | value >> (64 - bits);
}

static inline __attribute__((always_inline)) void
sip_round(struct sip *s)
{
	s->a += s->b;
	s->b = rotate(s->b, 13) ^ s->a;
	s->a = rotate(s->a, 32);
	s->c += s->d;
	s->d = rotate(s->d, 16) ^ s->c;
	s->a += s->d;
	s->d = rotate(s->d, 21) ^ s->a;
	s->c += s->b;
	s->b = rotate(s->b, 17) ^ s->c;
	s->c = rotate(s->c, 32);
}

static inline __attribute__((always_inline)) void
sip_word(struct sip *s, uint64_t word)
{
	s->d ^= word;
	sip_round(s);
	s->a ^= word;
}

/* SipHash-1-3 (Aumasson and Bernstein), as the hash tables of Rust use it. */
static uint64_t
hash(const uint64_t seed[2], const char *key, size_t size)
{
	struct sip s = { seed[0] ^ 0x736f6d6570736575,
			 seed[1] ^ 0x646f72616e646f6d,
			 seed[0] ^ 0x6c7967656e657261,
			 seed[1] ^ 0x7465646279746573 };
	uint64_t word;
	size_t i;

	for (i = 0; i + 8 <= size; i += 8) {
		memcpy(&word, key + i, 8);
		sip_word(&s, word);
	}
	word = 0;
	for (unsigned shift = 0; i < size; i++, shift += 8)
		word |= (uint64_t)(uint8_t)key[i] << shift;
	sip_word(&s, word | (uint64_t)size << 56);
	s.c ^= 0xff;
	for (i = 0; i < 3; i++)
		sip_round(&s);
	return s.a ^ s.b ^ s.c ^ s.d;
}

int
map_init(struct map *map, const uint64_t seed[2])
{
	memset(map, 0, sizeof *map);
	memcpy(map->seed, seed, sizeof map->seed);
	map->buckets = calloc(FIRST_BUCKETS, sizeof(struct map_node *));
	if (map->buckets == NULL)
		return -ENOMEM;
	map->mask = FIRST_BUCKETS - 1;
	return 0;
}

void
map_fini(struct map *map)
{
	free(map->buckets);
	memset(map, 0, sizeof *map);
}

struct map_node *
map_find(const struct map *map, const char *key, size_t size)
{
	uint64_t wanted = hash(map->seed, key, size);
	struct map_node *node = map->buckets[wanted & map->mask];

	while (node != NULL &&
	       (node->hash != wanted || node->key_size != size ||
		memcmp(node->key, key, size) != 0))
		node = node->next;
	return node;
}

static void
push(struct map *map, struct map_node *node)
{
	struct map_node **bucket = &map->buckets[node->hash & map->mask];

	node->next = *bucket;
	*bucket = node;
}

static void
grow(struct map *map)
{
	size_t old = map->mask + 1;
	struct map_node **buckets = map->buckets;
	struct map_node **wider = calloc(2 * old, sizeof *wider);
	struct map_node *node, *next;

	if (wider == NULL)
		return;
	map->buckets = wider;
	map->mask = 2 * old - 1;
	for (size_t i = 0; i < old; i++)
		for (node = buckets[i]; node != NULL; node = next) {
			next = node->next;
			push(map, node);
		}
	free(buckets);
}

void
map_insert(struct map *map, struct map_node *node)
{
	if (map->count > map->mask)
		grow(map);
	node->hash = hash(map->seed, node->key, node->key_size);
	push(map, node);
	map->count++;
}

void
map_remove(struct map *map, struct map_node *node)
{
	struct map_node **link = &map->buckets[node->hash & map->mask];

	while (*link != node)
		link = &(*link)->next;
	*link = node->next;
	map->count--;
}

struct map_node *
map_next(const struct map *map, const struct map_node *node)
{
	size_t i = node != NULL ? (node->hash & map->mask) + 1 : 0;

	if (node != NULL && node->next != NULL)
		return node->next;
	for (; i <= map->mask; i++)
		if (map->buckets[i] != NULL)
			return map->buckets[i];
	return NULL;
}
