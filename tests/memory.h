/* SPDX-License-Identifier: MIT */
/*
 * memory.h - the daemon's allocations, of which one can be made to fail.
 *
 * The linker's --wrap brings them here. The simulation itself takes none.
 */
#ifndef SIM_MEMORY_H
#define SIM_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

/* Begin a run: nothing fails, nothing has been taken. */
void memory_begin(void);

/* The nth allocation from now on fails, and `more` behind it. */
void memory_fail(unsigned nth, unsigned more);
/* Would an allocation that is not made succeed? It counts as one. */
bool memory_is_there(void);
/* Nothing fails any more. */
void memory_heal(void);

/* Blocks that were taken and not given back. */
long memory_live(void);

/* Past all that: for the simulation's own buffers. */
void *memory_grow(void *block, size_t size);

#endif
