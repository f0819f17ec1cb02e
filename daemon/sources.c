/* SPDX-License-Identifier: MIT */
#include "sources.h"

#include "base/list.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct source_count {
	struct map_node node;
	size_t count;
	char key[PEER_KEY];
};

int
sources_init(struct sources *sources, const uint64_t seed[2])
{
	return map_init(&sources->map, seed);
}

void
sources_fini(struct sources *sources)
{
	map_fini(&sources->map);
}

static struct source_count *
add(struct sources *sources, const char key[PEER_KEY])
{
	struct source_count *source = calloc(1, sizeof *source);

	if (source == NULL)
		return NULL;
	memcpy(source->key, key, PEER_KEY);
	source->node.key = source->key;
	source->node.key_size = PEER_KEY;
	map_insert(&sources->map, &source->node);
	return source;
}

int
sources_enter(struct sources *sources, const struct peer *peer, size_t most,
	      struct source_count **source)
{
	struct map_node *node;
	struct source_count *found;

	node = map_find(&sources->map, peer->key, PEER_KEY);
	found = node != NULL ? list_entry(node, struct source_count, node)
			     : add(sources, peer->key);
	if (found == NULL)
		return -ENOMEM;
	if (most > 0 && found->count >= most)
		return -ENOBUFS;
	found->count++;
	*source = found;
	return 0;
}

void
sources_leave(struct sources *sources, struct source_count *source)
{
	if (--source->count > 0)
		return;
	map_remove(&sources->map, &source->node);
	free(source);
}
