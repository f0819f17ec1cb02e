/* SPDX-License-Identifier: MIT */
/*
 * lanes.h - the pairs that hand values on, and whether each came.
 *
 * A lane is a sender and a receiver on a channel of their own; in the mode
 * CALL a caller, and the workers share one channel. Each value says whose and
 * the how manieth it is. It has to come once, in its order and whole, and no
 * put may be answered too early; anything else ends the program.
 */
#ifndef BENCH_LANES_H
#define BENCH_LANES_H

#include "lines.h"

struct lane {
	bool is_background; /* not measured */
	unsigned number;
	unsigned depth;
	struct line sender, receiver;
	uint32_t sent, answered, received, settled;
	int64_t *times; /* when put, of those on their way */
};

struct plan {
	const struct dialect *dialect;
	enum mode mode;
	unsigned lanes, background; /* how many of each */
	unsigned depth, background_depth;
	unsigned size;
};

/* All lanes, greeted; nothing is sent yet. */
void lanes_open(const struct plan *plan);

void lanes_start(void);
/* Nothing more is sent. Returns when all is done, each value just once. */
void lanes_stop(void);

/* While on, each value that is done is counted and timed. */
void lanes_measure(bool on);
unsigned lanes_measured(void);	 /* of those not in the background */
unsigned lanes_background(void); /* of those that are */
unsigned lanes_total(void);	 /* of all, from the start */

/* An event on a line of a lane, or of a worker. */
void lanes_heard(struct line *line, enum heard heard,
		 const struct event *event);

#endif
