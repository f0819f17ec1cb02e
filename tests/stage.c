/* SPDX-License-Identifier: MIT */
#include "stage.h"

#include "task/sched.h"

#include <check.h>
#include <string.h>

static char letters[256];

void
stage_open(void)
{
	sched_init(&(struct sched_config){ .measures_stacks = true });
	trail_clear();
}

void
stage_close(void)
{
	size_t bytes, used = sched_stack_used(&bytes);

	ck_assert_uint_eq(sched_tasks(), 0);
	ck_assert_msg(used <= bytes / 2, "%zu of a stack's %zu bytes were used",
		      used, bytes);
	sched_fini();
}

const char *
trail(void)
{
	return letters;
}

void
trail_clear(void)
{
	letters[0] = '\0';
}

void
trail_add(char letter)
{
	size_t size = strlen(letters);

	ck_assert_uint_lt(size + 1, sizeof letters);
	letters[size] = letter;
	letters[size + 1] = '\0';
}
