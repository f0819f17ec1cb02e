/* SPDX-License-Identifier: MIT */
/*
 * hub.h - name -> channel.
 *
 * A channel exists from its first use until nobody uses it, nobody waits on
 * it, and its settings are those that it began with. What has ceased to exist
 * may be kept a while for the next use of its name, but nobody can tell.
 */
#ifndef CHAN_HUB_H
#define CHAN_HUB_H

#include "chan/chan.h"

struct hub;

/*
 * An empty hub of at most `max_channels` channels (1 or more), hashing names
 * under `seed`. NULL when out of memory.
 */
struct hub *hub_new(const uint64_t seed[2], size_t max_channels);

/* NULL, always. Nobody may use or wait on a channel of it any more. */
struct hub *hub_free(struct hub *hub);

/*
 * The channel of that name, made if need be. It stays until hub_release().
 *
 * 0, or -ENOMEM, or -ENOSPC: max_channels exist.
 */
MUST_CHECK int hub_use(struct hub *hub, const char *name, size_t size,
		       struct chan **chan);
void hub_release(struct hub *hub, struct chan *chan);

/* What a channel begins with. */
struct chan_settings {
	int64_t lease; /* ns, of a delivery that asks for none; 0: none */
	uint32_t capacity;
	int preference; /* -1, 0 or 1 */
	bool schedule_all;
};

/*
 * Let `describe` say what channels that come to exist from now on begin with,
 * by name: it is given what they have by themselves (no lease, no capacity,
 * preference -1). NULL: that. The same name must always get the same, until
 * this is called again.
 */
typedef void hub_describe_fn(void *context, const char *name, size_t size,
			     struct chan_settings *settings);
void hub_describe(struct hub *hub, hub_describe_fn *describe, void *context);

/* How many may exist from now on; those that do stay. */
void hub_set_max(struct hub *hub, size_t max_channels);

/* The lease of a delivery of it that asks for none, ns; 0: none. */
int64_t hub_lease(const struct chan *chan);

/* Keep a channel that exists until hub_release(). */
void hub_hold(struct chan *chan);

/* The channel of that name if it exists; good until the next park. */
struct chan *hub_find(const struct hub *hub, const char *name, size_t size);

/* Its name, NUL-terminated too; as long as it exists. */
const char *hub_name(const struct chan *chan, size_t *size);

/* Channels in the order in which they came to exist; the first of NULL. */
struct chan *hub_next(const struct hub *hub, const struct chan *chan);
size_t hub_count(const struct hub *hub);

#endif
