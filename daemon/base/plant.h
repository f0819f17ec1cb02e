/* SPDX-License-Identifier: MIT */
/*
 * plant.h - faults that are planted on purpose, to see that the tests find
 * them.
 *
 * Only tests/test_plants and tests/sim/planted are built with CHAND_PLANTS, and
 * let one of them grow at a time. Everywhere else PLANTED() is false, and
 * nothing of it is left.
 */
#ifndef BASE_PLANT_H
#define BASE_PLANT_H

#include <stdbool.h>

#ifdef CHAND_PLANTS
enum plant {
	NO_PLANT,
#define PLANT(name, text) PLANT_##name,
#include "base/plants.def"
#undef PLANT
	PLANT_COUNT,
	PLANT_ABOVE = PLANT_COUNT,
#define PLANT(name, text) PLANT_##name,
#include "base/plants_above.def"
#undef PLANT
	PLANT_END
};

extern enum plant plant_grown;

#define PLANTED(name) (plant_grown == PLANT_##name)
#define PLANT_FIELD(field) field;
#else
#define PLANTED(name) false
#define PLANT_FIELD(field)
#endif

#endif
