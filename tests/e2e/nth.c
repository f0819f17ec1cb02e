/* SPDX-License-Identifier: MIT */
/*
 * nth.c - preloaded into the daemon: the allocation of that number, which NTH
 * says, fails, and stderr is told.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t size);

static long left = -1; /* -1: nobody has looked */

static bool
is_now(void)
{
	const char *nth;

	if (left < 0) {
		nth = getenv("NTH");
		left = nth != NULL ? atol(nth) : 0;
	}
	if (left == 0 || --left > 0)
		return false;
	(void)!write(STDERR_FILENO, "NTH failed\n", 11);
	errno = ENOMEM;
	return true;
}

void *
malloc(size_t size)
{
	return is_now() ? NULL : __libc_malloc(size);
}

void *
calloc(size_t count, size_t size)
{
	return is_now() ? NULL : __libc_calloc(count, size);
}

void *
realloc(void *block, size_t size)
{
	return is_now() ? NULL : __libc_realloc(block, size);
}

void *
reallocarray(void *block, size_t count, size_t size)
{
	return is_now() ? NULL : __libc_realloc(block, count * size);
}
