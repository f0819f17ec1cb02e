/* SPDX-License-Identifier: MIT */
/*
 * channel_methods.c - channel.*, but for watch.
 */
#include "proto/escape.h"
#include "rpc/authorize.h"
#include "rpc/channel_info.h"
#include "task/sched.h"

#include <errno.h>
#include <string.h>

enum {
	QUEUE_SHOWN = 1000, /* what an info says of a queue at most */
	INFO_MOST = 512,    /* bytes of an info without its queue */
	ID_MOST = 9,
	LISTED_AT_ONCE = 256,
};

/* ---- what a channel looks like ---- */

/* Only what fits: the info itself may be the answer to what has happened. */
static uint32_t
queue_shown(const struct result *result, const struct chan *chan)
{
	size_t most = (result->most - INFO_MOST) / ID_MOST;
	const struct list *place = NULL;
	uint32_t count = 0;

	if (most > QUEUE_SHOWN)
		most = QUEUE_SHOWN;
	while (count < most && chan_queue(chan, &place) != NULL)
		count++;
	return count;
}

static void
put_queue(struct result *result, const struct chan *chan)
{
	const struct list *place = NULL;
	uint32_t shown = queue_shown(result, chan);

	result_key(result, "queue");
	result_array(result, shown);
	while (shown-- > 0)
		result_unsigned(result, task_id(chan_queue(chan, &place)));
}

void
channel_put_info(struct result *result, const struct chan *chan,
		 bool with_queue)
{
	int64_t oldest = chan_oldest(chan);
	size_t size;
	const char *name = hub_name(chan, &size);

	result_map(result, with_queue ? 12 : 11);
	result_key(result, "name");
	result_string(result, name, size);
	result_key(result, "preference");
	result_integer(result, chan->preference);
	result_key(result, "schedule_all");
	result_boolean(result, chan->schedule_all);
	result_key(result, "capacity");
	result_unsigned(result, chan->capacity);
	result_key(result, "balance");
	result_integer(result, chan->balance);
	result_key(result, "closing");
	result_boolean(result, chan->is_closing);
	result_key(result, "closed");
	result_boolean(result, chan_is_closed(chan));
	if (with_queue)
		put_queue(result, chan);
	result_key(result, "values");
	result_unsigned(result, chan->stored);
	result_key(result, "held");
	result_unsigned(result, chan->held);
	result_key(result, "handoffs");
	result_unsigned(result, chan->handoffs);
	result_key(result, "oldest_wait");
	if (oldest < 0)
		result_nil(result);
	else
		result_seconds(result, sched_time() - oldest);
}

static int
reply_info(struct call *call, const struct chan *chan)
{
	struct result result;

	result_init(&result, call->service->max_message);
	channel_put_info(&result, chan, true);
	return result_reply(&result, call);
}

/* The channel has changed already: an error would be a lie. */
static int
reply_changed(struct call *call, const struct chan *chan)
{
	int r = reply_info(call, chan);

	call->is_lost = r < 0 && call->is_answered;
	return r;
}

int
channel_check_settings(struct call *call)
{
	size_t most = call->service->max_capacity;

	if (!call_has(call, OPTION_capacity) ||
	    call->options[OPTION_capacity].number <= most)
		return 0;
	return call_fail(call, call_over(call, REFUSED_capacities),
			 "%s: capacity may be %zu at most (max_capacity)",
			 call->method->name, most);
}

void
channel_set(const struct call *call, struct chan *chan)
{
	const union argument *options = call->options;

	chan_open(chan);
	if (call_has(call, OPTION_preference))
		chan_set_preference(chan, options[OPTION_preference].integer);
	if (call_has(call, OPTION_schedule_all))
		chan->schedule_all = options[OPTION_schedule_all].flag;
	if (call_has(call, OPTION_capacity))
		chan->capacity = (uint32_t)options[OPTION_capacity].number;
}

int
do_channel_open(struct call *call)
{
	struct chan *chan;
	int r = channel_check_settings(call);

	if (r == 0)
		r = call_use_channel(call, &chan);
	if (r < 0)
		return r;
	channel_set(call, chan);
	chan_set_capacity(chan, chan->capacity); /* who waits may come in */
	r = reply_changed(call, chan);
	call_release_channel(call, chan);
	return r;
}

int
do_channel_close(struct call *call)
{
	struct chan *chan;
	int r = call_use_channel(call, &chan);

	if (r < 0)
		return r;
	if (call_flag(call, OPTION_wake))
		chan_close_and_wake(chan);
	else
		chan_close(chan);
	r = reply_changed(call, chan);
	call_release_channel(call, chan);
	return r;
}

int
do_channel_clear(struct call *call)
{
	struct chan *chan;
	size_t count;
	int r = call_use_channel(call, &chan);

	if (r < 0)
		return r;
	count = chan_clear(chan);
	call_release_channel(call, chan);
	return call_reply_unsigned(call, count);
}

int
channel_fail_missing(struct call *call)
{
	struct span name = call_string(call, 0);
	char quoted[64];

	escape_text(quoted, sizeof quoted, (const char *)name.data, name.size);
	return call_fail(call, -ENOENT, "there is no channel \"%s\"", quoted);
}

int
do_channel_info(struct call *call)
{
	struct span name = call_string(call, 0);
	const struct chan *chan =
	    hub_find(call->service->hub, (const char *)name.data, name.size);

	return chan != NULL ? reply_info(call, chan)
			    : channel_fail_missing(call);
}

/*
 * The next one of the list. Now and then others have a turn: there may be a
 * million channels. The one that we stand on is kept meanwhile, so that there
 * is a next one to it.
 */
PARKS static struct chan *
next_in_list(struct hub *hub, struct chan *chan, uint32_t seen)
{
	struct chan *next;

	if (seen % LISTED_AT_ONCE != 0)
		return hub_next(hub, chan);
	hub_hold(chan);
	task_yield(NULL);
	next = hub_next(hub, chan);
	hub_release(hub, chan);
	return next;
}

/* The list gives way, and the arguments do not outlive that. */
static void
copy_glob(struct call *call, char *glob)
{
	struct span *given = &call->parameters[0].span;

	if (call->given == 0)
		return;
	memcpy(glob, given->data, given->size);
	given->data = (const uint8_t *)glob;
}

int
do_channel_list(struct call *call)
{
	struct hub *hub = call->service->hub;
	struct chan *chan = hub_next(hub, NULL);
	struct result result;
	const char *name;
	uint32_t count = 0, seen = 0;
	char glob[LIMIT_CHANNEL];
	size_t size;

	copy_glob(call, glob);
	result_init(&result, call->service->max_message);
	while (chan != NULL && result_is_good(&result)) {
		name = hub_name(chan, &size);
		if (result_matches(call, 0, name, size) &&
		    authorize_sees(call, name, size)) {
			channel_put_info(&result, chan, false);
			count++;
		}
		chan = next_in_list(hub, chan, ++seen);
	}
	return result_reply_list(&result, call, count);
}
