/* SPDX-License-Identifier: MIT */
/*
 * real_do.c - the operations that do not wait on channels.
 */
#include "model/real.h"

#include "task/control.h"
#include "task/sched.h"

#include <errno.h>

/* Only the last call of a receiver that got it makes it one to be settled. */
static struct delivery *
delivery_of(const struct operation *op)
{
	int number = op->number;

	if (!real.is_picked_up[number])
		return NULL;
	return holder_find(&real.tasks[real.holders[number]].holder,
			   (uint64_t)number + 1);
}

static int
settle(const struct operation *op)
{
	struct delivery *delivery = delivery_of(op);

	if (delivery == NULL)
		return SKIPPED;
	switch (op->verb) {
	case ACK:
		return delivery_ack(delivery, blob_of(op->value));
	case FAIL:
		return delivery_fail(delivery, blob_of(op->value));
	case NACK:
		return delivery_nack(delivery);
	default:
		return delivery_extend(delivery, op->lease);
	}
}

static int
change_channel(const struct operation *op)
{
	struct chan *chan = &real.channels[op->chan];

	switch (op->verb) {
	case PREFERENCE:
		chan_set_preference(chan, op->amount);
		return 0;
	case SCHEDULE_ALL:
		chan->schedule_all = op->amount != 0;
		return 0;
	case CAPACITY:
		chan_set_capacity(chan, (uint32_t)op->amount);
		return 0;
	case CLOSE:
		chan_close(chan);
		return 0;
	case OPEN:
		chan_open(chan);
		return 0;
	case CLOSE_AND_WAKE:
		return (int)chan_close_and_wake(chan);
	default:
		return (int)chan_clear(chan);
	}
}

PARKS static int
do_to_task(struct task *task, const struct operation *op)
{
	bool is_pending = op->verb == THROW_PENDING || op->verb == KILL_PENDING;

	switch (op->verb) {
	case INSERT:
		return task_insert(task);
	case REMOVE:
		return task_remove(task);
	case RUN:
		return task_run(task);
	case SWITCH:
		return task_switch(task);
	case KILL:
	case KILL_PENDING:
		return task_kill(task, is_pending);
	default:
		return task_throw(task, blob_of(op->value), is_pending);
	}
}

static int
mark_task(struct task *task, const struct operation *op)
{
	if (task == NULL)
		return SKIPPED;
	if (op->verb == CANCEL)
		task_cancel(task);
	else
		task_set_leaving(task);
	return 0;
}

static int
set_trap(const struct operation *op)
{
	bool is_set = op->amount != 0;

	if (op->verb == BLOCK_TRAP)
		task_set_block_trap(is_set);
	else
		task_add_switch_trap(is_set - task_add_switch_trap(0));
	return 0;
}

static int
send_to_all(const struct operation *op)
{
	struct blob *value = blob_of(op->value);
	size_t count = chan_broadcast(&real.channels[op->chan], value);

	blob_unref(value);
	return (int)count;
}

PARKS static int
do_it(struct real_task *self, const struct operation *op)
{
	switch (op->verb) {
	case ACK:
	case FAIL:
	case NACK:
	case EXTEND:
		return settle(op);
	case HOLDER_END:
		holder_end(&self->holder);
		return 0;
	case BROADCAST:
		return send_to_all(op);
	case SCHEDULE:
		return task_yield(NULL);
	case PARK:
		return task_park(NULL, real_deadline(op));
	case PREFERENCE:
	case SCHEDULE_ALL:
	case CAPACITY:
	case CLOSE:
	case OPEN:
	case CLOSE_AND_WAKE:
	case CLEAR:
		return change_channel(op);
	case SPAWN:
		return real_spawn(op->task);
	case CANCEL:
	case SET_LEAVING:
		return mark_task(real.tasks[op->task].task, op);
	case BLOCK_TRAP:
	case SWITCH_TRAP:
		return set_trap(op);
	default:
		return do_to_task(real.tasks[op->task].task, op);
	}
}

void
real_do(struct real_task *self, const struct operation *op, struct record *told)
{
	if (op->verb <= TAKE_NEXT || op->verb == SELECT) {
		real_call(self, op, told);
		return;
	}
	if (op->verb == ATOMIC) {
		real_atomic(op, told);
		return;
	}
	told->result = do_it(self, op);
	if (told->result == -EREMOTEIO)
		told->value = take_value(task_take_thrown());
}
