/* SPDX-License-Identifier: MIT */
#include "crowd.h"

#include <stdio.h>
#include <stdlib.h>

struct crowd crowd;

static bool is_over;

static struct task *
spawn(task_fn *function, void *argument)
{
	struct task *task = task_spawn(function, argument);

	if (task == NULL) {
		fprintf(stderr, "core: no memory or guard for a task\n");
		exit(EXIT_FAILURE);
	}
	return task;
}

void
crowd_spawn(task_fn *function, void *argument)
{
	spawn(function, argument);
}

PARKS static void
belong(void *argument)
{
	size_t index = (size_t)(uintptr_t)argument;

	while (!is_over && !task_is_cancelled(task_self()))
		if (crowd.job != NULL)
			crowd.job(index);
		else
			task_park(NULL, NO_DEADLINE);
}

void
crowd_replace(size_t index)
{
	crowd.tasks[index] = spawn(belong, (void *)(uintptr_t)index);
}

static void
renew_channels(void)
{
	for (int i = 0; i < CROWD_CHANNELS; i++)
		chan_init(&crowd.channels[i]);
}

void
crowd_open(size_t count)
{
	is_over = false;
	sched_init(&(struct sched_config){ 0 });
	crowd = (struct crowd){ .count = count };
	crowd.tasks = calloc(count, sizeof(struct task *));
	if (crowd.tasks == NULL)
		abort();
	renew_channels();
	for (size_t i = 0; i < count; i++)
		crowd_replace(i);
	sched_run();
}

static void
wake_all(void)
{
	for (size_t i = 0; i < crowd.count; i++)
		task_wake(crowd.tasks[i], 0);
}

void
crowd_close(void)
{
	is_over = true;
	wake_all();
	sched_run();
	free(crowd.tasks);
	sched_fini();
}

void
crowd_begin(crowd_fn *job)
{
	crowd.job = job;
	wake_all();
}

void
crowd_assign(crowd_fn *job)
{
	crowd_begin(job);
	sched_run();
}

void
crowd_rest(void)
{
	crowd.job = NULL;
	for (int i = 0; i < CROWD_CHANNELS; i++)
		chan_close_and_wake(&crowd.channels[i]);
	wake_all(); /* those that wait on no channel */
	sched_run();
	for (int i = 0; i < CROWD_CHANNELS; i++)
		chan_fini(&crowd.channels[i]);
	renew_channels();
}

/* Knuth's MMIX generator: its upper bits are good. */
size_t
crowd_anyone(void)
{
	static uint64_t state = 1;

	state = state * 6364136223846793005u + 1442695040888963407u;
	return (state >> 33) % crowd.count;
}
