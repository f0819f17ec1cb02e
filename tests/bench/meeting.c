/* SPDX-License-Identifier: MIT */
#include "meeting.h"

#include <stdio.h>
#include <stdlib.h>

struct chan own;

static struct blob *value; /* what is sent: shares of it */

void
meeting_must(bool is_good, const char *what)
{
	if (is_good)
		return;
	fprintf(stderr, "core: this failed: %s\n", what);
	exit(EXIT_FAILURE);
}

void
open_own(void)
{
	chan_init(&own);
	value = blob_new(0);
	meeting_must(value != NULL, "blob_new");
}

void
close_own(void)
{
	chan_fini(&own);
	value = blob_unref(value);
}

void
send_to(struct chan *chan)
{
	struct blob *sent = blob_ref(value);

	MUST(chan_send(chan, &sent, NO_DEADLINE));
}

int
receive_from(struct chan *chan)
{
	struct blob *received = NULL;
	int r = chan_receive(chan, &received, NO_DEADLINE);

	blob_unref(received);
	return r;
}

void
send_to_crowd(void *count)
{
	for (size_t i = 0; i < *(size_t *)count; i++)
		send_to(CROWDED);
}

void
run_among_crowd(size_t count)
{
	crowd_spawn(send_to_crowd, &count);
	sched_run();
}

PARKS static void
store_crowd(void *unused)
{
	(void)unused;
	for (size_t i = 0; i < crowd.count; i++)
		send_to(&own);
}

void
open_stored(void)
{
	open_own();
	chan_set_capacity(&own, (uint32_t)crowd.count + 2);
	crowd_spawn(store_crowd, NULL);
	sched_run();
}
