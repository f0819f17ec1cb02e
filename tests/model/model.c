/* SPDX-License-Identifier: MIT */
/*
 * model.c - the ring, what one task does to another, and what can be seen.
 */
#include "model/model.h"

#include <errno.h>
#include <string.h>

struct model m;

/* ---- 1, the run ring: who has the least place runs; 0: not in it ---- */

int
running(void)
{
	int first = NONE;

	for (int t = 0; t < MOST_TASKS; t++)
		if (m.tasks[t].place > 0 &&
		    (first == NONE || m.tasks[t].place < m.tasks[first].place))
			first = t;
	return first;
}

static int
runcount(void)
{
	int count = 0;

	for (int t = 0; t < MOST_TASKS; t++)
		count += m.tasks[t].place > 0;
	return count;
}

/* To the tail: its turn is over. */
static void
append(int task)
{
	m.tasks[task].is_late = true;
	m.tasks[task].place = ++m.counter;
}

/* "Rotate until t is in front. Nobody else moves"; it runs in this turn. */
static int
bring(int task)
{
	int first = running();

	m.tasks[first].is_late = true;
	m.tasks[first].result = 0;
	for (; first != task; first = running())
		m.tasks[first].place = ++m.counter;
	m.tasks[task].is_late = false;
	return AWAY;
}

/* ---- waiting ---- */

/* On a channel, that is; else who is parked is paused. */
bool
is_blocked(int task)
{
	return m.tasks[task].is_alive && m.tasks[task].is_parked &&
	       m.calls[task].is_active;
}

void
set_alarm(int alarm, int time)
{
	m.alarms[alarm] = (struct alarm){ time, m.counter++ };
}

int
next_alarm(void)
{
	int next = NONE;

	for (int i = 0; i < MOST_TASKS + MOST_DELIVERIES; i++) {
		const struct alarm *a = &m.alarms[i];
		const struct alarm *n = next == NONE ? NULL : &m.alarms[next];

		if (a->time != NEVER &&
		    (n == NULL || a->time < n->time ||
		     (a->time == n->time && a->order < n->order)))
			next = i;
	}
	return next;
}

void
block(int task, int deadline)
{
	m.tasks[task].place = 0;
	m.tasks[task].is_parked = true;
	set_alarm(task, deadline);
}

/* The first who wakes it gives the result. */
static bool
unpark(int task, int result)
{
	if (!m.tasks[task].is_parked)
		return false;
	m.tasks[task].is_parked = false;
	m.tasks[task].result = result;
	m.alarms[task].time = NEVER;
	return true;
}

void
wake(int task, int result)
{
	if (task != NONE && unpark(task, result))
		append(task);
}

void
wake_next(int task, int result)
{
	if (task == NONE || !unpark(task, result))
		return;
	for (int t = 0; t < MOST_TASKS; t++)
		if (m.tasks[t].place > m.tasks[running()].place)
			m.tasks[t].place++;
	m.counter++;
	m.tasks[task].place = m.tasks[running()].place + 1;
	m.tasks[task].is_late = false;
}

static void
make_runnable(int task)
{
	unpark(task, m.tasks[task].result);
	if (m.tasks[task].place == 0)
		append(task);
}

/* 7, a disconnect: it leaves its channel at once, and never waits again. */
void
cancel(int task)
{
	struct task_model *t = &m.tasks[task];

	if (!t->is_alive || t->is_cancelled)
		return;
	t->is_cancelled = true;
	if ((!m.calls[task].is_active || withdraw(&m.calls[task])) &&
	    t->is_parked)
		t->result = -ECANCELED;
	make_runnable(task);
}

/* ---- 4: scheduling operations ---- */

int
park(int task, int deadline)
{
	if (m.tasks[task].is_cancelled)
		return -ECANCELED;
	if (m.switch_trap > 0)
		return -EDEADLK;
	block(task, deadline);
	return AWAY;
}

/* "rotate by one; no-op if alone" */
int
yield(int task)
{
	if (runcount() > 1 && m.switch_trap > 0)
		return -EDEADLK;
	m.tasks[task].result = 0;
	append(task);
	return AWAY;
}

/* "start tasklet: appended; does not run yet"; each of them once */
int
spawn(int task)
{
	if (m.tasks[task].next != NONE)
		return SKIPPED;
	m.tasks[task] = (struct task_model){ .is_alive = true };
	append(task);
	return 0;
}

/* "blocked: error; already in R: no-op; dead: error; else append" */
int
insert(int task)
{
	if (!m.tasks[task].is_alive)
		return -ESRCH;
	if (is_blocked(task))
		return -EBUSY;
	unpark(task, 0);
	make_runnable(task);
	return 0;
}

/* "blocked, current: error; not in R: no-op"; one that is cancelled stays */
int
take_out(int self, int task)
{
	if (!m.tasks[task].is_alive || m.tasks[task].is_cancelled)
		return 0;
	if (is_blocked(task) || task == self)
		return -EBUSY;
	m.tasks[task].place = 0;
	return 0;
}

/* "insert rules first"; run: "cur stays in R", switch: "cur leaves R" */
int
run(int self, int task, bool stays)
{
	int r;

	if (!stays && m.tasks[self].is_cancelled)
		return -ECANCELED; /* nobody would wake it */
	if (m.switch_trap > 0 && task != self)
		return -EDEADLK;
	r = insert(task);
	if (r < 0 || task == self)
		return r;
	bring(task);
	if (!stays)
		block(self, NEVER);
	return AWAY;
}

/*
 * "if blocked leave the channel; if not in R append; rotate to t" unless it is
 * pending; "a fresh one never begins". Error 0 is TaskletExit.
 */
int throw(int self, int task, int error, bool is_pending)
{
	struct task_model *t = &m.tasks[task];
	int result = error != 0 ? -EREMOTEIO : -ECANCELED;

	if (task != self && !t->is_alive)
		return error != 0 ? -ESRCH : 0;
	if (task != self && !is_pending && m.switch_trap > 0)
		return -EDEADLK;
	t->thrown = error;
	if (task == self)
		return result;
	if (is_blocked(task))
		withdraw(&m.calls[task]);
	make_runnable(task);
	t->result = result;
	t->is_doomed = !t->has_begun;
	return is_pending ? 0 : bring(task);
}

/* ---- what can be seen ---- */

static void
look_at_channel(int chan, struct chan_state *state)
{
	const struct chan_model *c = &m.channels[chan];
	const struct place *first;
	int queued = 0;

	first = first_after(NONE, chan, true, m.call_count);
	if (first == NULL)
		first = first_after(NONE, chan, false, m.call_count);
	state->balance = (int16_t)balance_of(chan);
	state->handoffs = (int16_t)c->handoffs;
	state->oldest = (int16_t)(first != NULL ? first->since : -1);
	state->stored = (uint8_t)stored_in(chan);
	state->capacity = (uint8_t)c->is.capacity;
	state->preference = (int8_t)c->is.preference;
	state->schedule_all = c->is.schedule_all;
	state->is_closing = c->is_closing;
	state->is_closed = c->is_closing && state->balance == 0; /* 1 */
	for (int i = 0; i < m.call_count; i++)
		if (m.calls[i].is_active && m.calls[i].held_by != NULL &&
		    m.calls[i].met->chan == chan)
			state->held++;
	memset(state->queue, NOBODY, MOST_QUEUE);
	for (int side = 1; side >= 0; side--)
		for (int last = NONE;
		     (first = first_after(last, chan, side, MOST_TASKS));
		     last = first->arrival)
			state->queue[queued++] = (int8_t)first->call->task;
}

/* 4: "paused: alive, not in R, not blocked; scheduled: in R or blocked" */
static unsigned
look_at_task(int task)
{
	const struct task_model *t = &m.tasks[task];
	const struct call *call = &m.calls[task];
	bool blocked = is_blocked(task), runnable = t->place > 0;

	if (!t->is_alive)
		return 0;
	return (runnable ? IS_RUNNABLE : 0) | (blocked ? IS_BLOCKED : 0) |
	       (runnable || blocked ? IS_SCHEDULED : IS_PAUSED) |
	       (call->is_active && call->held_by != NULL ? IS_HELD : 0) |
	       (t->is_cancelled ? IS_CANCELLED : 0) |
	       (t->has_begun ? HAS_BEGUN : 0);
}

void
look(struct record *record)
{
	struct state *state = &record->state;
	int next = next_alarm();

	record->has_state = true;
	for (int i = 0; i < m.program->channel_count; i++)
		look_at_channel(i, &state->channels[i]);
	for (int i = 0; i < MOST_TASKS; i++)
		state->tasks[i] = (uint8_t)look_at_task(i);
	for (int n = 0; n < MOST_DELIVERIES; n++)
		state->deliveries[m.deliveries[n].holder] +=
		    m.deliveries[n].is_there;
	state->next_deadline =
	    (int16_t)(next != NONE ? m.alarms[next].time : -1);
	state->runcount = (uint8_t)runcount();
}
