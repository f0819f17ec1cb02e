/* SPDX-License-Identifier: MIT */
/*
 * model.c - the ring, and what one task does to another.
 */
#include "model/model.h"

#include <errno.h>

struct model m;

/* ---- the ring: m.ring[0] is the running task ---- */

bool
in_ring(int task)
{
	for (int i = 0; i < m.ring_count; i++)
		if (m.ring[i] == task)
			return true;
	return false;
}

static void
ring_put(int place, int task)
{
	for (int i = m.ring_count++; i > place; i--)
		m.ring[i] = m.ring[i - 1];
	m.ring[place] = task;
}

void
ring_take(int task)
{
	int kept = 0;

	for (int i = 0; i < m.ring_count; i++)
		if (m.ring[i] != task)
			m.ring[kept++] = m.ring[i];
	m.ring_count = kept;
}

static void
append(int task)
{
	m.tasks[task].is_late = true;
	ring_put(m.ring_count, task);
}

/* The first goes to the tail, and its turn is over. */
static void
rotate(void)
{
	int first = m.ring[0];

	ring_take(first);
	ring_put(m.ring_count, first);
}

/* Rotate until it is in front; it runs in this turn, the caller has. */
static void
bring(int task)
{
	m.tasks[m.ring[0]].is_late = true;
	while (m.ring[0] != task)
		rotate();
	m.tasks[task].is_late = false;
}

/* ---- waiting ---- */

bool
is_blocked(int task)
{
	return m.tasks[task].is_alive && m.tasks[task].is_parked &&
	       m.parties[task].is_active;
}

void
set_alarm(struct alarm *alarm, int64_t time)
{
	alarm->time = time;
	alarm->order = m.counter++;
}

void
block(int task, int64_t deadline)
{
	ring_take(task);
	m.tasks[task].is_parked = true;
	if (deadline != NEVER)
		set_alarm(&m.tasks[task].alarm, deadline);
}

/* Not parked any more; the first who does that gives the result. */
static bool
unpark(int task, int result)
{
	if (!m.tasks[task].is_parked)
		return false;
	m.tasks[task].is_parked = false;
	m.tasks[task].alarm.time = NEVER;
	m.tasks[task].result = result;
	return true;
}

void
wake(int task, int result)
{
	if (unpark(task, result))
		append(task);
}

void
wake_next(int task, int result)
{
	if (!unpark(task, result))
		return;
	m.tasks[task].is_late = false;
	ring_put(1, task);
}

static void
make_runnable(int task)
{
	unpark(task, m.tasks[task].result);
	if (!in_ring(task))
		append(task);
}

void
cancel(int task)
{
	struct task_model *t = &m.tasks[task];
	bool waited;

	if (t->is_cancelled)
		return;
	t->is_cancelled = true;
	waited = !m.parties[task].is_active || withdraw(task);
	if (waited && t->is_parked)
		t->result = -ECANCELED;
	make_runnable(task);
}

int
park(int task, int64_t deadline)
{
	if (m.tasks[task].is_cancelled)
		return -ECANCELED;
	if (m.switch_trap > 0)
		return -EDEADLK;
	block(task, deadline);
	return AWAY;
}

int
yield(int task)
{
	if (m.ring_count > 1 && m.switch_trap > 0)
		return -EDEADLK;
	m.tasks[task].result = 0;
	m.tasks[task].is_late = true;
	rotate();
	return AWAY;
}

/* ---- one task upon another ---- */

int
insert(int task)
{
	if (!m.tasks[task].is_alive)
		return -ESRCH;
	if (is_blocked(task))
		return -EBUSY;
	wake(task, 0);
	if (!in_ring(task))
		append(task);
	return 0;
}

int
take_out(int self, int task)
{
	if (!m.tasks[task].is_alive || m.tasks[task].is_cancelled)
		return 0;
	if (is_blocked(task) || task == self)
		return -EBUSY;
	ring_take(task);
	return 0;
}

static int
run_now(int self, int task)
{
	m.tasks[self].result = 0;
	bring(task);
	return AWAY;
}

int
run(int self, int task, bool stays)
{
	int r;

	if (!stays && m.tasks[self].is_cancelled)
		return -ECANCELED; /* to switch is to park */
	if (m.switch_trap > 0 && task != self)
		return -EDEADLK;
	r = insert(task);
	if (r < 0 || task == self)
		return r;
	if (stays)
		return run_now(self, task);
	bring(task);
	block(self, NEVER);
	return AWAY;
}

/* `error` 0: TaskletExit */
int throw(int self, int task, int error, bool is_pending)
{
	struct task_model *t = &m.tasks[task];

	if (task != self && !t->is_alive)
		return error != 0 ? -ESRCH : 0;
	if (task != self && !is_pending && m.switch_trap > 0)
		return -EDEADLK;
	t->thrown = error;
	if (task == self)
		return error != 0 ? -EREMOTEIO : -ECANCELED;
	if (is_blocked(task))
		withdraw(task);
	make_runnable(task);
	t->result = error != 0 ? -EREMOTEIO : -ECANCELED;
	t->is_doomed = !t->has_begun;
	return is_pending ? 0 : run_now(self, task);
}

int
spawn(int task)
{
	struct task_model *t = &m.tasks[task];

	if (t->is_alive || t->next != NONE)
		return SKIPPED; /* each of them once */
	*t = (struct task_model){ .is_alive = true, .alarm.time = NEVER };
	append(task);
	return 0;
}
