/* SPDX-License-Identifier: MIT */
/*
 * torture.c - the Nth allocation fails, for every N that a run makes; once
 * alone, and once with all behind it until the clients calm down.
 *
 * All that a run is judged by holds in these, too: nothing crashes or is lost,
 * the daemon serves on, and one failure hurts one call or one connection.
 */
#include "main.h"
#include "sim.h"
#include "tests/memory.h"

#include <limits.h>

static struct script script;

/* What would disarm the failure that is under test, or make others. */
static void
leave_out_failures(struct script *s)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < s->count; i++)
		if (s->steps[i].verb != VERB_no_memory &&
		    s->steps[i].verb != VERB_no_calls)
			s->steps[kept++] = s->steps[i];
	s->count = kept;
}

/* Whether there was an Nth to fail. */
static bool
run_with(unsigned nth, unsigned more)
{
	shared->nth = nth;
	shared->more = more;
	sim.fail_nth = nth;
	sim.fail_more = more;
	sim_run(&script);
	return memory_has_failed();
}

void
torture(const struct script *s, unsigned only)
{
	unsigned nth = 1;

	script = *s;
	leave_out_failures(&script);
	if (only > 0) {
		run_with(only, 0);
		return;
	}
	while (run_with(nth, 0)) {
		run_with(nth, UINT_MAX);
		nth++;
	}
	shared->failures += 2 * (nth - 1);
	sim.fail_nth = 0;
}
