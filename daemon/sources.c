/* SPDX-License-Identifier: MIT */
#include "sources.h"

#include "base/list.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { KEY = 12 }; /* a family and what tells a place within it */

struct source_count {
	struct map_node node;
	size_t count;
	char key[KEY];
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

/* Where its peer is. One that has gone already is at a place of its own. */
static void
find_key(int fd, char key[KEY])
{
	struct sockaddr_storage address = { .ss_family = AF_UNSPEC };
	const struct sockaddr_in6 *ipv6 = (const void *)&address;
	const struct sockaddr_in *ipv4 = (const void *)&address;
	socklen_t size = sizeof address, who_size;
	struct ucred who = { .uid = (uid_t)-1 };

	memset(key, 0, KEY);
	getpeername(fd, (void *)&address, &size);
	memcpy(key, &address.ss_family, sizeof address.ss_family);
	who_size = sizeof who;
	if (address.ss_family == AF_INET)
		memcpy(key + 4, &ipv4->sin_addr, 4);
	else if (address.ss_family == AF_INET6)
		memcpy(key + 4, &ipv6->sin6_addr, 8);
	else if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &who_size) == 0)
		memcpy(key + 4, &who.uid, sizeof who.uid);
}

static struct source_count *
add(struct sources *sources, const char key[KEY])
{
	struct source_count *source = calloc(1, sizeof *source);

	if (source == NULL)
		return NULL;
	memcpy(source->key, key, KEY);
	source->node.key = source->key;
	source->node.key_size = KEY;
	map_insert(&sources->map, &source->node);
	return source;
}

int
sources_enter(struct sources *sources, int fd, size_t most,
	      struct source_count **source)
{
	struct map_node *node;
	struct source_count *found;
	char key[KEY];

	find_key(fd, key);
	node = map_find(&sources->map, key, KEY);
	found = node != NULL ? list_entry(node, struct source_count, node)
			     : add(sources, key);
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
