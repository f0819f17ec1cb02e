/* SPDX-License-Identifier: MIT */
/* floor.h - what a connection to the floor begins with. */
#ifndef BENCH_FLOOR_H
#define BENCH_FLOOR_H

#include <stdint.h>

struct floor_hello {
	uint8_t role; /* 'S' sender, 'R' receiver */
	uint8_t is_ack;
	uint16_t unused;
	uint32_t lane;
	uint32_t size; /* of each value */
};

#endif
