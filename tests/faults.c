/* SPDX-License-Identifier: MIT */
#include "faults.h"

#include <check.h>
#include <errno.h>
#include <stddef.h>

enum { ALLOCATIONS_MOST = 10000 };

static struct {
	unsigned countdown; /* 0: nothing fails */
	bool on;
	bool has_failed;
	long live;
} faults;

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
	if (faults.countdown == 0)
		return false;
	if (faults.countdown > 1) {
		faults.countdown--;
		return false;
	}
	faults.countdown = faults.on ? 1 : 0;
	faults.has_failed = true;
	errno = ENOMEM;
	return true;
}

static void *
taken(void *block, const void *before)
{
	if (block != NULL && before == NULL)
		faults.live++;
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
	if (block != NULL)
		faults.live--;
	__real_free(block);
}

void
faults_watch(void)
{
	faults.countdown = 0;
	faults.live = 0;
}

void
faults_arm(unsigned nth, bool on)
{
	faults.countdown = nth;
	faults.on = on;
	faults.has_failed = false;
}

bool
faults_disarm(void)
{
	faults.countdown = 0;
	return faults.has_failed;
}

long
faults_live(void)
{
	return faults.live;
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
