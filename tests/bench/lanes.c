/* SPDX-License-Identifier: MIT */
#include "lanes.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cost.h"
#include "value.h"

static const int64_t DOUBLE_TIME = INT64_C(50000000); /* for a double to come */

static struct {
	struct plan plan;
	struct lane *lanes;
	struct line *workers;
	unsigned count;
	unsigned ready;
	bool is_running, is_measured;
	unsigned sent, finished, answered;
	unsigned measured, background;
} all;

/* How many a line of this role may have under way. */
static unsigned
depth_of(enum role role, const struct lane *lane)
{
	bool is_one = all.plan.mode != PLAIN || all.plan.dialect->takes_one;

	return role != SENDER && is_one ? 1 : lane->depth;
}

/* Our process is part of the names: what another has left is not ours. */
static void
name_channels(struct line *line, const struct lane *lane)
{
	snprintf(line->replies, sizeof line->replies, "%d-reply-%u", getpid(),
		 lane->number);
	if (all.plan.mode == CALL)
		snprintf(line->channel, sizeof line->channel, "%d-calls",
			 getpid());
	else
		snprintf(line->channel, sizeof line->channel, "%d-lane-%u",
			 getpid(), lane->number);
}

static void
prepare_line(struct line *line, enum role role, struct lane *lane)
{
	line->role = role;
	line->mode = all.plan.mode;
	line->lane = lane;
	line->number = lane->number;
	line->size = all.plan.size;
	line->depth = depth_of(role, lane);
	name_channels(line, lane);
}

/* Those who wait come first, so that every put meets somebody. */
static void
open_receiver(struct lane *lane)
{
	bool is_call = all.plan.mode == CALL;

	prepare_line(&lane->receiver, is_call ? WORKER : RECEIVER, lane);
	line_open(&lane->receiver);
}

static void
open_sender(struct lane *lane)
{
	bool is_call = all.plan.mode == CALL;

	prepare_line(&lane->sender, is_call ? CALLER : SENDER, lane);
	line_open(&lane->sender);
}

void
lanes_open(const struct plan *plan)
{
	all.plan = *plan;
	all.count = plan->lanes + plan->background;
	all.lanes = calloc(all.count, sizeof *all.lanes);
	for (unsigned i = 0; i < all.count; i++) {
		struct lane *lane = &all.lanes[i];

		lane->number = i;
		lane->is_background = i >= plan->lanes;
		lane->depth =
		    lane->is_background ? plan->background_depth : plan->depth;
		lane->times = calloc(lane->depth, sizeof *lane->times);
		open_receiver(lane);
	}
	lines_until(&all.ready, all.count, "receivers that are ready");
	for (unsigned i = 0; i < all.count; i++)
		open_sender(&all.lanes[i]);
	lines_until(&all.ready, 2 * all.count, "senders that are ready");
}

/* How many of the lane's values are done with. */
static uint32_t
finished(const struct lane *lane)
{
	uint32_t least = lane->received;

	if (all.plan.mode == CALL)
		return least;
	if (all.plan.dialect->answers_puts && lane->answered < least)
		least = lane->answered;
	if (all.plan.mode == ACK && lane->settled < least)
		least = lane->settled;
	return least;
}

static void
put_more(struct lane *lane)
{
	while (all.is_running && lane->sent - finished(lane) < lane->depth) {
		lane->times[lane->sent % lane->depth] = clock_ns();
		all.plan.dialect->put(
		    &lane->sender,
		    value_make(lane->number, lane->sent, all.plan.size),
		    all.plan.size);
		lane->sent++;
		all.sent++;
		line_mark(&lane->sender);
	}
}

void
lanes_start(void)
{
	all.is_running = true;
	for (unsigned i = 0; i < all.count; i++)
		put_more(&all.lanes[i]);
}

/* The value that the user of this mode waits for has come. */
static void
timed(struct lane *lane, uint32_t sequence)
{
	all.finished++;
	if (!all.is_measured)
		return;
	if (lane->is_background) {
		all.background++;
		return;
	}
	all.measured++;
	delay_add(clock_ns() - lane->times[sequence % lane->depth]);
}

static void
ready(struct line *line)
{
	const struct dialect *dialect = all.plan.dialect;
	bool takes = line->role == RECEIVER || line->role == WORKER;

	all.ready++;
	for (unsigned i = 0; takes && !dialect->is_armed && i < line->depth;
	     i++)
		dialect->take(line);
}

static void
settled(struct lane *lane)
{
	if (lane->settled >= lane->received)
		fail("lane %u: %u are settled, and %u received", lane->number,
		     lane->settled + 1, lane->received);
	timed(lane, lane->settled++);
	put_more(lane);
}

static void
answered(struct lane *lane, unsigned count)
{
	lane->answered += count;
	all.answered += count;
	if (lane->answered > lane->sent)
		fail("lane %u: %u answers to %u puts", lane->number,
		     lane->answered, lane->sent);
	if (all.plan.mode == ACK && !all.plan.dialect->settles)
		for (; count > 0; count--)
			settled(lane);
	put_more(lane);
}

static void
check_value(const struct event *event, struct lane **lane, uint32_t *sequence)
{
	unsigned number;

	if (!value_check(event, all.plan.size, &number, sequence) ||
	    number >= all.count)
		fail("a value of %zu bytes is not whole", event->size);
	*lane = &all.lanes[number];
}

static void
work(struct line *line, const struct event *event)
{
	struct lane *lane;
	uint32_t sequence;

	check_value(event, &lane, &sequence);
	all.plan.dialect->answer(line, lane->sender.replies, event->data,
				 event->size);
}

static void
received(struct line *line, const struct event *event)
{
	struct lane *lane;
	uint32_t sequence;

	check_value(event, &lane, &sequence);
	if (lane != line->lane || sequence != lane->received)
		fail("lane %u got value %u of lane %u, and waited for %u",
		     line->number, sequence, lane->number, lane->received);
	lane->received++;
	if (all.plan.mode != ACK)
		timed(lane, sequence);
	if (line->role == RECEIVER && !all.plan.dialect->is_armed)
		all.plan.dialect->take(line);
	put_more(lane);
}

void
lanes_heard(struct line *line, enum heard heard, const struct event *event)
{
	if (heard == READY)
		ready(line);
	else if (heard == ANSWERED)
		answered(line->lane, event->count);
	else if (heard == SETTLED)
		settled(line->lane);
	else if (line->role == WORKER)
		work(line, event);
	else
		received(line, event);
}

static void
check_lane(const struct lane *lane)
{
	if (lane->received != lane->sent || finished(lane) != lane->sent)
		fail("lane %u: sent %u, answered %u, received %u, settled %u",
		     lane->number, lane->sent, lane->answered, lane->received,
		     lane->settled);
}

void
lanes_stop(void)
{
	all.is_running = false;
	lines_until(&all.finished, all.sent, "values that are done");
	if (all.plan.mode != CALL && all.plan.dialect->answers_puts)
		lines_until(&all.answered, all.sent, "puts that are answered");
	lines_for(DOUBLE_TIME);
	for (unsigned i = 0; i < all.count; i++)
		check_lane(&all.lanes[i]);
	if (all.finished != all.sent)
		fail("sent %u, and %u were done", all.sent, all.finished);
}

void
lanes_measure(bool on)
{
	all.is_measured = on;
}

unsigned
lanes_measured(void)
{
	return all.measured;
}

unsigned
lanes_background(void)
{
	return all.background;
}

unsigned
lanes_total(void)
{
	return all.finished;
}
