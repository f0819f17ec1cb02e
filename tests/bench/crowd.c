/* SPDX-License-Identifier: MIT */
#include "crowd.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "value.h"

enum {
	AT_ONCE = 64,	 /* connections that may be under way */
	AHEAD = 256,	 /* values that may be */
	FIRST = 1 << 17, /* their numbers lie above those of the lanes */
};

static struct {
	const struct dialect *dialect;
	struct line *parked;
	struct line waker;
	unsigned count, size;
	unsigned ready, woken;
	bool is_shared; /* all wait on one channel */
	bool is_churning;
	unsigned came;
} all;

/* Where all wait on one channel, it is called by the first one's number. */
static void
name_channel(struct line *line, unsigned number)
{
	snprintf(line->channel, sizeof line->channel, "%d-crowd-%u", getpid(),
		 all.is_shared ? FIRST : number);
}

static void
prepare(struct line *line, enum role role, unsigned number)
{
	*line = (struct line){
		.role = role,
		.mode = PLAIN,
		.number = number,
		.depth = AHEAD,
		.size = all.size,
		.is_marked = line->is_marked,
	};
	name_channel(line, number);
}

void
crowd_park(const struct dialect *dialect, unsigned count, unsigned size,
	   bool is_shared)
{
	all.dialect = dialect;
	all.size = size;
	all.is_shared = is_shared;
	all.count = count;
	all.parked = calloc(count, sizeof *all.parked);
	for (unsigned i = 0; i < count; i++) {
		prepare(&all.parked[i], RECEIVER, FIRST + i);
		line_open(&all.parked[i]);
		if (i >= AT_ONCE)
			lines_until(&all.ready, i - AT_ONCE, "parked");
	}
	lines_until(&all.ready, count, "parked");
}

static void
wake(unsigned i)
{
	struct line *line = &all.waker;

	name_channel(line, FIRST + i);
	all.dialect->put(line, value_make(FIRST + i, 0, all.size), all.size);
	line_mark(line);
}

int64_t
crowd_wake(void)
{
	int64_t begin;

	prepare(&all.waker, SENDER, FIRST - 1);
	line_open(&all.waker);
	lines_until(&all.ready, all.count + 1, "the one who wakes");
	begin = clock_ns();
	for (unsigned i = 0; i < all.count; i++) {
		wake(i);
		if (i >= AHEAD)
			lines_until(&all.woken, i - AHEAD, "woken");
	}
	lines_until(&all.woken, all.count, "woken");
	return clock_ns() - begin;
}

static void
come(struct line *line)
{
	prepare(line, SENDER, line->number);
	line_open(line);
}

unsigned
crowd_churn(const struct dialect *dialect, unsigned width, int64_t span_ns)
{
	struct line *lines = calloc(width, sizeof *lines);
	unsigned came;

	all.dialect = dialect;
	all.size = 64;
	all.is_churning = true;
	for (unsigned i = 0; i < width; i++) {
		lines[i].number = i;
		come(&lines[i]);
	}
	lines_for(span_ns);
	came = all.came;
	all.is_churning = false;
	return came;
}

static void
came(struct line *line)
{
	unsigned number = line->number;

	line_close(line);
	line->number = number;
	all.came++;
	if (all.is_churning)
		come(line);
}

static void
woken(struct line *line, const struct event *event)
{
	unsigned number;
	uint32_t sequence;

	if (!value_check(event, all.size, &number, &sequence) ||
	    (number != line->number && !all.is_shared))
		fail("%s got what was not for it", line->channel);
	all.woken++;
}

void
crowd_heard(struct line *line, enum heard heard, const struct event *event)
{
	if (heard == VALUE) {
		woken(line, event);
		return;
	}
	if (heard != READY)
		return;
	if (all.is_churning) {
		came(line);
		return;
	}
	all.ready++;
	if (line->role == RECEIVER && !all.dialect->is_armed)
		all.dialect->take(line);
}
