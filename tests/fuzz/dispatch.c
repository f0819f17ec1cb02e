/* SPDX-License-Identifier: MIT */
/*
 * dispatch.c - the whole daemon, on the simulation's sockets, clock and
 * memory, with eight clients that do what the bytes say.
 *
 * The first byte says how the others are read. As steps of a script: then all
 * that clients are told is judged, as in a simulated run. As raw messages and
 * what happens around them: then the daemon's own state alone is judged. A
 * finding is what the simulation calls a violation.
 */
#include "base/log.h"
#include "proto/value.h"
#include "sim/client.h"
#include "sim/sim.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FUZZED_STEPS = 250, STEP_BYTES = 8, LARGEST_TAIL = 255 };

static const char *const methods[] = {
#define METHOD(function, name, ...) name,
#include "proto/methods.def"
#undef METHOD
};
enum { METHODS = sizeof methods / sizeof methods[0] };

static struct script script;

/* What the step of that number sends, behind the head of a call or alone. */
static struct tail {
	const char *method;
	bool is_notification;
	const uint8_t *data;
	size_t size;
} tails[FUZZED_STEPS];

void
violation(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	fputs("finding: ", stderr);
	vfprintf(stderr, format, arguments);
	fputc('\n', stderr);
	va_end(arguments);
	if (sim.garbage == NULL)
		script_print(&script, stderr); /* for tests/sim/sim --script */
	abort();
}

/* ---- bytes that are left ---- */

static const uint8_t *at, *end;

static uint8_t
one(void)
{
	return at < end ? *at++ : 0;
}

static uint32_t
two(void)
{
	uint32_t high = one();

	return high << 8 | one();
}

/* ---- steps of a script ---- */

static void
read_steps(void)
{
	struct step *step;

	while (end - at >= STEP_BYTES && script.count < FUZZED_STEPS) {
		step = &script.steps[script.count++];
		step->verb = one() % VERBS;
		step->client = one() % CLIENTS_MOST;
		step->channel = one() % CHANNELS_MOST;
		step->timeout = one() % 8;
		step->options = one();
		step->pick = one();
		step->noise = two();
	}
}

/* ---- raw messages ---- */

static size_t
put_tail(const struct step *step, uint8_t *bytes)
{
	const struct tail *tail = &tails[step - script.steps];
	uint8_t *to = bytes;

	if (tail->method != NULL) {
		to = put_array(to, tail->is_notification ? 3 : 4);
		to = put_unsigned(to, tail->is_notification ? 2 : 0);
		if (!tail->is_notification)
			to = put_unsigned(to, (uint64_t)(step - script.steps));
		to = put_string(to, tail->method, strlen(tail->method));
	}
	if (tail->size > 0)
		memcpy(to, tail->data, tail->size);
	return (size_t)(to - bytes) + tail->size;
}

static void
read_tail(struct tail *tail)
{
	size_t left;

	tail->size = one();
	left = (size_t)(end - at);
	if (tail->size > left)
		tail->size = left;
	tail->data = at;
	at += tail->size;
}

/* What the world does, or a message; some bits say to whom, and how. */
static void
read_raw(struct step *step, struct tail *tail)
{
	uint8_t kind = one(), how = one();

	*tail = (struct tail){ 0 };
	step->client = how % CLIENTS_MOST;
	step->noise = how;
	step->pick = how >> 4 & 2; /* without a hello, that would be judged */
	if (kind < VERB_send && kind != VERB_garbage) {
		step->verb = kind;
		step->noise = two();
		return;
	}
	step->verb = VERB_garbage;
	if (kind != VERB_garbage)
		tail->method = methods[kind % METHODS];
	tail->is_notification = how & 8;
	read_tail(tail);
}

static void
read_messages(void)
{
	for (; at < end && script.count < FUZZED_STEPS; script.count++)
		read_raw(&script.steps[script.count], &tails[script.count]);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	log_set_level(LOG_ERROR);
	at = data;
	end = data + size;
	memset(&script, 0, sizeof script);
	/* All come first; how the daemon is limited is the first one's. */
	for (; script.count < CLIENTS_MOST; script.count++)
		script.steps[script.count] =
		    (struct step){ .verb = VERB_connect,
				   .client = (uint8_t)script.count };
	sim.garbage = one() & 1 ? put_tail : NULL;
	script.steps[0].noise = one();
	if (sim.garbage != NULL)
		read_messages();
	else
		read_steps();
	sim_run(&script);
	return 0;
}
