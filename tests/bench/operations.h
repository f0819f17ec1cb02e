/* SPDX-License-Identifier: MIT */
/*
 * operations.h - what is measured, each among a crowd.
 */
#ifndef BENCH_OPERATIONS_H
#define BENCH_OPERATIONS_H

#include <stdbool.h>
#include <stddef.h>

struct operation {
	const char *name;
	const char *others; /* what there are 1, 1,000, 1,000,000 of */
	void (*open)(void); /* with a crowd that rests; NULL: nothing to do */
	void (*run)(size_t count); /* the operation, so many times */
	void (*close)(void);	   /* crowd_rest() follows in any case */
	size_t batch;		   /* `count` must be a multiple of it */
	bool is_for_all;	   /* to be measured, a multiple of the crowd */
	bool can_be_part;	   /* but it works with less */
	double goal;		   /* ns; 0: none */
};

/* Each ends with one without a name. */
extern const struct operation task_operations[];
extern const struct operation chan_operations[];
extern const struct operation held_operations[];

#endif
