/* SPDX-License-Identifier: MIT */
/*
 * model_steps.c - the tasks do their operations, and the driver its own.
 */
#include "model/model.h"

#include <errno.h>
#include <string.h>

static int64_t
deadline_of(const struct operation *op)
{
	if (op->timeout == FOR_EVER)
		return NEVER;
	if (op->timeout == LONG_AGO)
		return m.now - 1;
	return op->timeout == 0 ? 0 : m.now + op->timeout;
}

/* ---- beginning an operation: AWAY, or what it came to ---- */

static int
begin_send(int t, const struct operation *op, int value)
{
	call_add(t, op->chan, true, op->verb == SEND_EXCEPTION, value);
	return call_do(t);
}

static int
begin_receive(int t, const struct operation *op)
{
	struct party *party = call_begin(t, deadline_of(op));

	party->iterates = op->verb == NEXT || op->verb == TAKE_NEXT;
	if (op->verb == TAKE || op->verb == TAKE_NEXT) {
		party->wants = op->number;
		m.deliveries[op->number].lease = op->lease;
	}
	if (party->iterates && m.channels[op->chan].is_closing &&
	    balance_of(op->chan) <= 0)
		return -ENODATA;
	call_add(t, op->chan, false, false, 0);
	return call_do(t);
}

static int
begin_select(int t, const struct operation *op)
{
	call_begin(t, deadline_of(op));
	for (int i = 0; i < op->count; i++) {
		bool is_send = op->items[i].verb == SEND;

		call_add(t, op->items[i].chan, is_send, false,
			 is_send ? op->items[i].value : 0);
	}
	return call_do(t);
}

static int
begin_sequence(int t, const struct operation *op)
{
	m.tasks[t].sent = 0;
	if (op->amount == 0)
		return 0;
	call_begin(t, deadline_of(op));
	return begin_send(t, op, op->value);
}

static int
begin_on_channel(int t, const struct operation *op)
{
	switch (op->verb) {
	case SEND:
	case SEND_EXCEPTION:
		call_begin(t, deadline_of(op));
		return begin_send(t, op, op->value);
	case SEND_SEQUENCE:
		return begin_sequence(t, op);
	case SELECT:
		return begin_select(t, op);
	default:
		return begin_receive(t, op);
	}
}

static int
change_channel(const struct operation *op)
{
	struct chan_model *c = &m.channels[op->chan];
	int count = 0;

	if (op->verb == PREFERENCE) {
		c->is.preference = (op->amount > 0) - (op->amount < 0);
		return 0;
	}
	if (op->verb == SCHEDULE_ALL)
		c->is.schedule_all = op->amount != 0;
	if (op->verb == CAPACITY) {
		c->is.capacity = op->amount;
		let_in(op->chan);
	}
	if (op->verb == CLOSE || op->verb == CLOSE_AND_WAKE)
		c->is_closing = true;
	if (op->verb == OPEN)
		c->is_closing = c->is_shut = false;
	if (op->verb == CLOSE_AND_WAKE)
		c->is_shut = true;
	if (op->verb == CLOSE_AND_WAKE || op->verb == CLEAR)
		release_all(op->chan, op->verb == CLEAR ? -ECANCELED : -EPIPE,
			    &count);
	return count;
}

static int
do_to_task(int task, const struct operation *op)
{
	if (!m.tasks[task].is_alive)
		return SKIPPED;
	if (op->verb == CANCEL)
		cancel(task);
	else
		m.tasks[task].is_leaving = true;
	return 0;
}

static int
begin_on_task(int t, const struct operation *op)
{
	switch (op->verb) {
	case SPAWN:
		return spawn(op->task);
	case INSERT:
		return insert(op->task);
	case REMOVE:
		return take_out(t, op->task);
	case RUN:
	case SWITCH:
		return run(t, op->task, op->verb == RUN);
	case KILL:
	case KILL_PENDING:
		return throw(t, op->task, 0, op->verb == KILL_PENDING);
	case THROW:
	case THROW_PENDING:
		return throw(t, op->task, op->value, op->verb == THROW_PENDING);
	default:
		return do_to_task(op->task, op);
	}
}

static int
set_trap(int t, const struct operation *op)
{
	if (op->verb == BLOCK_TRAP)
		m.tasks[t].block_trap = op->amount != 0;
	else
		m.switch_trap = op->amount != 0;
	return 0;
}

static bool
is_call(enum verb verb)
{
	return verb <= TAKE_NEXT || verb == SELECT;
}

static int
begin(int t, const struct operation *op)
{
	if (is_call(op->verb))
		return begin_on_channel(t, op);
	switch (op->verb) {
	case ACK:
	case FAIL:
	case NACK:
	case EXTEND:
		return settle(op);
	case HOLDER_END:
		holder_ends(t);
		return 0;
	case SCHEDULE:
		return yield(t);
	case PARK:
		return park(t, deadline_of(op));
	case BLOCK_TRAP:
	case SWITCH_TRAP:
		return set_trap(t, op);
	case BROADCAST:
		return broadcast(op->chan, op->value);
	case PREFERENCE:
	case SCHEDULE_ALL:
	case CAPACITY:
	case CLOSE:
	case OPEN:
	case CLOSE_AND_WAKE:
	case CLEAR:
		return change_channel(op);
	default:
		return begin_on_task(t, op);
	}
}

/* ---- ending it ---- */

/* What is left to a sender: its value, a reply, or an error. */
static int
left_of_send(int t, int result)
{
	const struct party *party = &m.parties[t];

	return result == 0 || result == -EREMOTEIO ? party->reply
						   : party->cases[0].value;
}

static int
end_receive(int t, const struct operation *op, int r, struct record *record)
{
	const struct party *party = &m.parties[t];
	struct delivery *d = &m.deliveries[op->number];

	if (r == -EREMOTEIO)
		record->value = party->reply;
	if (r != 0)
		return r;
	record->value = party->cases[0].value;
	if (party->cases[0].is_error)
		return -EREMOTEIO;
	if (op->verb == RECEIVE || op->verb == NEXT)
		return 0;
	d->is_picked_up = true;
	record->extra = d->attempt;
	if (d->lease > 0)
		set_alarm(&d->alarm, m.now + d->lease);
	return 0;
}

static int
end_select(int t, const struct operation *op, int r, struct record *record)
{
	const struct party *party = &m.parties[t];
	const struct place *met =
	    &party->cases[party->met < 0 ? 0 : party->met];

	for (int i = 0; i < op->count; i++)
		if (party->cases[i].value != 0 && (r != 0 || i != party->met))
			record->extra |= 1 << i;
	if (r == -EREMOTEIO)
		record->value = party->reply;
	if (r != 0)
		return r;
	record->value = met->is_send ? party->reply : met->value;
	return !met->is_send && met->is_error ? -EREMOTEIO : party->met;
}

/* The next of a sequence; AWAY if that waits. */
static int
go_on_sending(int t, const struct operation *op)
{
	struct task_model *task = &m.tasks[t];
	int64_t deadline = m.parties[t].deadline;
	int r = 0;

	while (r == 0 && ++task->sent < op->amount) {
		call_begin(t, deadline);
		r = begin_send(t, op, op->value + task->sent);
		if (r != AWAY)
			r = call_end(t, r);
	}
	return r;
}

/* AWAY: not yet. */
static int
end(int t, const struct operation *op, int r, struct record *record)
{
	record->value = 0;
	if (is_call(op->verb) && m.parties[t].is_active) {
		r = call_end(t, r);
	} else if (r == -EREMOTEIO) {
		record->value = m.tasks[t].thrown;
		m.tasks[t].thrown = 0;
	}
	if (op->verb == SEND_SEQUENCE && r == 0 && op->amount > 0)
		r = go_on_sending(t, op);
	if (op->verb == SEND_SEQUENCE) {
		record->extra = m.tasks[t].sent;
		record->value = r == 0 ? 0 : left_of_send(t, r);
	} else if (op->verb == SEND || op->verb == SEND_EXCEPTION) {
		record->value = left_of_send(t, r);
	} else if (op->verb == SELECT) {
		r = end_select(t, op, r, record);
	} else if (is_call(op->verb)) {
		r = end_receive(t, op, r, record);
	}
	return r;
}

static int
do_atomic(const struct operation *op, struct record *record)
{
	int values[MOST_ITEMS];
	int r = atomic(op, values, &record->extra);

	for (int i = 0; i < op->count; i++)
		record->value = record->value * 7 + values[i];
	return r;
}

static void
die(int t)
{
	holder_ends(t);
	m.tasks[t].is_alive = false;
	look(trace_add(m.trace, DIES, t, m.tasks[t].next));
	m.tasks[t].alarm.time = NEVER;
	ring_take(t);
}

/* It has ended, with what is in the record. */
static void
say_end(int t, const struct record *told)
{
	struct task_model *task = &m.tasks[t];
	const struct script *script = &m.program->tasks[t];
	struct record *record = trace_add(m.trace, ENDS, t, task->next);

	record->result = told->result;
	record->value = told->value;
	record->extra = told->extra;
	look(record);
	task->next++;
	if ((told->result == -ECANCELED && !script->is_stubborn) ||
	    task->next == script->count)
		die(t);
}

static void
begin_task(int t)
{
	struct task_model *task = &m.tasks[t];

	task->has_begun = true;
	if (task->is_doomed && task->thrown != 0)
		trace_add(m.trace, UNCAUGHT, t, 0)->value = task->thrown;
	if (task->is_doomed || m.program->tasks[t].count == 0)
		die(t);
}

/* The running task begins an operation, or comes back to it. */
static void
step(int t)
{
	struct task_model *task = &m.tasks[t];
	const struct operation *op =
	    &m.program->tasks[t].operations[task->next];
	struct record told = { 0 };
	int r = task->result;

	if (!task->has_begun) {
		begin_task(t);
		return;
	}
	if (!task->is_away) {
		trace_add(m.trace, BEGINS, t, task->next);
		r = op->verb == ATOMIC ? do_atomic(op, &told) : begin(t, op);
	}
	if (r != AWAY && op->verb != ATOMIC)
		r = end(t, op, r, &told);
	task->is_away = r == AWAY;
	told.result = r;
	if (!task->is_away)
		say_end(t, &told);
}

/* ---- the driver ---- */

/* Those whose time has come, in the order of their times. */
static void
expire(void)
{
	struct alarm *alarm;
	int task, number;

	while ((alarm = next_alarm(&task, &number)) != NULL &&
	       alarm->time <= m.now) {
		alarm->time = NEVER;
		if (number != NONE)
			lose(number);
		else if (!m.parties[task].is_active || withdraw(task))
			wake(task, -ETIMEDOUT);
	}
}

static void
turn(void)
{
	for (int t = 0; t < MOST_TASKS; t++)
		m.tasks[t].is_late = false;
	while (m.ring_count > 0 && !m.tasks[m.ring[0]].is_late)
		step(m.ring[0]);
	expire();
}

static void
run_all(void)
{
	do
		turn();
	while (m.ring_count > 0);
}

static void
drive(int i, const struct operation *event)
{
	struct record *record;
	int r = 0;

	if (event->verb == ADVANCE)
		m.now += event->amount;
	else if (event->verb == TURN)
		turn();
	else if (event->verb == RUN_ALL)
		run_all();
	else
		r = do_to_task(event->task, event);
	record = trace_add(m.trace, DRIVER, NOBODY, i);
	record->result = r;
	look(record);
}

static void
give_to_holder(int t, const struct operation *op)
{
	if (op->verb == TAKE || op->verb == TAKE_NEXT)
		m.deliveries[op->number].holder = t;
}

static void
prepare(const struct program *program, struct trace *trace)
{
	memset(&m, 0, sizeof m);
	m.program = program;
	m.trace = trace;
	m.party_count = MOST_TASKS;
	m.now = FIRST_TIME;
	for (int n = 0; n < MOST_DELIVERIES; n++)
		m.deliveries[n] =
		    (struct delivery){ .sender = NONE, .alarm.time = NEVER };
	for (int i = 0; i < program->channel_count; i++)
		m.channels[i].is = program->channels[i];
	for (int t = 0; t < MOST_TASKS; t++) {
		m.tasks[t].next = NONE;
		m.tasks[t].alarm.time = NEVER;
		for (int i = 0; i < program->tasks[t].count; i++)
			give_to_holder(t, &program->tasks[t].operations[i]);
	}
}

void
model_run(const struct program *program, struct trace *trace)
{
	static const struct operation last = { .verb = RUN_ALL };

	trace->count = 0;
	prepare(program, trace);
	for (int t = 0; t < program->task_count; t++)
		if (!program->tasks[t].is_lazy)
			spawn(t);
	for (int i = 0; i < program->event_count; i++)
		drive(i, &program->events[i]);
	drive(program->event_count, &last);
}
