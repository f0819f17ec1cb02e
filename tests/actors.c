/* SPDX-License-Identifier: MIT */
#include "actors.h"

#include <check.h>
#include <errno.h>
#include <string.h>

struct actor
sender(char letter, struct chan *chan)
{
	return (struct actor){ .letter = letter,
			       .chan = chan,
			       .deadline = NO_DEADLINE,
			       .result = UNDONE };
}

struct actor
receiver(char letter, struct chan *chan)
{
	return sender(letter, chan);
}

struct task *
waiting(const struct chan *chan, unsigned n)
{
	const struct list *place = NULL;
	struct task *task = chan_queue(chan, &place);

	while (n-- > 0 && task != NULL)
		task = chan_queue(chan, &place);
	return task;
}

static void
spawn(task_fn *function, struct actor *actor)
{
	actor->task = task_spawn(function, actor);
	ck_assert_ptr_nonnull(actor->task);
}

PARKS static void
give(struct actor *a, bool is_error)
{
	struct blob *value = blob_copy(&a->letter, 1);

	if (a->yields)
		task_yield(NULL);
	a->result = is_error ? chan_send_exception(a->chan, &value, a->deadline)
			     : chan_send(a->chan, &value, a->deadline);
	blob_unref(value);
	trail_add(a->letter);
}

PARKS static void
run_send(void *argument)
{
	give(argument, false);
}

PARKS static void
run_send_exception(void *argument)
{
	give(argument, true);
}

PARKS static void
take(struct actor *a, bool is_next)
{
	struct blob *value = NULL;

	if (a->yields)
		task_yield(NULL);
	a->result = is_next ? chan_next(a->chan, &value, a->deadline)
			    : chan_receive(a->chan, &value, a->deadline);
	if (a->result == 0 || a->result == -EREMOTEIO)
		memcpy(a->value, blob_data(value), blob_size(value));
	blob_unref(value);
	trail_add(a->letter);
}

PARKS static void
run_receive(void *argument)
{
	take(argument, false);
}

PARKS static void
run_next(void *argument)
{
	take(argument, true);
}

PARKS static void
run_bystand(void *argument)
{
	struct actor *a = argument;

	if (a->yields)
		task_yield(NULL);
	a->result = 0;
	trail_add(a->letter);
}

void
send_as(struct actor *actor)
{
	spawn(run_send, actor);
}

void
send_exception_as(struct actor *actor)
{
	spawn(run_send_exception, actor);
}

void
receive_as(struct actor *actor)
{
	spawn(run_receive, actor);
}

void
next_as(struct actor *actor)
{
	spawn(run_next, actor);
}

void
bystand_as(struct actor *actor)
{
	spawn(run_bystand, actor);
}
