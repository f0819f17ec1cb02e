/* SPDX-License-Identifier: MIT */
#include "client/base/histogram.h"

#include <math.h>

enum { EXACT = 2 << HISTOGRAM_BITS };

/* How far a number is shifted to be left with HISTOGRAM_BITS + 1 bits. */
static int
shift_of(uint64_t number)
{
	return number < EXACT ? 0
			      : 63 - __builtin_clzll(number) - HISTOGRAM_BITS;
}

/* Each shift has half a row of its own: the upper half is all that it uses. */
static uint64_t
class_of(uint64_t number)
{
	int shift = shift_of(number);

	return ((uint64_t)shift << HISTOGRAM_BITS) + (number >> shift);
}

/* The largest number of a class. */
static uint64_t
end_of(uint64_t class)
{
	uint64_t shift = class < EXACT ? 0 : (class >> HISTOGRAM_BITS) - 1;
	uint64_t upper = class - (shift << HISTOGRAM_BITS);

	return ((upper + 1) << shift) - 1;
}

void
histogram_add(struct histogram *histogram, int64_t number)
{
	uint64_t n = number > 0 ? (uint64_t)number : 0;

	histogram->count++;
	histogram->classes[class_of(n)]++;
	if (n > histogram->most)
		histogram->most = n;
}

uint64_t
histogram_at(const struct histogram *histogram, double part)
{
	double wanted = ceil(part * (double)histogram->count);
	uint64_t seen = 0;

	for (uint64_t i = 0; i < HISTOGRAM_CLASSES; i++) {
		seen += histogram->classes[i];
		if (seen > 0 && (double)seen >= wanted)
			return end_of(i) < histogram->most ? end_of(i)
							   : histogram->most;
	}
	return histogram->most;
}
