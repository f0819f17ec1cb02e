/* SPDX-License-Identifier: MIT */
/*
 * histogram.h - how often a number came, in constant memory.
 *
 * Numbers below 256 are kept as they are, larger ones with eight bits: what
 * is read from it is off by less than 0.8 per cent.
 */
#ifndef CLIENT_BASE_HISTOGRAM_H
#define CLIENT_BASE_HISTOGRAM_H

#include <stdint.h>

enum {
	HISTOGRAM_BITS = 7, /* a power of two is 1 << this classes */
	HISTOGRAM_CLASSES = (64 - HISTOGRAM_BITS) << HISTOGRAM_BITS,
};

struct histogram {
	uint64_t count; /* of all */
	uint64_t most;	/* the largest one */
	uint64_t classes[HISTOGRAM_CLASSES];
};

/* Count a number; one below 0 as 0. A zeroed histogram is an empty one. */
void histogram_add(struct histogram *histogram, int64_t number);

/*
 * The least number that `part` of all, 0 to 1, do not exceed: the upper end of
 * its class, and never more than the largest that came. 0 for an empty one.
 */
uint64_t histogram_at(const struct histogram *histogram, double part);

#endif
