/* SPDX-License-Identifier: MIT */
/*
 * grow.c - for a whole program with a fault: lets the one grow that CHAND_PLANT
 * names, before main() begins.
 */
#include "plants/plant.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum plant plant_grown;

static const struct {
	enum plant plant;
	const char *name;
} plants[] = {
#define PLANT(name, text) { PLANT_##name, #name },
#include "plants/plants.def"
#include "plants/plants_above.def"
#undef PLANT
};

static void __attribute__((constructor)) grow(void)
{
	const char *wanted = getenv("CHAND_PLANT");

	if (wanted == NULL || wanted[0] == '\0')
		return;
	for (unsigned i = 0; i < sizeof plants / sizeof plants[0]; i++) {
		if (strcmp(plants[i].name, wanted) == 0) {
			plant_grown = plants[i].plant;
			return;
		}
	}
	fprintf(stderr, "planted: there is no %s\n", wanted);
	exit(2);
}
