/* SPDX-License-Identifier: MIT */
/*
 * pages.c - what stacks ask the kernel for fails as allocations do.
 */
#include "tests/memory.h"

#include <errno.h>
#include <sys/mman.h>

/* The linker's --wrap gives these names; no header can. */
void *__real_mmap(void *at, size_t size, int protection, int flags, int fd,
		  off_t offset);
int __real_madvise(void *at, size_t size, int advice);
int __real_mprotect(void *at, size_t size, int protection);
void *__wrap_mmap(void *at, size_t size, int protection, int flags, int fd,
		  off_t offset);
int __wrap_madvise(void *at, size_t size, int advice);
int __wrap_mprotect(void *at, size_t size, int protection);

static bool
fails(void)
{
	if (memory_is_there())
		return false;
	errno = ENOMEM;
	return true;
}

void *
__wrap_mmap(void *at, size_t size, int protection, int flags, int fd,
	    off_t offset)
{
	return fails() ? MAP_FAILED
		       : __real_mmap(at, size, protection, flags, fd, offset);
}

int
__wrap_madvise(void *at, size_t size, int advice)
{
	return fails() ? -1 : __real_madvise(at, size, advice);
}

int
__wrap_mprotect(void *at, size_t size, int protection)
{
	return fails() ? -1 : __real_mprotect(at, size, protection);
}
