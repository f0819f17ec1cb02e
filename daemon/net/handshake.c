/* SPDX-License-Identifier: MIT */
#include "net/handshake.h"

#include "base/list.h"
#include "base/log.h"
#include "net/watch.h"
#include "task/sched.h"
#include "task/timer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct handshakes {
	struct loop *loop;
	struct tls_context *tls;
	struct handshake_limits limits;
	struct handshake_events events;
	struct list members;
	size_t count;
};

struct handshake {
	struct list link;
	struct handshakes *all;
	struct tls *tls; /* NULL: refused, and only listened to until it goes */
	struct watch watch;
	struct timer timer;
	struct flush step; /* when it is its turn to compute */
	int fd;
	void *owner;
	char peer[];
};

/* ---- the end of one ---- */

/* Nothing will happen to it any more. */
static void
unhook(struct handshake *one)
{
	list_remove(&one->link);
	list_remove(&one->step.link);
	watch_clear(&one->watch);
	timer_fini(&one->timer);
	one->all->count--;
}

static void
drop_tls(struct handshake *one)
{
	if (one->tls != NULL)
		tls_layer(one->tls)->kind->free(tls_layer(one->tls), false);
	one->tls = NULL;
}

/* It is not let in. */
static void
turn_away(struct handshakes *all, int fd, void *owner)
{
	loop_close(all->loop, fd, NULL);
	all->events.left(all->events.context, owner);
}

static void
break_off(struct handshake *one)
{
	drop_tls(one);
	unhook(one);
	turn_away(one->all, one->fd, one->owner);
	free(one);
}

static void
report(struct handshakes *all, const char *peer, const char *reason)
{
	all->events.failed(all->events.context);
	log_event(EVENT_handshake_failed, LOG_TEXT("peer", peer),
		  LOG_TEXT("reason", reason));
}

/*
 * It was told why. To close now, with unread input, would reset the
 * connection, and might take that from it: so it may hang up first, as long
 * as its time lasts.
 */
static void
refuse(struct handshake *one, const char *reason)
{
	struct handshakes *all = one->all;

	report(all, one->peer, reason);
	drop_tls(one);
	loop_sys(all->loop)->shut(one->fd);
	if (watch_set(&one->watch, WATCH_READ) < 0)
		break_off(one);
}

static void
admit(struct handshake *one)
{
	struct handshakes *all = one->all;

	unhook(one);
	all->events.admitted(all->events.context, one->fd, tls_layer(one->tls),
			     one->peer, one->owner);
	free(one);
}

/* ---- its course ---- */

static void
step(struct flush *flush)
{
	struct handshake *one = list_entry(flush, struct handshake, step);
	char reason[TLS_REASON];
	int wanted, r = tls_accept(one->tls, reason);

	if (r == 0) {
		admit(one);
		return;
	}
	if (r != -EAGAIN) {
		refuse(one, reason);
		return;
	}
	wanted = tls_wants_to_write(one->tls) ? WATCH_WRITE : WATCH_READ;
	if (watch_set(&one->watch, wanted) < 0) {
		report(one->all, one->peer, "out of memory");
		break_off(one);
	}
}

/* What one that was refused still sends is dropped. */
static void
discard(struct handshake *one)
{
	char dropped[1024];
	ssize_t n =
	    loop_sys(one->all->loop)->read(one->fd, dropped, sizeof dropped);

	if (n == 0 || (n < 0 && n != -EAGAIN && n != -EINTR))
		break_off(one);
}

static void
ready(void *context, int what)
{
	struct handshake *one = context;

	(void)what;
	if (one->tls == NULL) {
		discard(one);
		return;
	}
	watch_clear(&one->watch);
	loop_put_off(one->all->loop, &one->step);
}

static void
expire(struct timer *timer)
{
	struct handshake *one = list_entry(timer, struct handshake, timer);

	if (one->tls != NULL)
		report(one->all, one->peer, "it took too long");
	break_off(one);
}

static struct handshake *
handshake_new(struct handshakes *all, int fd, const char *peer, void *owner)
{
	struct handshake *one = calloc(1, sizeof *one + strlen(peer) + 1);

	if (one == NULL || timer_init(&one->timer, expire) < 0) {
		free(one);
		return NULL;
	}
	one->all = all;
	one->fd = fd;
	one->owner = owner;
	one->step.run = step;
	strcpy(one->peer, peer);
	list_init(&one->step.link);
	list_append(&all->members, &one->link);
	all->count++;
	watch_init(&one->watch, all->loop, fd, ready, one);
	timer_set(&one->timer, sched_time() + all->limits.timeout);
	one->tls = tls_new(all->tls, loop_sys(all->loop), fd);
	if (one->tls != NULL && watch_set(&one->watch, WATCH_READ) == 0)
		return one;
	drop_tls(one);
	unhook(one);
	free(one);
	return NULL;
}

void
handshakes_begin(struct handshakes *all, int fd, const char *peer, void *owner)
{
	const char *reason = "too many go on: tls_max_handshakes";

	if (all->count < all->limits.most) {
		if (handshake_new(all, fd, peer, owner) != NULL)
			return;
		reason = "out of memory";
	}
	report(all, peer, reason);
	turn_away(all, fd, owner);
}

/* ---- all of them ---- */

struct handshakes *
handshakes_new(struct loop *loop, const struct handshake_events *events)
{
	struct handshakes *all = calloc(1, sizeof *all);

	if (all == NULL)
		return NULL;
	all->loop = loop;
	all->events = *events;
	list_init(&all->members);
	return all;
}

struct handshakes *
handshakes_free(struct handshakes *all)
{
	if (all == NULL)
		return NULL;
	while (!list_is_empty(&all->members))
		break_off(
		    list_entry(all->members.next, struct handshake, link));
	tls_context_unref(all->tls);
	free(all);
	return NULL;
}

void
handshakes_use(struct handshakes *all, struct tls_context *tls,
	       const struct handshake_limits *limits)
{
	tls_context_ref(tls);
	tls_context_unref(all->tls);
	all->tls = tls;
	all->limits = *limits;
}

size_t
handshakes_count(const struct handshakes *all)
{
	return all->count;
}
