/* SPDX-License-Identifier: MIT */
#include "script.h"

#include <string.h>

static const struct {
	const char *name;
	unsigned weight;
} verbs[] = {
#define VERB(name, weight) { #name, weight },
#include "verbs.def"
#undef VERB
};

const char *
verb_name(unsigned verb)
{
	return verbs[verb].name;
}

/* Sebastiano Vigna's splitmix64. */
uint64_t
random_next(uint64_t *state)
{
	uint64_t z = (*state += 0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

unsigned
random_below(uint64_t *state, unsigned limit)
{
	return (unsigned)((random_next(state) >> 32) * limit >> 32);
}

/* ---- drawing ---- */

/* What cannot be missed, lest nothing happens at all. */
static bool
is_needed(unsigned verb)
{
	return verb == VERB_connect || verb == VERB_tick || verb == VERB_flow ||
	       verb == VERB_send || verb == VERB_recv || verb == VERB_listen;
}

/*
 * Each seed does without some of the verbs: what they would prevent can
 * happen then, and the others happen more often.
 */
static unsigned
weigh(uint64_t *state, unsigned weights[VERBS])
{
	unsigned sum = 0;

	for (unsigned i = 0; i < VERBS; i++) {
		weights[i] = verbs[i].weight;
		if (!is_needed(i) && random_below(state, 100) < 40)
			weights[i] = 0;
		sum += weights[i];
	}
	return sum;
}

static unsigned
draw_verb(uint64_t *state, const unsigned weights[VERBS], unsigned sum)
{
	unsigned at = random_below(state, sum), i = 0;

	while (at >= weights[i])
		at -= weights[i++];
	return i;
}

void
script_draw(struct script *script, uint64_t seed, unsigned count)
{
	uint64_t state = seed * 0x2545f4914f6cdd1d + 1;
	unsigned weights[VERBS];
	unsigned sum = weigh(&state, weights);
	unsigned clients = 2 + random_below(&state, CLIENTS_MOST - 1);
	unsigned channels = 1 + random_below(&state, CHANNELS_MOST);
	struct step *step;

	script->count = count < STEPS_MOST ? count : STEPS_MOST;
	for (unsigned i = 0; i < script->count; i++) {
		step = &script->steps[i];
		step->verb = (uint8_t)draw_verb(&state, weights, sum);
		step->client = (uint8_t)random_below(&state, clients);
		step->channel = (uint8_t)random_below(&state, channels);
		step->timeout = (uint8_t)random_below(&state, 8);
		step->options = (uint8_t)random_below(&state, 256);
		step->pick = (uint8_t)random_below(&state, 256);
		step->noise = (uint32_t)random_next(&state);
		/* All come early. */
		if (i < clients) {
			step->verb = VERB_connect;
			step->client = (uint8_t)i;
		}
	}
}

/* ---- as text ---- */

void
script_print(const struct script *script, FILE *file)
{
	const struct step *s;

	for (unsigned i = 0; i < script->count; i++) {
		s = &script->steps[i];
		fprintf(file,
			"client %u %s channel %u timeout %u options %u pick %u "
			"noise %08x\n",
			s->client, verb_name(s->verb), s->channel, s->timeout,
			s->options, s->pick, (unsigned)s->noise);
	}
}

static bool
find_verb(const char *name, unsigned *verb)
{
	for (*verb = 0; *verb < VERBS; ++*verb)
		if (strcmp(verbs[*verb].name, name) == 0)
			return true;
	return false;
}

static bool
read_step(const char *line, struct step *step)
{
	unsigned verb, v[6];
	char name[32];

	if (sscanf(line,
		   "client %u %31s channel %u timeout %u options %u pick %u "
		   "noise %x",
		   &v[0], name, &v[1], &v[2], &v[3], &v[4], &v[5]) != 7 ||
	    !find_verb(name, &verb) || v[0] >= CLIENTS_MOST ||
	    v[1] >= CHANNELS_MOST || v[2] >= 8)
		return false;
	*step = (struct step){ (uint8_t)verb, (uint8_t)v[0], (uint8_t)v[1],
			       (uint8_t)v[2], (uint8_t)v[3], (uint8_t)v[4],
			       v[5] };
	return true;
}

bool
script_read(struct script *script, FILE *file)
{
	char line[200];

	script->count = 0;
	while (fgets(line, sizeof line, file) != NULL) {
		if (line[0] == '#' || line[0] == '\n')
			continue;
		if (script->count == STEPS_MOST ||
		    !read_step(line, &script->steps[script->count++]))
			return false;
	}
	return true;
}
