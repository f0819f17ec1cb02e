/* SPDX-License-Identifier: MIT */
/*
 * top.h - what `top` shows: what the daemon answered, how it has changed since
 * the answer before, and the page of text that is made of both.
 */
#ifndef CLIENT_SHOW_TOP_H
#define CLIENT_SHOW_TOP_H

#include "client/show/tally.h"

#include <msgpack.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum top_sort {
	TOP_BY_RATE,
	TOP_BY_WAITING,
	TOP_BY_OLDEST,
	TOP_BY_NAME,
};

struct top_channel {
	char *name;
	char *shown; /* the same for a terminal */
	int64_t senders;
	int64_t receivers;
	int64_t values;
	int64_t held;
	double rate;   /* values that passed, a second; below 0: unknown */
	double oldest; /* s; below 0: nobody waits */
	const char *state;
};

/* What the daemon has counted; rates are a second. */
struct top_counts {
	int64_t connections, tasks, runnable, channels, senders, receivers;
	int64_t values, held, handoffs, requests, failures;
	double handoff_rate, request_rate, failure_rate;
};

struct top {
	int64_t taken; /* when, by clock_now(); 0: nothing yet */
	struct top_counts counts;
	struct top_channel *channels; /* by name */
	size_t count;
	char *version;
	double uptime;
	const char *url; /* not owned */
};

/* A zeroed one is empty. */
void top_fini(struct top *top);

/*
 * Take what server.info, server.stats and channel.list have answered.
 *
 *   tally  of the round that ends now, for the rates of channels; one that
 *          only values passed through, and nobody waits on, is shown, too
 *   now    ns, after the one before
 *
 * 0, -EPROTO it is none of that, or -ENOMEM; the one before stays then.
 */
int top_take(struct top *top, const msgpack_object *info,
	     const msgpack_object *stats, const msgpack_object *list,
	     const struct tally *tally, int64_t now);

/* The sort of that name, "rate" or so; -EINVAL: none. */
int top_parse_sort(const char *text, enum top_sort *sort);

/* Its name; NULL: there is none of that number. */
const char *top_sort_name(size_t number);

/* TOP_HEAD lines about the daemon. */
enum { TOP_HEAD = 3 };
void top_write_head(FILE *to, const struct top *top);

/*
 * The table of channels, busiest or so first.
 *
 *   width  of a line; 0: any
 *
 * 0 or -ENOMEM.
 */
int top_write_channels(FILE *to, const struct top *top, enum top_sort sort,
		       size_t width);

#endif
