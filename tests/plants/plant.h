/* SPDX-License-Identifier: MIT */
/*
 * plant.h - faults that are planted on purpose, to see that the tests find
 * them.
 *
 * switches.patch puts PLANTED() into a copy of the daemon's sources, from which
 * tests/test_plants and tests/sim/planted are built; each file of it is
 * compiled with this header in front. It lets one fault grow at a time. `./dev
 * plants` fits the patch to sources that have changed.
 */
#ifndef TESTS_PLANTS_PLANT_H
#define TESTS_PLANTS_PLANT_H

enum plant {
	NO_PLANT,
#define PLANT(name, text) PLANT_##name,
#include "plants.def"
#undef PLANT
	PLANT_COUNT,
	LAST_OF_THE_CORE = PLANT_COUNT - 1,
#define PLANT(name, text) PLANT_##name,
#include "plants_above.def"
#undef PLANT
};

extern enum plant plant_grown;

#define PLANTED(name) (plant_grown == PLANT_##name)

#endif
