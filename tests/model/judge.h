/* SPDX-License-Identifier: MIT */
/*
 * judge.h - runs programs in the model and on the real ring, and says where
 * they differ.
 *
 * They run in a child process: a program that ends in an assertion or never
 * has been judged too.
 */
#ifndef TESTS_MODEL_JUDGE_H
#define TESTS_MODEL_JUDGE_H

#include "model/program.h"

/* How long a thousand programs, or one, may take, in seconds. */
enum { PATIENCE = 60, PATIENCE_FOR_ONE = 10 };

struct verdict {
	bool is_same;
	uint64_t seed;	    /* of the program that differs */
	uint64_t programs;  /* how many were run, that one included */
	const char *reason; /* why: "it differs", or a signal's name */
};

/* Programs of that many seeds, from `first` on, up to the first that differs.
 */
struct verdict judge_programs(uint64_t first, uint64_t count);

/* One program: is it the same in both? Prints where not, if `file`. */
bool judge_program(const struct program *program, FILE *file);

/* Make a program that differs as small as it can be, and print it. */
void judge_explain(uint64_t seed, FILE *file);

#endif
