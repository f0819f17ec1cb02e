/* SPDX-License-Identifier: MIT */
#include "stage.h"

#include "task/sched.h"

#include <check.h>
#include <string.h>

static char letters[256];

void
stage_open(void)
{
	sched_init(&(struct sched_config){ 0 });
	trail_clear();
}

void
stage_close(void)
{
	ck_assert_uint_eq(sched_tasks(), 0);
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
