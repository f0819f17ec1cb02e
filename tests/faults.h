/* SPDX-License-Identifier: MIT */
/*
 * faults.h - "fail the Nth allocation", for suites of libcheck.
 */
#ifndef TESTS_FAULTS_H
#define TESTS_FAULTS_H

#include <stdbool.h>

/* Nothing fails yet; begin to count what is taken and given back. */
void faults_watch(void);

/* The nth allocation from now on fails; `on` also those behind it. */
void faults_arm(unsigned nth, bool on);

/* From now on nothing fails. Whether something has. Asserts take memory, too.
 */
bool faults_disarm(void);

/* Blocks taken and not given back since faults_watch(). */
long faults_live(void);

/*
 * Run `scenario` with its first allocation failing, then its second, until
 * none does; each once alone and once with all behind it. A scenario gives
 * back all that it takes, asserts nothing meanwhile, and returns 0 or what
 * went wrong, which may be -ENOMEM. Returns how many allocations it makes.
 */
unsigned faults_try_all(int (*scenario)(void));

#endif
