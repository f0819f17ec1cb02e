/* SPDX-License-Identifier: MIT */
/*
 * main.h - how runs are made: by a child, so that a crash is a failure.
 */
#ifndef SIM_MAIN_H
#define SIM_MAIN_H

#include "script.h"

#include <stdbool.h>
#include <stdint.h>

struct options {
	uint64_t from, seeds;
	unsigned steps;
	const char *script;
	const char *plant; /* only this one; "": all */
	bool is_whole;	   /* do not make it shorter */
	bool shrinks;	   /* a script of ours, too */
	bool hashes_each;
	bool tortures;
	unsigned nth; /* torture with this failure only; 0: with each */
};

/* What the child tells. */
struct shared {
	uint64_t seed;
	uint64_t hash;	    /* of all traces */
	unsigned nth, more; /* what failed in this run of the torture */
	uint64_t failures;  /* that it was tried with */
	char reason[300];
};

extern struct shared *shared;

/* A run for each allocation that can fail. */
void torture(const struct script *script, unsigned only);

/* 0, or how the child ended; what it said is in `shared`. */
int run_seeds(const struct options *options);

/* Every plant that the simulation is to find; or those named so. */
int run_plants(const struct options *options);

#endif
