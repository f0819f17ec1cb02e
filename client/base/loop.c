/* SPDX-License-Identifier: MIT */
#include "client/base/loop.h"

#include "client/base/clock.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>

void
loop_init(struct loop *loop, struct chand *client)
{
	*loop = (struct loop){ .client = client };
}

void
loop_fini(struct loop *loop)
{
	free(loop->watches);
	free(loop->polls);
	*loop = (struct loop){ 0 };
}

/* One place more than there are watches: the client's. */
static int
grow(struct loop *loop)
{
	size_t room = loop->room > 0 ? 2 * loop->room : 8;
	struct loop_watch **watches =
	    reallocarray(loop->watches, room, sizeof *watches);
	struct pollfd *polls;

	if (watches == NULL)
		return -ENOMEM;
	loop->watches = watches;
	polls = reallocarray(loop->polls, room + 1, sizeof *polls);
	if (polls == NULL)
		return -ENOMEM;
	loop->polls = polls;
	loop->room = room;
	return 0;
}

int
loop_add(struct loop *loop, struct loop_watch *watch)
{
	if (loop->count == loop->room && grow(loop) < 0)
		return -ENOMEM;
	loop->watches[loop->count++] = watch;
	return 0;
}

/* Others keep their places: a turn may be going through them. */
void
loop_remove(struct loop *loop, const struct loop_watch *watch)
{
	for (size_t i = 0; i < loop->count; i++)
		if (loop->watches[i] == watch)
			loop->watches[i] = NULL;
}

void
loop_unset(struct loop *loop, struct loop_timer *timer)
{
	struct loop_timer **at = &loop->timers;

	while (*at != NULL && *at != timer)
		at = &(*at)->next;
	if (*at != NULL)
		*at = timer->next;
}

void
loop_set(struct loop *loop, struct loop_timer *timer, int64_t deadline)
{
	struct loop_timer **at = &loop->timers;

	loop_unset(loop, timer);
	timer->deadline = deadline;
	while (*at != NULL && (*at)->deadline <= deadline)
		at = &(*at)->next;
	timer->next = *at;
	*at = timer;
}

static void
close_up(struct loop *loop)
{
	size_t kept = 0;

	for (size_t i = 0; i < loop->count; i++)
		if (loop->watches[i] != NULL)
			loop->watches[kept++] = loop->watches[i];
	loop->count = kept;
}

/* poll()'s: -1 for ever. */
static int
patience(const struct loop *loop)
{
	int64_t wait =
	    loop->client != NULL ? chand_deadline(loop->client) : CHAND_FOREVER;
	int own;

	if (loop->timers == NULL)
		return wait < INT_MAX ? (int)wait : INT_MAX;
	own = clock_left_ms(loop->timers->deadline);
	return wait < 0 || own < wait ? own : (int)wait;
}

static void
expire(struct loop *loop)
{
	int64_t now = clock_now();

	while (loop->timers != NULL && loop->timers->deadline <= now) {
		struct loop_timer *timer = loop->timers;

		loop->timers = timer->next;
		timer->expired(timer);
	}
}

static size_t
prepare(struct loop *loop)
{
	size_t count;

	close_up(loop);
	count = loop->count;
	for (size_t i = 0; i < count; i++)
		loop->polls[i] = (struct pollfd){
			.fd = loop->watches[i]->fd,
			.events = loop->watches[i]->events,
		};
	if (loop->client != NULL && chand_fd(loop->client) >= 0)
		loop->polls[count++] = (struct pollfd){
			.fd = chand_fd(loop->client),
			.events = chand_events(loop->client),
		};
	return count;
}

/* Nobody moves in between: what is new stands behind `watched`. */
void
loop_turn(struct loop *loop)
{
	size_t count, watched;

	if (loop->room == 0 && grow(loop) < 0)
		return;
	count = prepare(loop);
	watched = loop->count;
	if (poll(loop->polls, count, patience(loop)) < 0)
		return;
	for (size_t i = 0; i < watched; i++) {
		struct loop_watch *watch = loop->watches[i];

		if (watch != NULL && loop->polls[i].revents != 0)
			watch->ready(watch);
	}
	if (loop->client != NULL)
		chand_process(loop->client);
	expire(loop);
}
