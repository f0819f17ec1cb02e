/* SPDX-License-Identifier: MIT */
/*
 * memory.h - the program's allocations, of which some can be made to fail.
 *
 * Link with MEMORY_LINK (units.inc): what its own objects, not its shared
 * libraries, ask malloc() and its kin for comes through here.
 */
#ifndef TESTS_MEMORY_H
#define TESTS_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

/* Begin a run: nothing fails, nothing has been taken. */
void memory_begin(void);

/* The nth allocation from now on fails, and `more` behind it. */
void memory_fail(unsigned nth, unsigned more);
/* Whether one has, since then. */
bool memory_has_failed(void);
/* Would an allocation that is not made succeed? It counts as one. */
bool memory_is_there(void);
/* Nothing fails any more. */
void memory_heal(void);

/* Blocks that were taken and not given back. */
long memory_live(void);

/* Past all that: for a test's own buffers. */
void *memory_grow(void *block, size_t size);

#endif
