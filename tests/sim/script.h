/* SPDX-License-Identifier: MIT */
/*
 * script.h - what happens in one run: a list of steps, which a seed stands
 * for, and which can be printed, read again, and made shorter.
 *
 * A step says nothing of what came before it ("the third delivery that you
 * know of"), so that any of them can be left out.
 */
#ifndef SIM_SCRIPT_H
#define SIM_SCRIPT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum verb {
#define VERB(name, weight) VERB_##name,
#include "verbs.def"
#undef VERB
	VERBS,
};

enum { STEPS_MOST = 1000, CLIENTS_MOST = 8, CHANNELS_MOST = 4 };

struct step {
	uint8_t verb;
	uint8_t client;
	uint8_t channel;
	uint8_t timeout; /* which of a table */
	uint8_t options; /* bits; what they mean is the verb's */
	uint8_t pick;	 /* which of those there are */
	uint32_t noise;	 /* where its own random numbers begin */
};

struct script {
	unsigned count;
	struct step steps[STEPS_MOST];
};

/* The script of a seed. */
void script_draw(struct script *script, uint64_t seed, unsigned count);

void script_print(const struct script *script, FILE *file);
/* False when a line makes no sense. */
bool script_read(struct script *script, FILE *file);

const char *verb_name(unsigned verb);

/* Random numbers: the next one; one below `limit`, which is not 0. */
uint64_t random_next(uint64_t *state);
unsigned random_below(uint64_t *state, unsigned limit);

#endif
