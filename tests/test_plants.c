/* SPDX-License-Identifier: MIT */
/*
 * test_plants - are random programs worth their time? Lets every fault of
 * base/plants.def grow in the core, one at a time, and demands that a program
 * of test_model's differs from the model then.
 *
 *   test_plants [--seed N] [--programs N] [NAME]
 *
 *   NAME  try this plant alone, not all; then the program that
 *         catches it is made smaller, and printed
 */
#include "base/plant.h"
#include "model/judge.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Always the same ones: not that luck decides. */
enum { PROGRAMS = 100000, SEED = 4 };

enum plant plant_grown;

static const char *const names[] = {
	"NO_PLANT",
#define PLANT(name, text) #name,
#include "base/plants.def"
#undef PLANT
};

static const char *const texts[] = {
	"",
#define PLANT(name, text) text,
#include "base/plants.def"
#undef PLANT
};

static bool
is_caught(enum plant plant, uint64_t first, uint64_t programs)
{
	struct verdict verdict;

	plant_grown = plant;
	verdict = judge_programs(first, programs);
	if (verdict.is_same)
		printf("plant %s: NOT caught by %" PRIu64 " programs: %s\n",
		       names[plant], programs, texts[plant]);
	else
		printf("plant %s: caught by program %" PRIu64 " after %" PRIu64
		       " programs (%s): %s\n",
		       names[plant], verdict.seed, verdict.programs,
		       verdict.reason, texts[plant]);
	return !verdict.is_same;
}

static enum plant
find(const char *name)
{
	for (unsigned i = 1; i < PLANT_COUNT; i++)
		if (strcmp(names[i], name) == 0)
			return (enum plant)i;
	fprintf(stderr, "test_plants: there is no plant %s\n", name);
	exit(2);
}

static int
try_all(uint64_t first, uint64_t programs)
{
	unsigned caught = 0, missed = 0;

	for (unsigned i = 1; i < PLANT_COUNT; i++)
		*(is_caught((enum plant)i, first, programs) ? &caught
							    : &missed) += 1;
	printf("%u passed, %u failed\n", caught, missed);
	return missed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int
try_one(const char *name, uint64_t first, uint64_t programs)
{
	struct verdict verdict;

	plant_grown = find(name);
	verdict = judge_programs(first, programs);
	if (!is_caught(plant_grown, first, programs))
		return EXIT_FAILURE;
	judge_explain(verdict.seed, stdout);
	return EXIT_SUCCESS;
}

int
main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "seed", required_argument, NULL, 's' },
		{ "programs", required_argument, NULL, 'p' },
		{ 0 },
	};
	uint64_t seed = SEED, programs = PROGRAMS;
	int c;

	while ((c = getopt_long(argc, argv, "s:p:", options, NULL)) != -1) {
		if (c == '?')
			return 2;
		*(c == 's' ? &seed : &programs) = strtoull(optarg, NULL, 0);
	}
	/* What a plant makes the core assert has been asked for. */
	if (optind == argc && freopen("/dev/null", "w", stderr) == NULL)
		return 2;
	return optind == argc ? try_all(seed << 32, programs)
			      : try_one(argv[optind], seed << 32, programs);
}
