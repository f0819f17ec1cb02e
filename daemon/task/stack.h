/* SPDX-License-Identifier: MIT */
/*
 * stack.h - stacks for tasks, each with a guard page below it.
 *
 * They are cut from large slabs of address space; only pages that were
 * touched cost memory. The last one given back is the next one taken, as its
 * pages are still warm; only when no warm one is left, one without pages.
 */
#ifndef TASK_STACK_H
#define TASK_STACK_H

#include "base/attr.h"

#include <stdbool.h>
#include <stddef.h>

struct stack {
	struct stack *next; /* in the pool */
	char *low;	    /* the first byte above the guard */
	bool is_guarded;
};

struct stack_pool {
	size_t bytes; /* of each, its guard included */
	size_t page;
	bool by_mprotect;   /* the kernel has no lighter guard */
	bool is_measured;   /* look how much was used of what comes back */
	size_t used_most;   /* bytes */
	struct stack *warm; /* idle, with their pages */
	size_t warm_count;
	struct stack *cold; /* idle, with none */
	struct slab *slabs;
};

/*
 * A pool of stacks of `bytes` each, guard included: rounded up to pages, at
 * least 4 of them. `by_mprotect` asks for the heavy guard where the kernel
 * has the light one (Linux 6.13: MADV_GUARD_INSTALL). Takes no memory yet.
 */
void stack_pool_init(struct stack_pool *pool, size_t bytes, bool by_mprotect);

/* Gives all of it back; no stack may be in use. */
void stack_pool_fini(struct stack_pool *pool);

/* A guarded stack; NULL when out of memory or when no guard can be set. */
struct stack *stack_take(struct stack_pool *pool);
void stack_give_back(struct stack_pool *pool, struct stack *stack);

/* Its usable bytes, from `low` up. */
size_t stack_size(const struct stack_pool *pool);

/*
 * How many stacks the guards allow in this process: SIZE_MAX where they cost
 * no mapping, else what vm.max_map_count leaves when half of it is kept for
 * everything else. Reads /proc; not for the loop.
 */
size_t stack_most(const struct stack_pool *pool);

#endif
