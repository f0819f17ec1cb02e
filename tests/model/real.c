/* SPDX-License-Identifier: MIT */
/*
 * real.c - the tasks of a program, and its driver, on the real ring.
 */
#include "model/real.h"

#include "task/control.h"
#include "task/sched.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct real real;

struct blob *
blob_of(int value)
{
	struct blob *blob = blob_copy(&value, sizeof value);

	if (blob == NULL)
		abort();
	return blob;
}

int
value_of(struct blob *blob)
{
	int value = 0;

	if (blob != NULL)
		memcpy(&value, blob_data(blob), sizeof value);
	return value;
}

int
take_value(struct blob *blob)
{
	int value = value_of(blob);

	blob_unref(blob);
	return value;
}

int64_t
real_deadline(const struct operation *op)
{
	if (op->timeout == FOR_EVER)
		return NO_DEADLINE;
	if (op->timeout == LONG_AGO)
		return sched_time() - 1;
	return op->timeout == 0 ? 0 : sched_time() + op->timeout;
}

/* ---- looking ---- */

static int16_t
since_begin(int64_t time)
{
	return (int16_t)(time - real.begin + FIRST_TIME);
}

static int
index_of(const struct task *task)
{
	for (int i = 0; i < MOST_TASKS; i++)
		if (real.tasks[i].task == task)
			return i;
	abort();
}

static void
look_at_channel(const struct chan *chan, struct chan_state *state)
{
	const struct list *place = NULL;
	const struct task *task;
	int queued = 0;

	state->balance = (int16_t)chan->balance;
	state->handoffs = (int16_t)chan->handoffs;
	state->oldest = -1;
	if (chan_oldest(chan) >= 0)
		state->oldest = since_begin(chan_oldest(chan));
	state->stored = (uint8_t)chan->stored;
	state->held = (uint8_t)chan->held;
	state->capacity = (uint8_t)chan->capacity;
	state->preference = (int8_t)chan->preference;
	state->schedule_all = chan->schedule_all;
	state->is_closing = chan->is_closing;
	state->is_closed = chan_is_closed(chan);
	memset(state->queue, NOBODY, sizeof state->queue);
	while (queued < MOST_QUEUE && (task = chan_queue(chan, &place)) != NULL)
		state->queue[queued++] = (int8_t)index_of(task);
}

static unsigned
look_at_task(const struct task *task)
{
	if (task == NULL)
		return 0;
	return (task_is_runnable(task) ? IS_RUNNABLE : 0) |
	       (task_is_blocked(task) ? IS_BLOCKED : 0) |
	       (task_is_scheduled(task) ? IS_SCHEDULED : 0) |
	       (task_is_paused(task) ? IS_PAUSED : 0) |
	       (chan_is_held(task) ? IS_HELD : 0) |
	       (task_is_cancelled(task) ? IS_CANCELLED : 0) |
	       (task_has_begun(task) ? HAS_BEGUN : 0);
}

static void
look(struct record *record)
{
	struct state *state = &record->state;
	int64_t next = sched_next_deadline();

	record->has_state = true;
	for (int i = 0; i < real.program->channel_count; i++)
		look_at_channel(&real.channels[i], &state->channels[i]);
	for (int i = 0; i < real.program->task_count; i++) {
		state->tasks[i] = (uint8_t)look_at_task(real.tasks[i].task);
		state->deliveries[i] = (uint8_t)real.tasks[i].holder.count;
	}
	state->next_deadline = -1;
	if (next != NO_DEADLINE)
		state->next_deadline = next != 0 ? since_begin(next) : 0;
	state->runcount = (uint8_t)task_runcount();
}

/* ---- a task ---- */

static void
end(void *argument)
{
	struct real_task *self = argument;

	holder_end(&self->holder);
	self->task = NULL;
	if (!real.is_over)
		look(trace_add(real.trace, DIES, self->index, self->next));
}

/* False when it dies of what the operation came to. */
PARKS static bool
step(struct real_task *self)
{
	const struct operation *op = &self->script->operations[self->next];
	struct record told = { 0 };
	struct record *record;

	trace_add(real.trace, BEGINS, self->index, self->next);
	real_do(self, op, &told);
	if (real.is_over)
		return false;
	record = trace_add(real.trace, ENDS, self->index, self->next);
	record->result = told.result;
	record->value = told.value;
	record->extra = told.extra;
	look(record);
	self->next++;
	return told.result != -ECANCELED || self->script->is_stubborn;
}

PARKS static void
run_script(void *argument)
{
	struct real_task *self = argument;

	while (!real.is_over && self->next < self->script->count)
		if (!step(self))
			break;
}

int
real_spawn(int task)
{
	struct real_task *t = &real.tasks[task];

	if (t->id != 0)
		return SKIPPED;
	t->task = task_spawn(run_script, t);
	if (t->task == NULL)
		abort();
	t->id = task_id(t->task);
	task_on_end(t->task, end);
	return 0;
}

/* ---- what is told of ---- */

static void
say_operation(struct chan *chan, struct task *task, bool is_send,
	      bool will_block)
{
	struct record *record;

	if (real.is_over)
		return;
	record = trace_add(real.trace, CALLBACK, index_of(task), 0);
	record->value = (int)(chan - real.channels);
	record->extra = is_send + 2 * will_block;
}

static void
say_uncaught(uint64_t id, struct blob *error)
{
	int value = take_value(error);

	for (int i = 0; i < MOST_TASKS && !real.is_over; i++)
		if (real.tasks[i].id == id)
			trace_add(real.trace, UNCAUGHT, i, 0)->value = value;
}

/* ---- the driver ---- */

static void
drive(int i, const struct operation *event)
{
	struct task *task = real.tasks[event->task].task;
	struct record *record;
	int r = 0;

	if (event->verb == ADVANCE)
		sched_set_time(sched_time() + event->amount);
	else if (event->verb == TURN)
		sched_turn();
	else if (event->verb == RUN_ALL)
		sched_run();
	else if (task == NULL)
		r = SKIPPED;
	else if (event->verb == CANCEL)
		task_cancel(task);
	else
		task_set_leaving(task);
	record = trace_add(real.trace, DRIVER, NOBODY, i);
	record->result = r;
	look(record);
}

static void
prepare_task(int t, const struct script *script)
{
	real.tasks[t].index = t;
	real.tasks[t].script = script;
	holder_init(&real.tasks[t].holder);
	for (int i = 0; i < script->count; i++)
		if (script->operations[i].verb == TAKE ||
		    script->operations[i].verb == TAKE_NEXT)
			real.holders[script->operations[i].number] = t;
}

static void
prepare(const struct program *program, struct trace *trace)
{
	memset(&real, 0, sizeof real);
	real.program = program;
	real.trace = trace;
	real.begin = sched_time();
	for (int i = 0; i < program->channel_count; i++) {
		chan_init(&real.channels[i]);
		real.channels[i].preference = program->channels[i].preference;
		real.channels[i].schedule_all =
		    program->channels[i].schedule_all;
		real.channels[i].capacity =
		    (uint32_t)program->channels[i].capacity;
	}
	for (int t = 0; t < program->task_count; t++)
		prepare_task(t, &program->tasks[t]);
}

void
real_run(const struct program *program, struct trace *trace)
{
	static const struct operation last = { .verb = RUN_ALL };

	trace->count = 0;
	prepare(program, trace);
	for (int t = 0; t < program->task_count; t++)
		if (!program->tasks[t].is_lazy)
			real_spawn(t);
	for (int i = 0; i < program->event_count; i++)
		drive(i, &program->events[i]);
	drive(program->event_count, &last);
}

/* One that was cancelled before may have been paused since. */
static void
end_task(struct task *task)
{
	task_cancel(task);
	if (task_is_paused(task) && task_insert(task) < 0)
		abort();
}

void
real_clean_up(void)
{
	real.is_over = true;
	task_add_switch_trap(-task_add_switch_trap(0));
	for (int t = 0; t < real.program->task_count; t++)
		if (real.tasks[t].task != NULL)
			end_task(real.tasks[t].task);
	sched_run();
	for (int i = 0; i < real.program->channel_count; i++)
		chan_fini(&real.channels[i]);
}

void
real_open(void)
{
	sched_init(&(struct sched_config){ 0 });
	sched_set_time(FIRST_TIME);
	sched_on_uncaught(say_uncaught);
	chan_on_operation(say_operation);
}

void
real_close(void)
{
	sched_fini();
}
