/* SPDX-License-Identifier: MIT */
/*
 * plants.c - is the simulation worth its time? Lets the faults of plants.def
 * grow in the daemon, one at a time, and demands that a seed finds each.
 */
#include "main.h"

#include <stdio.h>
#include <string.h>

#ifdef CHAND_PLANTS
#include "plants/plant.h"

enum plant plant_grown;

static const struct {
	enum plant plant;
	const char *name;
} found[] = {
#define FOUND(name) { PLANT_##name, #name },
#include "plants.def"
#undef FOUND
};

static const char *const texts[] = {
#define PLANT(name, text) [PLANT_##name] = text,
#include "plants/plants.def"
#include "plants/plants_above.def"
#undef PLANT
};

static bool
finds(const struct options *options, unsigned i)
{
	int status;

	plant_grown = found[i].plant;
	status = run_seeds(options);
	if (status == 0)
		printf("%-24s NOT found (%s)\n", found[i].name,
		       texts[plant_grown]);
	else
		printf("%-24s seed %llu: %s (%s)\n", found[i].name,
		       (unsigned long long)shared->seed, shared->reason,
		       texts[plant_grown]);
	plant_grown = NO_PLANT;
	return status != 0;
}

int
run_plants(const struct options *options)
{
	unsigned count = 0, missed = 0;

	for (unsigned i = 0; i < sizeof found / sizeof found[0]; i++) {
		if (options->plant[0] != '\0' &&
		    strcmp(options->plant, found[i].name) != 0)
			continue;
		count++;
		missed += !finds(options, i);
	}
	printf("%u passed, %u failed: planted faults that %llu seeds find\n",
	       count - missed, missed, (unsigned long long)options->seeds);
	return missed > 0 || count == 0;
}
#else
int
run_plants(const struct options *options)
{
	(void)options;
	puts("nothing is planted here: see planted");
	return 2;
}
#endif
