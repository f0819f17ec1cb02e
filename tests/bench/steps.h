/* SPDX-License-Identifier: MIT */
/*
 * steps.h - how many instructions something takes, counted one by one.
 *
 * Virtual machines have no counters for that, and valgrind does not take a
 * million stacks. So the program runs as the child of one that lets it make
 * single steps where it is asked to, and does not disturb it elsewhere.
 */
#ifndef BENCH_STEPS_H
#define BENCH_STEPS_H

#include <stdint.h>

/* Go on in a child that can be counted, if that is allowed here. */
void steps_init(void);

/*
 * Instructions between the two, those of a few library calls included:
 * subtract two counts. 0: unknown, for too many or not allowed. What the
 * kernel does for it is one.
 */
void steps_begin(void);
uint64_t steps_end(void);

#endif
