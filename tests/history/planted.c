/* SPDX-License-Identifier: MIT */
/*
 * planted.c - the daemon with a fault: the one of tests/plants that CHAND_PLANT
 * names. The checker of histories must reject what its clients saw.
 */
#include "plants/plant.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum plant plant_grown;

static const char *const names[PLANT_COUNT] = {
#define PLANT(name, text) [PLANT_##name] = #name,
#include "plants/plants.def"
#undef PLANT
};

static void __attribute__((constructor)) grow(void)
{
	const char *wanted = getenv("CHAND_PLANT");

	if (wanted == NULL || wanted[0] == '\0')
		return;
	for (unsigned i = 1; i < PLANT_COUNT; i++) {
		if (names[i] != NULL && strcmp(names[i], wanted) == 0) {
			plant_grown = (enum plant)i;
			return;
		}
	}
	fprintf(stderr, "planted: there is no %s\n", wanted);
	exit(2);
}
