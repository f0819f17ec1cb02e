/* SPDX-License-Identifier: MIT */
#include "client/show/top.h"

#include "client/base/clock.h"
#include "client/base/text.h"
#include "client/show/table.h"
#include "client/value/field.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* ---- taking ---- */

static void
free_channels(struct top_channel *channels, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(channels[i].name);
		free(channels[i].shown);
	}
	free(channels);
}

void
top_fini(struct top *top)
{
	free_channels(top->channels, top->count);
	free(top->version);
	*top = (struct top){ 0 };
}

static int
compare_names(const void *a, const void *b)
{
	const struct top_channel *left = a;
	const struct top_channel *right = b;

	return strcmp(left->name, right->name);
}

static double
rate(int64_t now, int64_t before, double seconds)
{
	return seconds > 0 && now > before ? (double)(now - before) / seconds
					   : 0;
}

/* A name has no NUL: it is text without control characters. */
static int
take_channel(struct top_channel *channel, const msgpack_object *info)
{
	const msgpack_object *name = field_find(info, "name");
	int64_t balance = field_integer(info, "balance", 0);

	if (name == NULL || name->type != MSGPACK_OBJECT_STR)
		return -EPROTO;
	*channel = (struct top_channel){
		.name = strndup(name->via.str.ptr, name->via.str.size),
		.shown = text_escaped(name->via.str.ptr, name->via.str.size),
		.values = field_integer(info, "values", 0),
		.held = field_integer(info, "held", 0),
		.oldest = field_number(info, "oldest_wait", -1),
		.state = field_is_set(info, "closed")	 ? "closed"
			 : field_is_set(info, "closing") ? "closing"
							 : "open",
	};
	channel->receivers = balance < 0 ? -balance : 0;
	channel->senders =
	    balance > channel->values ? balance - channel->values : 0;
	return channel->name != NULL && channel->shown != NULL ? 0 : -ENOMEM;
}

/* Channels that are being taken. */
struct taking {
	struct top_channel *channels;
	size_t count;
	size_t room;
	size_t listed; /* of them, by name */
	int error;
};

static int
take_list(struct taking *taking, const msgpack_object *list)
{
	if (list->type != MSGPACK_OBJECT_ARRAY)
		return -EPROTO;
	taking->room = list->via.array.size + (size_t)1;
	taking->channels = calloc(taking->room, sizeof *taking->channels);
	if (taking->channels == NULL)
		return -ENOMEM;
	for (uint32_t i = 0; i < list->via.array.size; i++) {
		int r = take_channel(&taking->channels[taking->count++],
				     &list->via.array.ptr[i]);
		if (r < 0)
			return r;
	}
	taking->listed = taking->count;
	qsort(taking->channels, taking->count, sizeof *taking->channels,
	      compare_names);
	return 0;
}

static int
grow(struct taking *taking)
{
	size_t room = 2 * taking->room;
	struct top_channel *channels =
	    reallocarray(taking->channels, room, sizeof *channels);

	if (channels == NULL)
		return -ENOMEM;
	taking->channels = channels;
	taking->room = room;
	return 0;
}

/* One that was there in the meantime. */
static void
add_passed(const struct tally_item *item, void *context)
{
	struct taking *taking = context;
	struct top_channel new = { .name = item->name,
				   .oldest = -1,
				   .state = "idle" };

	if (taking->error < 0 || item->sends == 0 || item->receives == 0 ||
	    bsearch(&new, taking->channels, taking->listed, sizeof new,
		    compare_names) != NULL)
		return;
	if (taking->count == taking->room && grow(taking) < 0) {
		taking->error = -ENOMEM;
		return;
	}
	new.name = strdup(item->name);
	new.shown = text_escaped(item->name, strlen(item->name));
	taking->channels[taking->count++] = new;
	if (new.name == NULL || new.shown == NULL)
		taking->error = -ENOMEM;
}

/* All channels, by name. */
static int
take_channels(struct taking *taking, const msgpack_object *list,
	      const struct tally *tally, int64_t now)
{
	int r = take_list(taking, list);

	if (r == 0) {
		tally_walk(tally, add_passed, taking);
		r = taking->error;
	}
	if (r < 0) {
		free_channels(taking->channels, taking->count);
		return r;
	}
	for (size_t i = 0; i < taking->count; i++)
		taking->channels[i].rate =
		    tally_rate(tally, taking->channels[i].name, now);
	qsort(taking->channels, taking->count, sizeof *taking->channels,
	      compare_names);
	return 0;
}

static struct top_counts
take_counts(const msgpack_object *stats, const struct top *before,
	    double seconds)
{
	const struct top_counts *old = &before->counts;
	struct top_counts counts = {
#define COUNT(name) .name = field_integer(stats, #name, 0)
		COUNT(connections), COUNT(tasks),    COUNT(runnable),
		COUNT(channels),    COUNT(senders),  COUNT(receivers),
		COUNT(values),	    COUNT(held),     COUNT(handoffs),
		COUNT(requests),    COUNT(failures),
#undef COUNT
	};

	if (before->taken == 0)
		return counts;
	counts.handoff_rate = rate(counts.handoffs, old->handoffs, seconds);
	counts.request_rate = rate(counts.requests, old->requests, seconds);
	counts.failure_rate = rate(counts.failures, old->failures, seconds);
	return counts;
}

int
top_take(struct top *top, const msgpack_object *info,
	 const msgpack_object *stats, const msgpack_object *list,
	 const struct tally *tally, int64_t now)
{
	double seconds = (double)(now - top->taken) / (double)CLOCK_SECOND;
	struct taking taking = { 0 };
	char *version;
	int r = -EPROTO;

	if (info->type == MSGPACK_OBJECT_MAP &&
	    stats->type == MSGPACK_OBJECT_MAP)
		r = take_channels(&taking, list, tally, now);
	if (r < 0)
		return r;
	version = field_text(info, "version");
	if (version == NULL) {
		free_channels(taking.channels, taking.count);
		return -ENOMEM;
	}
	top->counts = take_counts(stats, top, seconds);
	free_channels(top->channels, top->count);
	free(top->version);
	top->channels = taking.channels;
	top->count = taking.count;
	top->version = version;
	top->uptime = field_number(info, "uptime", 0);
	top->taken = now;
	return 0;
}

/* ---- sorting ---- */

static const char *const sort_names[] = {
	[TOP_BY_RATE] = "rate",
	[TOP_BY_WAITING] = "waiting",
	[TOP_BY_OLDEST] = "oldest",
	[TOP_BY_NAME] = "name",
};

enum { SORTS = sizeof sort_names / sizeof sort_names[0] };

const char *
top_sort_name(size_t number)
{
	return number < SORTS ? sort_names[number] : NULL;
}

int
top_parse_sort(const char *text, enum top_sort *sort)
{
	for (size_t i = 0; i < SORTS; i++)
		if (strcmp(sort_names[i], text) == 0) {
			*sort = (enum top_sort)i;
			return 0;
		}
	return -EINVAL;
}

static double
weight(const struct top_channel *channel, enum top_sort sort)
{
	double waiting =
	    (double)(channel->senders + channel->receivers + channel->values);

	switch (sort) {
	case TOP_BY_RATE:
		return channel->rate;
	case TOP_BY_WAITING:
		return waiting;
	case TOP_BY_OLDEST:
		return channel->oldest;
	case TOP_BY_NAME:
		break;
	}
	return 0;
}

/* Where two are alike, who waits counts, and then the name. */
static int
compare_weights(const void *a, const void *b, void *context)
{
	const struct top_channel *left = *(struct top_channel *const *)a;
	const struct top_channel *right = *(struct top_channel *const *)b;
	enum top_sort sort = *(enum top_sort *)context;
	double more = weight(right, sort) - weight(left, sort);

	if (more == 0 && sort != TOP_BY_NAME)
		more = weight(right, TOP_BY_WAITING) -
		       weight(left, TOP_BY_WAITING);
	if (more == 0)
		return strcmp(left->name, right->name);
	return more > 0 ? 1 : -1;
}

/* ---- writing ---- */

void
top_write_head(FILE *to, const struct top *top)
{
	const struct top_counts *c = &top->counts;
	char *up = text_span(top->uptime);

	fprintf(to, "chand %s at %s, up %s\n", top->version, top->url,
		up != NULL ? up : "?");
	fprintf(to,
		"%.0f hand-offs/s, %.0f requests/s, %.0f failures/s   "
		"%" PRId64 " tasks, %" PRId64 " runnable\n",
		c->handoff_rate, c->request_rate, c->failure_rate, c->tasks,
		c->runnable);
	fprintf(to,
		"%" PRId64 " connections   %" PRId64 " channels: %" PRId64
		" senders, %" PRId64 " receivers, %" PRId64 " values, %" PRId64
		" held\n",
		c->connections, c->channels, c->senders, c->receivers,
		c->values, c->held);
	free(up);
}

static const struct table_column columns[] = {
	{ "CHANNEL", false, true }, { "RATE/S", true, false },
	{ "SENDERS", true, false }, { "RECEIVERS", true, false },
	{ "VALUES", true, false },  { "HELD", true, false },
	{ "OLDEST", true, false },  { "STATE", false, false },
};

/* Nothing is a dot: what is there stands out; below 0 nobody knows. */
static int
add_number(struct table *table, double number)
{
	char *text;

	if (number <= 0)
		return table_add(table, strdup(number < 0 ? "?" : "."));
	if (asprintf(&text,
		     number < 10 && number != (double)(int)number ? "%.1f"
								  : "%.0f",
		     number) < 0)
		return -ENOMEM;
	return table_add(table, text);
}

static int
add_channel(struct table *table, const struct top_channel *channel)
{
	const double numbers[] = {
		channel->rate,
		(double)channel->senders,
		(double)channel->receivers,
		(double)channel->values,
		(double)channel->held,
	};
	int r = table_add(table, strdup(channel->shown));

	for (size_t i = 0; r == 0 && i < sizeof numbers / sizeof *numbers; i++)
		r = add_number(table, numbers[i]);
	if (r == 0)
		r = table_add(table, channel->oldest < 0
					 ? strdup(".")
					 : text_span(channel->oldest));
	if (r == 0)
		r = table_add(table, strdup(channel->state));
	return r;
}

static int
fill(struct table *table, const struct top *top, enum top_sort sort)
{
	const struct top_channel **order =
	    calloc(top->count + 1, sizeof *order);
	int r = 0;

	if (order == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < top->count; i++)
		order[i] = &top->channels[i];
	qsort_r(order, top->count, sizeof *order, compare_weights, &sort);
	for (size_t i = 0; r == 0 && i < top->count; i++)
		r = add_channel(table, order[i]);
	free(order);
	return r;
}

int
top_write_channels(FILE *to, const struct top *top, enum top_sort sort,
		   size_t width)
{
	struct table *table =
	    table_new(columns, sizeof columns / sizeof columns[0]);
	int r = table != NULL ? fill(table, top, sort) : -ENOMEM;

	if (r == 0)
		table_write(to, table, width);
	table_free(table);
	return r;
}
