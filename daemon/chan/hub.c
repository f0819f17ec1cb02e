/* SPDX-License-Identifier: MIT */
#include "chan/hub.h"

#include "base/budget.h"
#include "base/list.h"
#include "base/map.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	/* How many that have ceased to exist are kept: most come back at once.
	 */
	KEPT = 1024,
	/* How many are found again without their names being hashed. */
	RECENT = 256,
};

struct entry {
	struct chan chan;
	struct map_node node;
	struct list link; /* among those that exist, or those that are kept */
	struct chan_settings defaults;
	uint32_t users;
	uint32_t described; /* when its defaults were asked for: hub's count */
	bool exists;
	char name[];
};

struct hub {
	struct map map;
	struct entry *recent[RECENT];
	struct list existing; /* oldest first */
	struct list kept;     /* longest unused first */
	size_t count;
	size_t kept_count;
	size_t max_channels;
	hub_describe_fn *describe; /* or NULL */
	void *context;
	uint32_t descriptions; /* how often that was changed */
};

static const struct chan_settings plain = { .preference = -1 };

static struct entry *
entry_of(const struct chan *chan)
{
	return list_entry(chan, struct entry, chan);
}

struct hub *
hub_new(const uint64_t seed[2], size_t max_channels)
{
	struct hub *hub = calloc(1, sizeof *hub);

	if (hub == NULL)
		return NULL;
	list_init(&hub->existing);
	list_init(&hub->kept);
	hub->max_channels = max_channels;
	if (map_init(&hub->map, seed) == 0)
		return hub;
	free(hub);
	return NULL;
}

/*
 * Where a name stands among the recent ones. Whoever chooses names that stand
 * at one place only gives up a short cut: the map's hash is secret.
 */
static struct entry **
recent_place(struct hub *hub, const char *name, size_t size)
{
	const uint8_t *last = (const uint8_t *)name + size - 1;
	unsigned place = (unsigned)size * 7 + *last;

	if (size > 1)
		place += last[-1] * 11u;
	return &hub->recent[place % RECENT];
}

static void
forget(struct hub *hub, struct entry *entry)
{
	struct entry **recent =
	    recent_place(hub, entry->name, entry->node.key_size);

	assert(entry->users == 0);
	if (*recent == entry)
		*recent = NULL;
	list_remove(&entry->link);
	map_remove(&hub->map, &entry->node);
	chan_fini(&entry->chan);
	budget_give(sizeof *entry + entry->node.key_size + 1);
	free(entry);
}

struct hub *
hub_free(struct hub *hub)
{
	if (hub == NULL)
		return NULL;
	while (!list_is_empty(&hub->existing))
		forget(hub, list_entry(hub->existing.next, struct entry, link));
	while (!list_is_empty(&hub->kept))
		forget(hub, list_entry(hub->kept.next, struct entry, link));
	map_fini(&hub->map);
	free(hub);
	return NULL;
}

static struct entry *
find(const struct hub *hub, const char *name, size_t size)
{
	struct map_node *node = map_find(&hub->map, name, size);

	return node != NULL ? list_entry(node, struct entry, node) : NULL;
}

static struct entry *
find_recent(struct hub *hub, const char *name, size_t size)
{
	struct entry **recent = recent_place(hub, name, size);
	struct entry *entry = *recent;

	if (entry != NULL && entry->node.key_size == size &&
	    memcmp(entry->name, name, size) == 0)
		return entry;
	entry = find(hub, name, size);
	*recent = entry;
	return entry;
}

/* Asked for once for each name: most channels come again and again. */
static void
find_defaults(struct hub *hub, struct entry *entry)
{
	entry->described = hub->descriptions;
	entry->defaults = plain;
	if (hub->describe != NULL)
		hub->describe(hub->context, entry->name, entry->node.key_size,
			      &entry->defaults);
}

static struct entry *
make(struct hub *hub, const char *name, size_t size)
{
	size_t footprint = sizeof(struct entry) + size + 1;
	struct entry *entry = NULL;

	if (budget_take(footprint) && (entry = calloc(1, footprint)) == NULL)
		budget_give(footprint);
	if (entry == NULL)
		return NULL;
	memcpy(entry->name, name, size);
	entry->node.key = entry->name;
	entry->node.key_size = size;
	map_insert(&hub->map, &entry->node);
	list_init(&entry->link);
	find_defaults(hub, entry);
	return entry;
}

static void
begin_to_exist(struct hub *hub, struct entry *entry)
{
	if (!list_is_empty(&entry->link))
		hub->kept_count--;
	list_remove(&entry->link);
	list_append(&hub->existing, &entry->link);
	chan_init(&entry->chan);
	if (entry->described != hub->descriptions)
		find_defaults(hub, entry);
	entry->chan.capacity = entry->defaults.capacity;
	entry->chan.preference = entry->defaults.preference;
	entry->chan.schedule_all = entry->defaults.schedule_all;
	entry->exists = true;
	hub->count++;
}

int
hub_use(struct hub *hub, const char *name, size_t size, struct chan **chan)
{
	struct entry *entry = find_recent(hub, name, size);

	if (entry == NULL || !entry->exists) {
		if (hub->count >= hub->max_channels)
			return -ENOSPC;
		if (entry == NULL)
			entry = make(hub, name, size);
		if (entry == NULL)
			return -ENOMEM;
		begin_to_exist(hub, entry);
	}
	entry->users++;
	*chan = &entry->chan;
	return 0;
}

static bool
is_wanted(const struct entry *entry)
{
	const struct chan *chan = &entry->chan;

	return entry->users > 0 || chan->balance != 0 || chan->held > 0 ||
	       chan->is_closing ||
	       chan->schedule_all != entry->defaults.schedule_all ||
	       chan->preference != entry->defaults.preference ||
	       chan->capacity != entry->defaults.capacity;
}

void
hub_hold(struct chan *chan)
{
	entry_of(chan)->users++;
}

void
hub_release(struct hub *hub, struct chan *chan)
{
	struct entry *entry = entry_of(chan);

	entry->users--;
	if (is_wanted(entry))
		return;
	list_remove(&entry->link);
	list_append(&hub->kept, &entry->link);
	entry->exists = false;
	hub->count--;
	if (++hub->kept_count <= KEPT)
		return;
	hub->kept_count--;
	forget(hub, list_entry(hub->kept.next, struct entry, link));
}

struct chan *
hub_find(const struct hub *hub, const char *name, size_t size)
{
	struct entry *entry = find(hub, name, size);

	return entry != NULL && entry->exists ? &entry->chan : NULL;
}

const char *
hub_name(const struct chan *chan, size_t *size)
{
	const struct entry *entry = entry_of(chan);

	*size = entry->node.key_size;
	return entry->name;
}

struct chan *
hub_next(const struct hub *hub, const struct chan *chan)
{
	const struct list *link =
	    chan != NULL ? entry_of(chan)->link.next : hub->existing.next;

	if (link == &hub->existing)
		return NULL;
	return &list_entry(link, struct entry, link)->chan;
}

void
hub_describe(struct hub *hub, hub_describe_fn *describe, void *context)
{
	hub->describe = describe;
	hub->context = context;
	hub->descriptions++;
}

void
hub_set_max(struct hub *hub, size_t max_channels)
{
	hub->max_channels = max_channels;
}

int64_t
hub_lease(const struct chan *chan)
{
	return entry_of(chan)->defaults.lease;
}

size_t
hub_count(const struct hub *hub)
{
	return hub->count;
}
