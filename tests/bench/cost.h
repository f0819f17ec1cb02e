/* SPDX-License-Identifier: MIT */
/* cost.h - what the server has used, and how long things took. */
#ifndef BENCH_COST_H
#define BENCH_COST_H

#include <stdint.h>

struct cost {
	int64_t clock, server, own; /* ns: time, and the CPU's of each */
	long resident;		    /* bytes of the server */
};

/* `pid` 0: nobody's. */
struct cost cost_now(int pid);

/* One duration more; where there are too many, it is not kept. */
void delay_add(int64_t ns);
/* In microseconds; `part` from 0 to 1. Sorts them. */
double delay_at(double part);

#endif
