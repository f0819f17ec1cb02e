/* SPDX-License-Identifier: MIT */
/*
 * model_steps.c - the tasks do their operations, and the driver its own.
 */
#include "model/model.h"

#include <errno.h>
#include <string.h>

static int
deadline_of(const struct operation *op)
{
	if (op->timeout == FOR_EVER)
		return NEVER;
	if (op->timeout == LONG_AGO)
		return m.now - 1;
	return op->timeout == 0 ? 0 : m.now + op->timeout;
}

static bool
is_send(enum verb verb)
{
	return verb == SEND || verb == SEND_EXCEPTION || verb == SEND_SEQUENCE;
}

/* ---- beginning an operation: AWAY, or what it came to ---- */

/* A call of one case, or of those of a select. */
static int
begin_call(int t, const struct operation *op, int deadline)
{
	struct item one = { .verb = is_send(op->verb) ? SEND : RECEIVE,
			    .chan = op->chan,
			    .value = op->value + m.tasks[t].sent };
	const struct item *item = op->verb == SELECT ? op->items : &one;
	int count = op->verb == SELECT ? op->count : 1;
	struct call *call = &m.calls[t];

	if (op->verb == SEND_SEQUENCE && op->amount == 0)
		return 0;
	*call =
	    (struct call){ .is_active = true, .task = t, .deadline = deadline };
	call->iterates = op->verb == NEXT || op->verb == TAKE_NEXT;
	if (op->verb == TAKE || op->verb == TAKE_NEXT)
		call->wants = &m.deliveries[op->number];
	/* 2: "next: closing and balance <= 0: StopIteration, before all" */
	if (call->iterates && m.channels[op->chan].is_closing &&
	    balance_of(op->chan) <= 0)
		return -ENODATA;
	for (; call->count < count; item++)
		call->cases[call->count++] = (struct place){
			.call = call,
			.is_send = item->verb == SEND,
			.is_error = op->verb == SEND_EXCEPTION,
			.chan = item->chan,
			.value = item->verb == SEND ? item->value : 0,
			.arrival = m.counter++,
			.since = m.now,
		};
	return call_do(call);
}

/* 3: "close never wakes anyone; open clears closing (undoes both)". */
static int
change_channel(const struct operation *op)
{
	struct chan_model *c = &m.channels[op->chan];

	if (op->verb == PREFERENCE) /* 1: "clamps by sign" */
		c->is.preference = (op->amount > 0) - (op->amount < 0);
	else if (op->verb == SCHEDULE_ALL)
		c->is.schedule_all = op->amount != 0;
	else if (op->verb == CLOSE || op->verb == CLOSE_AND_WAKE)
		c->is_closing = true;
	else if (op->verb == OPEN)
		c->is_closing = c->is_shut = false;
	else if (op->verb == CLEAR)
		return release_all(op->chan, -ECANCELED);
	if (op->verb == CAPACITY) {
		c->is.capacity = op->amount;
		let_in(op->chan);
	}
	if (op->verb != CLOSE_AND_WAKE)
		return 0;
	c->is_shut = true;
	return release_all(op->chan, -EPIPE);
}

/* CANCEL and SET_LEAVING are the driver's also. */
static int
begin_on_task(int t, const struct operation *op)
{
	bool is_pending = op->verb == KILL_PENDING || op->verb == THROW_PENDING;
	struct task_model *other = &m.tasks[op->task];

	switch (op->verb) {
	case SCHEDULE:
		return yield(t);
	case PARK:
		return park(t, deadline_of(op));
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
		return throw(t, op->task, 0, is_pending);
	case THROW:
	case THROW_PENDING:
		return throw(t, op->task, op->value, is_pending);
	case BLOCK_TRAP:
		m.tasks[t].block_trap = op->amount != 0;
		return 0;
	case SWITCH_TRAP:
		m.switch_trap = op->amount != 0;
		return 0;
	case CANCEL:
		cancel(op->task);
		return other->is_alive ? 0 : SKIPPED;
	default:
		other->is_leaving = other->is_alive;
		return other->is_alive ? 0 : SKIPPED;
	}
}

static int
begin(int t, const struct operation *op)
{
	switch (op->verb) {
	case SEND ... TAKE_NEXT:
	case SELECT:
		return begin_call(t, op, deadline_of(op));
	case ACK ... EXTEND:
		return settle(op);
	case HOLDER_END:
		holder_ends(t);
		return 0;
	case BROADCAST:
		return broadcast(op->chan, op->value);
	case PREFERENCE ... CLEAR:
		return change_channel(op);
	default:
		return begin_on_task(t, op);
	}
}

/* ---- ending it: AWAY if it is not over yet ---- */

/* The next ones of a sequence. */
static int
go_on_sending(int t, const struct operation *op, int r)
{
	int *sent = &m.tasks[t].sent;

	while (r == 0 && ++*sent < op->amount) {
		r = begin_call(t, op, m.calls[t].deadline);
		if (r != AWAY)
			r = call_end(&m.calls[t], r);
	}
	return r;
}

/* The lease begins when its receiver has the value: which attempt it is. */
static int
pick_up(const struct operation *op)
{
	m.deliveries[op->number].is_picked_up = true;
	if (op->lease > 0)
		set_alarm(MOST_TASKS + op->number, m.now + op->lease);
	return m.deliveries[op->number].attempt;
}

/* What it got, or has left to send, or a reply or an error. */
static int
tell(const struct call *call, const struct operation *op, int r,
     struct record *told)
{
	const struct place *met = call->met;

	for (int i = 0; op->verb == SELECT && i < call->count; i++)
		if (call->cases[i].value != 0 &&
		    (r != 0 || met != &call->cases[i]))
			told->extra |= 1 << i;
	if (r == -EREMOTEIO)
		told->value = call->reply;
	else if (r == 0)
		told->value = met->is_send ? call->reply : met->value;
	else if (op->verb != SELECT)
		told->value = call->cases[0].value;
	if (r != 0)
		return r;
	if (!met->is_send && met->is_error)
		return -EREMOTEIO;
	if (call->wants != NULL)
		told->extra = pick_up(op);
	return op->verb == SELECT ? (int)(met - call->cases) : 0;
}

static int
end(int t, const struct operation *op, int r, struct record *told)
{
	struct call *call = &m.calls[t];

	if (call->is_active) {
		r = call_end(call, r);
		if (op->verb == SEND_SEQUENCE)
			r = go_on_sending(t, op, r);
		if (r != AWAY)
			r = tell(call, op, r, told);
	} else if (r == -EREMOTEIO) {
		told->value = m.tasks[t].thrown;
		m.tasks[t].thrown = 0;
	}
	if (op->verb == SEND_SEQUENCE) {
		told->extra = m.tasks[t].sent;
		told->value = r == 0 ? 0 : told->value;
	}
	return r;
}

static void
die(int t)
{
	holder_ends(t);
	m.tasks[t].is_alive = false;
	look(trace_add(m.trace, DIES, t, m.tasks[t].next));
	m.alarms[t].time = NEVER;
	m.tasks[t].place = 0;
}

/* 4: "TaskletExit caught: tasklet survives and goes on" */
static void
say_end(int t, const struct record *told)
{
	const struct script *script = &m.program->tasks[t];
	struct record *record = trace_add(m.trace, ENDS, t, m.tasks[t].next);

	record->result = told->result;
	record->value = told->value;
	record->extra = told->extra;
	look(record);
	m.tasks[t].next++;
	if ((told->result == -ECANCELED && !script->is_stubborn) ||
	    m.tasks[t].next == script->count)
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

/* One of several: it does not wait, and nobody runs. */
static int
do_one(int t, const struct item *item, struct record *told)
{
	struct operation op = { .verb = item->verb,
				.chan = item->chan,
				.value = item->value,
				.amount = item->value };
	int r = begin(t, &op);

	if (item->verb == BROADCAST || item->verb == CLOSE_AND_WAKE) {
		told->value = item->verb == BROADCAST ? r : 0;
		return 0;
	}
	told->value = 0;
	return end(t, &op, r, told);
}

/*
 * "atomic: no other task runs between its calls; if one of them would have to
 * wait, nothing has happened". Those who are met go to the tail.
 */
static int
do_atomic(int t, const struct operation *op, struct record *told)
{
	static struct model before;
	const struct item *item = op->items, *end_of = item + op->count;
	struct record one = { 0 };
	int records = m.trace->count, r = 0;

	before = m;
	m.is_atomic = true;
	for (; item < end_of && r >= 0; item++, told->extra += r >= 0) {
		r = do_one(t, item, &one);
		told->value = told->value * 7 + one.value;
	}
	m.is_atomic = false;
	for (item = op->items; item < end_of && r >= 0; item++)
		let_in(item->chan);
	if (r >= 0)
		return 0;
	m = before;
	m.trace->count = records;
	told->value = 0;
	for (int i = 0; i < op->count; i++) {
		item = &op->items[i];
		told->value *= 7;
		if (is_send(item->verb))
			told->value += item->value;
		else if (i == told->extra)
			told->value += one.value;
	}
	return r;
}

/* The running task begins an operation, or comes back to it. */
static void
step(int t)
{
	struct task_model *task = &m.tasks[t];
	const struct operation *op =
	    &m.program->tasks[t].operations[task->next];
	struct record told = { .result = task->result };

	if (!task->has_begun) {
		begin_task(t);
		return;
	}
	if (!task->is_away) {
		trace_add(m.trace, BEGINS, t, task->next);
		task->sent = 0;
		told.result =
		    op->verb == ATOMIC ? do_atomic(t, op, &told) : begin(t, op);
	}
	if (told.result != AWAY && op->verb != ATOMIC)
		told.result = end(t, op, told.result, &told);
	task->is_away = told.result == AWAY;
	if (!task->is_away)
		say_end(t, &told);
}

/* ---- the driver ---- */

/* "timeout": it leaves the channel, and joins the tail. */
static void
expire(void)
{
	int i;

	while ((i = next_alarm()) != NONE && m.alarms[i].time <= m.now) {
		m.alarms[i].time = NEVER;
		if (i >= MOST_TASKS)
			undo_delivery(&m.deliveries[i - MOST_TASKS], true);
		else if (!m.calls[i].is_active || withdraw(&m.calls[i]))
			wake(i, -ETIMEDOUT);
	}
}

/* "a rendezvous wins over a deadline that falls in the same turn" */
static void
turn(void)
{
	for (int t = 0; t < MOST_TASKS; t++)
		m.tasks[t].is_late = false;
	while (running() != NONE && !m.tasks[running()].is_late)
		step(running());
	expire();
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
		do
			turn();
		while (running() != NONE);
	else
		r = begin_on_task(NONE, event);
	record = trace_add(m.trace, DRIVER, NOBODY, i);
	record->result = r;
	look(record);
}

static void
prepare_task(int t, const struct script *script)
{
	const struct operation *op;

	m.tasks[t].next = NONE;
	for (op = script->operations; op < script->operations + script->count;
	     op++)
		if (op->verb == TAKE || op->verb == TAKE_NEXT)
			m.deliveries[op->number].holder = t;
}

void
model_run(const struct program *program, struct trace *trace)
{
	static const struct operation last = { .verb = RUN_ALL };

	memset(&m, 0, sizeof m);
	m.program = program;
	m.trace = trace;
	m.call_count = MOST_TASKS;
	m.now = FIRST_TIME;
	trace->count = 0;
	for (int i = 0; i < MOST_TASKS + MOST_DELIVERIES; i++)
		m.alarms[i].time = NEVER;
	for (int i = 0; i < program->channel_count; i++)
		m.channels[i].is = program->channels[i];
	for (int t = 0; t < MOST_TASKS; t++)
		prepare_task(t, &program->tasks[t]);
	for (int t = 0; t < program->task_count; t++)
		if (!program->tasks[t].is_lazy)
			spawn(t);
	for (int i = 0; i < program->event_count; i++)
		drive(i, &program->events[i]);
	drive(program->event_count, &last);
}
