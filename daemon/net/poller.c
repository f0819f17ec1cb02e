/* SPDX-License-Identifier: MIT */
#include "net/poller.h"

#include "net/watch.h"

#include <errno.h>
#include <stdlib.h>

struct poller {
	struct event_base *base;
	struct event alarm; /* the next deadline */
	int64_t alarm_at;   /* what it is set to, or NO_DEADLINE */
};

static struct event_base *
new_base(void)
{
	struct event_config *config = event_config_new();
	struct event_base *base = NULL;

	if (config == NULL)
		return NULL;
	event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK);
	event_config_require_features(config,
				      EV_FEATURE_ET | EV_FEATURE_EARLY_CLOSE);
	base = event_base_new_with_config(config);
	event_config_free(config);
	return base;
}

/* It only ends the sleep: who is due is for the scheduler to see. */
static void
alarm_rings(evutil_socket_t fd, short what, void *context)
{
	struct poller *poller = context;

	(void)fd;
	(void)what;
	poller->alarm_at = NO_DEADLINE;
}

/* What fails is returned to us: its own words are no line of our log. */
static void
say_nothing(int severity, const char *text)
{
	(void)severity;
	(void)text;
}

struct poller *
poller_new(void)
{
	struct poller *poller = calloc(1, sizeof *poller);

	if (poller == NULL)
		return NULL;
	event_set_log_callback(say_nothing);
	poller->alarm_at = NO_DEADLINE;
	poller->base = new_base();
	if (poller->base == NULL)
		return poller_free(poller);
	event_assign(&poller->alarm, poller->base, -1, 0, alarm_rings, poller);
	return poller;
}

struct poller *
poller_free(struct poller *poller)
{
	if (poller == NULL)
		return NULL;
	if (poller->alarm_at != NO_DEADLINE)
		event_del(&poller->alarm);
	if (poller->base != NULL)
		event_base_free(poller->base);
	free(poller);
	return NULL;
}

static struct timeval
timeval_of(int64_t nanoseconds)
{
	int64_t micros = nanoseconds > 0 ? (nanoseconds + 999) / 1000 : 0;

	return (struct timeval){ .tv_sec = micros / 1000000,
				 .tv_usec = micros % 1000000 };
}

/* A day at most: libevent is not made for the end of time. */
static int
set_alarm(struct poller *poller, int64_t now, int64_t deadline)
{
	const int64_t day = 86400 * (int64_t)1000000000;
	int64_t after = deadline - now;
	struct timeval wait = timeval_of(after < day ? after : day);

	if (deadline == poller->alarm_at || deadline == NO_DEADLINE)
		return 0; /* one that rings for nobody does no harm */
	if (event_add(&poller->alarm, &wait) < 0)
		return -ENOMEM;
	poller->alarm_at = deadline;
	return 0;
}

/* Without memory for the alarm it must not sleep: somebody would be late. */
int
poller_look(struct poller *poller, int64_t now, int64_t until)
{
	int flags = EVLOOP_ONCE;

	if (until <= now || set_alarm(poller, now, until) < 0)
		flags |= EVLOOP_NONBLOCK;
	return event_base_loop(poller->base, flags) < 0 ? -errno : 0;
}

/* ---- watches ---- */

static void
fire(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	watch_fire(context, what);
}

static void
assign(struct watch *watch, int events)
{
	event_assign(&watch->event, loop_poller(watch->loop)->base, watch->fd,
		     (short)events, fire, watch);
}

void
watch_init(struct watch *watch, struct loop *loop, int fd,
	   void (*ready)(void *context, int what), void *context)
{
	watch->loop = loop;
	watch->fd = fd;
	watch->ready = ready;
	watch->context = context;
	watch->interest = 0;
	assign(watch, 0);
}

void
watch_clear(struct watch *watch)
{
	if (watch->interest != 0)
		event_del(&watch->event);
	watch->interest = 0;
}

int
watch_set(struct watch *watch, int interest)
{
	if (interest == watch->interest)
		return 0;
	watch_clear(watch);
	if (interest == 0)
		return 0;
	assign(watch, interest | EV_PERSIST);
	if (event_add(&watch->event, NULL) < 0)
		return -ENOMEM;
	watch->interest = interest;
	return 0;
}
