/* SPDX-License-Identifier: MIT */
#include "memory.h"

#include <errno.h>
#include <stdlib.h>

static struct {
	unsigned countdown; /* 0: nothing fails */
	unsigned more;
	bool has_failed;
	long live;
} memory;

/* The linker's --wrap gives these names; no header can. */
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *block, size_t size);
void *__real_reallocarray(void *block, size_t count, size_t size);
void __real_free(void *block);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *block, size_t size);
void *__wrap_reallocarray(void *block, size_t count, size_t size);
void __wrap_free(void *block);

static bool
fails(void)
{
	if (memory.countdown == 0 || --memory.countdown > 0)
		return false;
	if (memory.more > 0) {
		memory.more--;
		memory.countdown = 1;
	}
	memory.has_failed = true;
	errno = ENOMEM;
	return true;
}

bool
memory_is_there(void)
{
	return !fails();
}

static void *
taken(void *block, const void *before)
{
	memory.live += block != NULL && before == NULL;
	return block;
}

void *
__wrap_malloc(size_t size)
{
	return fails() ? NULL : taken(__real_malloc(size), NULL);
}

void *
__wrap_calloc(size_t count, size_t size)
{
	return fails() ? NULL : taken(__real_calloc(count, size), NULL);
}

void *
__wrap_realloc(void *block, size_t size)
{
	return fails() ? NULL : taken(__real_realloc(block, size), block);
}

void *
__wrap_reallocarray(void *block, size_t count, size_t size)
{
	return fails() ? NULL
		       : taken(__real_reallocarray(block, count, size), block);
}

void
__wrap_free(void *block)
{
	memory.live -= block != NULL;
	__real_free(block);
}

void
memory_begin(void)
{
	memory.countdown = 0;
	memory.live = 0;
}

void
memory_fail(unsigned nth, unsigned more)
{
	memory.countdown = nth;
	memory.more = more;
	memory.has_failed = false;
}

bool
memory_has_failed(void)
{
	return memory.has_failed;
}

void
memory_heal(void)
{
	memory.countdown = 0;
}

long
memory_live(void)
{
	return memory.live;
}

void *
memory_grow(void *block, size_t size)
{
	void *larger = __real_realloc(block, size);

	if (larger == NULL)
		abort();
	return larger;
}
