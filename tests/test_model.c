/* SPDX-License-Identifier: MIT */
/*
 * test_model - random programs, on daemon/task and daemon/chan and in a plain
 * model of them (model/model.h): they must do the same, step by step.
 *
 *   test_model [--seed N] [--programs N]
 *   test_model --only SEED
 *
 * The seeds of the programs follow from N, else from CHAND_SEED in the
 * environment, else they are always the same. A program that differs is made
 * smaller until nothing can be left out of it, and printed: the channels, the
 * tasks with their operations, what the driver does, and what happened up to
 * the first difference. `--only` and the seed that is told make it again.
 *
 * The model is right where SEMANTICS, the scheduling vectors or a header say
 * so; otherwise the difference is a question to be decided, not a bug.
 */
#include "model/judge.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>

enum { PROGRAMS = 500000, SEED = 1 };

static int
run_one(uint64_t seed)
{
	struct program program;

	program_make(&program, seed);
	program_print(&program, stdout);
	if (judge_program(&program, stdout)) {
		printf("program %" PRIu64 " does the same in both\n", seed);
		return EXIT_SUCCESS;
	}
	printf("made smaller:\n");
	judge_explain(seed, stdout);
	return EXIT_FAILURE;
}

static int
run_many(uint64_t seed, uint64_t programs)
{
	struct verdict verdict;

	printf("seed %" PRIu64 ": %" PRIu64 " programs\n", seed, programs);
	verdict = judge_programs(seed << 32, programs);
	if (verdict.is_same) {
		printf("%" PRIu64 " passed, 0 failed\n", programs);
		return EXIT_SUCCESS;
	}
	printf("program %" PRIu64 " (the %" PRIu64 "th): %s; made smaller:\n",
	       verdict.seed, verdict.programs, verdict.reason);
	judge_explain(verdict.seed, stdout);
	return EXIT_FAILURE;
}

static int
usage(void)
{
	fprintf(stderr, "usage: test_model [--seed N] [--programs N] "
			"[--only SEED]\n");
	return 2;
}

int
main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "seed", required_argument, NULL, 's' },
		{ "programs", required_argument, NULL, 'p' },
		{ "only", required_argument, NULL, 'o' },
		{ 0 },
	};
	const char *given = getenv("CHAND_SEED");
	uint64_t seed = given != NULL ? strtoull(given, NULL, 0) : SEED;
	uint64_t programs = PROGRAMS;
	int c;

	while ((c = getopt_long(argc, argv, "s:p:o:", options, NULL)) != -1) {
		if (c == 's')
			seed = strtoull(optarg, NULL, 0);
		else if (c == 'p')
			programs = strtoull(optarg, NULL, 0);
		else
			return c == 'o' ? run_one(strtoull(optarg, NULL, 0))
					: usage();
	}
	return optind == argc ? run_many(seed, programs) : usage();
}
