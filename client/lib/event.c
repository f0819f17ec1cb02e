/* SPDX-License-Identifier: MIT */
#include "client/lib/client.h"

#include <stdlib.h>
#include <string.h>

static bool
has_room(const struct chand *client, size_t size)
{
	return client->event_count < EVENTS_MOST &&
	       size <= EVENT_BYTES_MOST - client->event_bytes;
}

/* What can be lost is what one may lose: nobody waits for an event. */
void
event_take(struct chand *client, const struct frame *frame)
{
	struct span params = frame->params;
	struct event *event = NULL;
	uint8_t head[PUT_MAX];
	size_t size;

	if (!span_is(frame->method, "channel.event"))
		return; /* a newer daemon's, of something else */
	size = (size_t)(put_array(head, frame->param_count) - head);
	if (has_room(client, size + params.size))
		event = malloc(sizeof *event + size + params.size);
	if (event == NULL) {
		client->lost_events++;
		return;
	}
	memcpy(event->params, head, size);
	if (params.size > 0)
		memcpy(event->params + size, params.data, params.size);
	event->size = size + params.size;
	STAILQ_INSERT_TAIL(&client->events, event, entry);
	client->event_count++;
	client->event_bytes += event->size;
}

struct chand_value
chand_event(struct chand *client)
{
	struct event *event = STAILQ_FIRST(&client->events);

	free(client->event);
	client->event = event;
	if (event == NULL)
		return chand_nil();
	STAILQ_REMOVE_HEAD(&client->events, entry);
	client->event_count--;
	client->event_bytes -= event->size;
	return chand_encoded(event->params, event->size);
}

uint64_t
chand_lost_events(const struct chand *client)
{
	return client->lost_events;
}

void
event_forget_all(struct chand *client)
{
	while (chand_event(client).kind != CHAND_NIL)
		continue;
}
