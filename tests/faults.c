/* SPDX-License-Identifier: MIT */
#include "faults.h"
#include "memory.h"

#include <check.h>
#include <errno.h>
#include <limits.h>

enum { ALLOCATIONS_MOST = 10000 };

void
faults_watch(void)
{
	memory_begin();
}

void
faults_arm(unsigned nth, bool on)
{
	memory_fail(nth, on ? UINT_MAX : 0);
}

bool
faults_disarm(void)
{
	memory_heal();
	return memory_has_failed();
}

long
faults_live(void)
{
	return memory_live();
}

/* Whether the nth allocation of the scenario was there to fail. */
static bool
try_one(int (*scenario)(void), unsigned nth, bool on)
{
	bool has_failed;
	long live;
	int r;

	faults_watch();
	faults_arm(nth, on);
	r = scenario();
	has_failed = faults_disarm();
	live = faults_live();
	ck_assert_msg(live == 0, "fault %u%s: %ld blocks lost", nth,
		      on ? " and on" : "", live);
	ck_assert_msg(r == 0 || (r == -ENOMEM && has_failed), "fault %u%s: %d",
		      nth, on ? " and on" : "", r);
	return has_failed;
}

unsigned
faults_try_all(int (*scenario)(void))
{
	unsigned nth = 1;

	while (try_one(scenario, nth, false)) {
		try_one(scenario, nth, true);
		ck_assert_uint_lt(nth++, ALLOCATIONS_MOST);
	}
	return nth - 1;
}
