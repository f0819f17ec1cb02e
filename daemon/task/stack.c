/* SPDX-License-Identifier: MIT */
#include "task/stack.h"

#include "base/budget.h"
#include "config.h"
#include "task/switch.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <unistd.h>

#ifdef HAVE_VALGRIND_MEMCHECK_H
#include <valgrind/memcheck.h>
#else
#define VALGRIND_STACK_REGISTER(low, high) 0
#define VALGRIND_STACK_DEREGISTER(id)
#define VALGRIND_MAKE_MEM_UNDEFINED(at, size)
#define VALGRIND_MAKE_MEM_DEFINED(at, size)
#endif

#ifdef SWITCH_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/lsan_interface.h>
#define KEEP_IN_SIGHT(at, size) __lsan_register_root_region(at, size)
#define FORGET(at, size) __lsan_unregister_root_region(at, size)
#else
#define ASAN_UNPOISON_MEMORY_REGION(at, size)
#define KEEP_IN_SIGHT(at, size)
#define FORGET(at, size)
#endif

#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102 /* Linux 6.13 */
#endif

enum {
	PER_SLAB = 64,
	KEPT_WARM = 1024, /* idle stacks that keep their pages */
};

struct slab {
	struct slab *next;
	char *low;
	struct stack stacks[PER_SLAB];
	unsigned valgrind_ids[PER_SLAB];
};

/*
 * Whether this kernel knows the light guard: asked of one page. An emulator may
 * say yes to advice that it does not know, so that the page is tried, too; by
 * the kernel, which answers EFAULT where we would end by a signal.
 */
static bool
has_light_guard(size_t page)
{
	void *probe = mmap(NULL, page, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	bool has;

	if (probe == MAP_FAILED)
		return false;
	has = madvise(probe, page, MADV_GUARD_INSTALL) == 0 &&
	      getrandom(probe, 1, GRND_NONBLOCK) < 0 && errno == EFAULT;
	munmap(probe, page);
	return has;
}

void
stack_pool_init(struct stack_pool *pool, size_t bytes, bool by_mprotect)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t least = 4 * page;

	bytes = (bytes + page - 1) / page * page;
	*pool = (struct stack_pool){
		.bytes = bytes > least ? bytes : least,
		.page = page,
		.by_mprotect = by_mprotect || !has_light_guard(page),
	};
}

void
stack_pool_fini(struct stack_pool *pool)
{
	struct slab *slab;

	while ((slab = pool->slabs) != NULL) {
		for (int i = 0; i < PER_SLAB; i++)
			VALGRIND_STACK_DEREGISTER(slab->valgrind_ids[i]);
		FORGET(slab->low, PER_SLAB * pool->bytes);
		munmap(slab->low, PER_SLAB * pool->bytes);
		pool->slabs = slab->next;
		free(slab);
	}
	pool->warm = pool->cold = NULL;
	pool->warm_count = 0;
}

static void
push(struct stack **idle, struct stack *stack)
{
	stack->next = *idle;
	*idle = stack;
}

/* Cut the slab into stacks, so that the lowest is taken first. */
static void
cut(struct stack_pool *pool, struct slab *slab)
{
	for (int i = PER_SLAB - 1; i >= 0; i--) {
		char *bottom = slab->low + (size_t)i * pool->bytes;

		slab->stacks[i] = (struct stack){ .low = bottom + pool->page };
		slab->valgrind_ids[i] = VALGRIND_STACK_REGISTER(
		    bottom + pool->page, bottom + pool->bytes);
		push(&pool->cold, &slab->stacks[i]);
	}
}

static bool
add_slab(struct stack_pool *pool)
{
	size_t bytes = PER_SLAB * pool->bytes;
	struct slab *slab = calloc(1, sizeof *slab);

	if (slab == NULL)
		return false;
	slab->low = mmap(
	    NULL, bytes, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
	if (slab->low == MAP_FAILED) {
		free(slab);
		return false;
	}
	/* A huge page would make every parked task pay for 32 of them. */
	madvise(slab->low, bytes, MADV_NOHUGEPAGE);
	KEEP_IN_SIGHT(slab->low, bytes);
	slab->next = pool->slabs;
	pool->slabs = slab;
	cut(pool, slab);
	return true;
}

static bool
guard(struct stack_pool *pool, struct stack *stack)
{
	char *page = stack->low - pool->page;

	if (stack->is_guarded)
		return true;
	stack->is_guarded =
	    pool->by_mprotect
		? mprotect(page, pool->page, PROT_NONE) == 0
		: madvise(page, pool->page, MADV_GUARD_INSTALL) == 0;
	return stack->is_guarded;
}

struct stack *
stack_take(struct stack_pool *pool)
{
	struct stack **idle = pool->warm != NULL ? &pool->warm : &pool->cold;
	struct stack *stack;

	/* A parked task takes a page, at the least. */
	if (!budget_take(pool->page))
		return NULL;
	stack = *idle != NULL || add_slab(pool) ? *idle : NULL;
	if (stack == NULL || !guard(pool, stack)) {
		budget_give(pool->page);
		return NULL; /* never an unguarded one */
	}
	*idle = stack->next;
	pool->warm_count -= idle == &pool->warm;
	/* What the last task left there means nothing to the next. */
	ASAN_UNPOISON_MEMORY_REGION(stack->low, stack_size(pool));
	VALGRIND_MAKE_MEM_UNDEFINED(stack->low, stack_size(pool));
	return stack;
}

/*
 * What was never used is zero, as it came from the kernel; what an earlier
 * task has used counts too.
 */
__attribute__((no_sanitize("address"))) static void
measure(struct stack_pool *pool, const struct stack *stack)
{
	size_t size = stack_size(pool);
	const char *low = stack->low;
	size_t unused = 0;

	VALGRIND_MAKE_MEM_DEFINED(low, size);
	while (unused < size && low[unused] == 0)
		unused++;
	if (size - unused > pool->used_most)
		pool->used_most = size - unused;
}

void
stack_give_back(struct stack_pool *pool, struct stack *stack)
{
	budget_give(pool->page);
	if (pool->is_measured)
		measure(pool, stack);
	if (pool->warm_count < KEPT_WARM) {
		push(&pool->warm, stack);
		pool->warm_count++;
		return;
	}
	madvise(stack->low, stack_size(pool), MADV_DONTNEED);
	push(&pool->cold, stack);
}

size_t
stack_size(const struct stack_pool *pool)
{
	return pool->bytes - pool->page;
}

size_t
stack_most(const struct stack_pool *pool)
{
	unsigned long maps = 65530; /* the kernel's default */
	FILE *file;

	if (!pool->by_mprotect)
		return SIZE_MAX;
	file = fopen("/proc/sys/vm/max_map_count", "re");
	if (file != NULL) {
		if (fscanf(file, "%lu", &maps) != 1)
			maps = 65530;
		fclose(file);
	}
	/* Each stack and its guard are two mappings. */
	return maps / 4;
}
