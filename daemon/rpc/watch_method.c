/* SPDX-License-Identifier: MIT */
/*
 * watch_method.c - channel.watch: who is told of operations.
 *
 * Never able to slow or fail an operation: what a client does not read in time
 * is dropped, and the next notification says how many were.
 */
#include "rpc/watch.h"

#include "base/glob.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	GLOBS_MOST = 16, /* of one connection */
	EVENT_MOST = LIMIT_CHANNEL + 160,
};

struct glob {
	uint8_t size;
	char bytes[LIMIT_CHANNEL];
};

struct watcher {
	struct list link;
	struct client *client;
	const struct access *const *access; /* the service's */
	size_t most; /* bytes of output that may wait; above that we drop */
	uint64_t dropped;
	unsigned count;
	struct glob globs[GLOBS_MOST];
};

/* Whom the channels' own callback reaches: there is one in a process. */
static struct list *watchers;

static bool
is_wanted(const struct watcher *watcher, const char *name, size_t size)
{
	struct identity *identity = &watcher->client->identity;

	if ((identity_rights(identity, watcher->access[0], name, size) &
	     RIGHT_WATCH) == 0)
		return false;
	for (unsigned i = 0; i < watcher->count; i++)
		if (glob_matches(watcher->globs[i].bytes,
				 watcher->globs[i].size, name, size))
			return true;
	return false;
}

static uint8_t *
put_key(uint8_t *at, const char *key)
{
	return put_string(at, key, strlen(key));
}

/* [2, "channel.event", [{channel, op, task, will_block, dropped}]] */
static size_t
put_event(uint8_t *event, const struct watcher *watcher,
	  const struct chan *chan, bool is_send, bool will_block)
{
	size_t size;
	const char *name = hub_name(chan, &size);
	uint8_t *at = put_unsigned(put_array(event, 3), 2);

	at = put_key(at, "channel.event");
	at = put_map(put_array(at, 1), 5);
	at = put_string(put_key(at, "channel"), name, size);
	at = put_key(put_key(at, "op"), is_send ? "send" : "recv");
	at = put_unsigned(put_key(at, "task"), task_id(task_self()));
	at = put_boolean(put_key(at, "will_block"), will_block);
	at = put_unsigned(put_key(at, "dropped"), watcher->dropped);
	return (size_t)(at - event);
}

static void
tell(struct watcher *watcher, const struct chan *chan, bool is_send,
     bool will_block)
{
	struct client *client = watcher->client;
	uint8_t event[EVENT_MOST];
	size_t size = put_event(event, watcher, chan, is_send, will_block);

	if (client->out->bytes + size > watcher->most ||
	    outbox_write(client->out, event, size) < 0) {
		watcher->dropped++;
		return;
	}
	watcher->dropped = 0;
	client->send(client->context);
}

static void
tell_all(struct chan *chan, struct task *task, bool is_send, bool will_block)
{
	size_t size;
	const char *name = hub_name(chan, &size);

	(void)task;
	list_each (link, watchers) {
		struct watcher *watcher =
		    list_entry(link, struct watcher, link);

		if (is_wanted(watcher, name, size))
			tell(watcher, chan, is_send, will_block);
	}
}

static struct watcher *
watcher_new(struct service *service, struct client *client)
{
	struct watcher *watcher = calloc(1, sizeof *watcher);

	if (watcher == NULL)
		return NULL;
	watcher->client = client;
	watcher->access = &service->access;
	/* The other half is for its answers: those make its calls wait. */
	watcher->most = service->max_output / 2;
	list_append(&service->watchers, &watcher->link);
	service->watcher_count++;
	client->watcher = watcher;
	watchers = &service->watchers;
	chan_on_operation(tell_all);
	return watcher;
}

void
watch_end(struct service *service, struct client *client)
{
	if (client->watcher == NULL)
		return;
	list_remove(&client->watcher->link);
	free(client->watcher);
	client->watcher = NULL;
	if (--service->watcher_count == 0)
		chan_on_operation(NULL);
}

static int
find(struct call *call, struct watcher **watcher)
{
	struct service *service = call->service;

	*watcher = call->client->watcher;
	if (*watcher != NULL)
		return 0;
	if (service->watcher_count >= service->max_watchers)
		return call_fail(
		    call, call_over(call, REFUSED_watchers),
		    "%zu connections watch, no more are allowed (max_watchers)",
		    service->watcher_count);
	*watcher = watcher_new(service, call->client);
	return *watcher != NULL ? 0 : -ENOMEM;
}

int
do_channel_watch(struct call *call)
{
	struct span given = call_string(call, 0);
	struct watcher *watcher;
	struct glob *glob;
	int r = find(call, &watcher);

	if (r < 0)
		return r;
	if (watcher->count == GLOBS_MOST)
		return call_fail(call, call_over(call, REFUSED_watchers),
				 "channel.watch: this connection watches %d "
				 "globs, no more are allowed",
				 GLOBS_MOST);
	glob = &watcher->globs[watcher->count++];
	glob->size = (uint8_t)given.size;
	memcpy(glob->bytes, given.data, given.size);
	return call_reply_nil(call);
}
