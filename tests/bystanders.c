/* SPDX-License-Identifier: MIT */
#include "bystanders.h"

#include "chan/delivery.h"
#include "chan/select.h"
#include "task/sched.h"

#include <stdio.h>
#include <stdlib.h>

enum { TASKS = 5, CHANNELS = 5, FAR = 1000000 };

static struct chan channels[CHANNELS];
static struct chan *const one = &channels[0], *const other = &channels[1],
			  *const late = &channels[2],
			  *const held = &channels[3],
			  *const stored = &channels[4];
static struct task *tasks[TASKS];
static struct holder holder;

static void
must(bool holds, const char *what)
{
	if (holds)
		return;
	printf("a bystander was disturbed: %s\n", what);
	abort();
}

PARKS static void
wait_for_any(void *argument)
{
	struct select_case cases[] = { { .chan = one },
				       { other, blob_copy("x", 1), true } };
	struct waiter waiters[2];
	struct blob *error = NULL;

	(void)argument;
	chan_select(cases, waiters, 2, NO_DEADLINE, &error);
	blob_unref(cases[1].value);
}

PARKS static void
wait_for_long(void *argument)
{
	struct blob *value = NULL;

	(void)argument;
	if (chan_receive(late, &value, FAR) == 0)
		blob_unref(value);
}

PARKS static void
send_and_be_held(void *argument)
{
	struct blob *value = blob_copy("x", 1);

	(void)argument;
	chan_send(held, &value, NO_DEADLINE);
	blob_unref(value);
}

PARKS static void
receive_and_hold(void *argument)
{
	struct delivery *delivery = delivery_new(&holder, 1, FAR);
	struct blob *value = NULL;

	(void)argument;
	if (delivery_receive(delivery, held, &value, NO_DEADLINE) == 0)
		task_park(NULL, NO_DEADLINE);
	else
		delivery_free(delivery);
	blob_unref(value);
}

PARKS static void
leave_a_value(void *argument)
{
	struct blob *value = blob_copy("x", 1);

	(void)argument;
	chan_send(stored, &value, 0);
	blob_unref(value);
	task_park(NULL, NO_DEADLINE);
}

static void
check(void)
{
	must(one->balance == -1 && other->balance == 1, "the select");
	must(late->balance == -1, "the receiver with a deadline");
	must(held->held == 1 && held->balance == 0, "the held sender");
	must(stored->stored == 1, "the value without its sender");
	must(sched_next_deadline() == FAR, "the deadlines");
}

void
bystanders_begin(void)
{
	static task_fn *const functions[TASKS] = { wait_for_any, wait_for_long,
						   send_and_be_held,
						   receive_and_hold,
						   leave_a_value };

	chan_on_operation(NULL);
	holder_init(&holder);
	for (int i = 0; i < CHANNELS; i++)
		chan_init(&channels[i]);
	chan_set_capacity(stored, 1);
	for (int i = 0; i < TASKS; i++) {
		tasks[i] = task_spawn(functions[i], NULL);
		must(tasks[i] != NULL, "no memory");
	}
	sched_run();
	must(sched_tasks() == TASKS, "one has ended");
	check();
}

void
bystanders_end(void)
{
	check();
	for (int i = 0; i < TASKS; i++)
		task_cancel(tasks[i]);
	sched_run();
	holder_end(&holder);
	for (int i = 0; i < CHANNELS; i++)
		chan_fini(&channels[i]);
}
