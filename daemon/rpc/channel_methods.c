/* SPDX-License-Identifier: MIT */
/*
 * channel_methods.c - send, recv, next, channel.*
 */
#include "rpc/call.h"
#include "rpc/result.h"
#include "rpc/text.h"
#include "task/sched.h"

#include <errno.h>
#include <string.h>

enum {
	QUEUE_SHOWN = 1000, /* what an info says of a queue at most */
	INFO_MOST = 512,    /* bytes of an info without its queue */
	ID_MOST = 9,
	LISTED_AT_ONCE = 256,
};

static int
use_channel(struct call *call, struct chan **chan)
{
	struct span name = call_string(call, 0);
	int r = hub_use(call->service->hub, (const char *)name.data, name.size,
			chan);

	if (r == -ENOSPC)
		return call_fail(
		    call, -ENOBUFS,
		    "%zu channels exist, no more are allowed (max_channels)",
		    call->service->max_channels);
	call->client->waits_on = r == 0 ? *chan : NULL;
	return r;
}

static void
release_channel(struct call *call, struct chan *chan)
{
	call->client->waits_on = NULL;
	hub_release(call->service->hub, chan);
}

PARKS static int
send_on(struct call *call, struct chan *chan)
{
	int64_t deadline = call_deadline(call);
	struct blob *value = call_take(call, 1);
	int r;

	if (value == NULL)
		return -ENOMEM;
	r = chan_send(chan, &value, deadline);
	blob_unref(value);
	return r;
}

int
do_send(struct call *call)
{
	struct chan *chan;
	int r = use_channel(call, &chan);

	if (r < 0)
		return r;
	r = send_on(call, chan);
	release_channel(call, chan);
	return r == 0 ? call_reply_nil(call) : r;
}

/* Both receive; they differ in what a closing channel means. */
typedef int receive_fn(struct chan *chan, struct blob **value,
		       int64_t deadline);

PARKS static int
receive(struct call *call, receive_fn *receive_from)
{
	struct blob *value;
	struct chan *chan;
	int r;

	if (call->client->is_gone)
		return -ECANCELED; /* nobody dead may take a value */
	r = use_channel(call, &chan);
	if (r < 0)
		return r;
	r = receive_from(chan, &value, call_deadline(call));
	release_channel(call, chan);
	if (r == 0)
		return call_reply(call, value);
	if (r == -EREMOTEIO) {
		call_fail(call, r, "%.*s", (int)blob_size(value),
			  (const char *)blob_data(value));
		blob_unref(value);
	}
	return r;
}

int
do_recv(struct call *call)
{
	return receive(call, chan_receive);
}

int
do_next(struct call *call)
{
	return receive(call, chan_next);
}

/* ---- what a channel looks like ---- */

/* Only what fits: the info itself may be the answer to what has happened. */
static uint32_t
queue_shown(const struct result *result, const struct chan *chan)
{
	int64_t size = chan->balance < 0 ? -chan->balance : chan->balance;
	size_t most = (result->most - INFO_MOST) / ID_MOST;

	if (most > QUEUE_SHOWN)
		most = QUEUE_SHOWN;
	return (uint32_t)(size < (int64_t)most ? size : (int64_t)most);
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

static void
put_info(struct result *result, const struct chan *chan, bool with_queue)
{
	int64_t oldest = chan_oldest(chan);
	size_t size;
	const char *name = hub_name(chan, &size);

	result_map(result, with_queue ? 9 : 8);
	result_key(result, "name");
	result_string(result, name, size);
	result_key(result, "preference");
	result_integer(result, chan->preference);
	result_key(result, "schedule_all");
	result_boolean(result, chan->schedule_all);
	result_key(result, "balance");
	result_integer(result, chan->balance);
	result_key(result, "closing");
	result_boolean(result, chan->is_closing);
	result_key(result, "closed");
	result_boolean(result, chan_is_closed(chan));
	if (with_queue)
		put_queue(result, chan);
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
	put_info(&result, chan, true);
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
do_channel_open(struct call *call)
{
	const struct call_options *options = &call->options;
	struct chan *chan;
	int r = use_channel(call, &chan);

	if (r < 0)
		return r;
	chan_open(chan);
	if ((options->given & 1u << OPTION_preference) != 0)
		chan_set_preference(chan, options->preference);
	if ((options->given & 1u << OPTION_schedule_all) != 0)
		chan->schedule_all = options->schedule_all;
	r = reply_changed(call, chan);
	release_channel(call, chan);
	return r;
}

int
do_channel_close(struct call *call)
{
	struct chan *chan;
	int r = use_channel(call, &chan);

	if (r < 0)
		return r;
	chan_close(chan);
	r = reply_changed(call, chan);
	release_channel(call, chan);
	return r;
}

int
do_channel_info(struct call *call)
{
	struct span name = call_string(call, 0);
	const struct chan *chan =
	    hub_find(call->service->hub, (const char *)name.data, name.size);
	char quoted[64];

	if (chan != NULL)
		return reply_info(call, chan);
	text_escape(quoted, sizeof quoted, (const char *)name.data, name.size);
	return call_fail(call, -ENOENT, "there is no channel \"%s\"", quoted);
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
	struct span *given = &call->parameters[0];

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
		if (result_matches(call, 0, name, size)) {
			put_info(&result, chan, false);
			count++;
		}
		chan = next_in_list(hub, chan, ++seen);
	}
	return result_reply_list(&result, call, count);
}
