/* SPDX-License-Identifier: MIT */
/*
 * model_look.c - what can be seen of the model, as of the daemon's rooms.
 */
#include "model/model.h"

#include <string.h>

/* Who waits there and came first after `last`; NONE. */
static int
next_waiting(int chan, bool is_send, int *last)
{
	int who = NONE, next = INT32_MAX;

	for (int p = 0; p < MOST_TASKS; p++)
		for (int i = 0; i < m.parties[p].count; i++) {
			struct place *w = &m.parties[p].cases[i];

			if (!w->is_waiting || w->chan != chan ||
			    w->is_send != is_send || w->arrival <= *last ||
			    w->arrival >= next)
				continue;
			next = w->arrival;
			who = p;
		}
	*last = next;
	return who;
}

static void
look_at_queue(int chan, int8_t *queue)
{
	int who, last, count = 0;

	memset(queue, NOBODY, MOST_QUEUE);
	for (int side = 1; side >= 0; side--)
		for (last = -1;
		     (who = next_waiting(chan, side, &last)) != NONE;)
			queue[count++] = (int8_t)who;
}

static void
look_at_channel(int chan, struct chan_state *state)
{
	const struct chan_model *c = &m.channels[chan];
	struct case_of first = first_of(chan, true);

	if (first.party == NONE)
		first = first_of(chan, false);
	state->balance = (int16_t)balance_of(chan);
	state->handoffs = (int16_t)c->handoffs;
	state->oldest =
	    (int16_t)(first.party != NONE ? place_at(first)->since : -1);
	state->stored = (uint8_t)stored_in(chan);
	state->capacity = (uint8_t)c->is.capacity;
	state->preference = (int8_t)c->is.preference;
	state->schedule_all = c->is.schedule_all;
	state->is_closing = c->is_closing;
	state->is_closed = c->is_closing && state->balance == 0;
	for (int p = 0; p < m.party_count; p++)
		if (m.parties[p].is_active && m.parties[p].held_by != NONE &&
		    m.parties[p].cases[m.parties[p].met].chan == chan)
			state->held++;
	look_at_queue(chan, state->queue);
}

static unsigned
look_at_task(int task)
{
	const struct task_model *t = &m.tasks[task];
	bool blocked = is_blocked(task);
	bool runnable = in_ring(task);

	if (!t->is_alive)
		return 0;
	return (runnable ? IS_RUNNABLE : 0) | (blocked ? IS_BLOCKED : 0) |
	       (runnable || blocked ? IS_SCHEDULED : IS_PAUSED) |
	       (m.parties[task].is_active && m.parties[task].held_by != NONE
		    ? IS_HELD
		    : 0) |
	       (t->is_cancelled ? IS_CANCELLED : 0) |
	       (t->has_begun ? HAS_BEGUN : 0);
}

/* The alarm that comes next; they are few. */
struct alarm *
next_alarm(int *task, int *number)
{
	struct alarm *next = NULL;

	*task = *number = NONE;
	for (int i = 0; i < MOST_TASKS + MOST_DELIVERIES; i++) {
		struct alarm *a = i < MOST_TASKS
				      ? &m.tasks[i].alarm
				      : &m.deliveries[i - MOST_TASKS].alarm;

		if (a->time == NEVER ||
		    (next != NULL &&
		     (a->time > next->time ||
		      (a->time == next->time && a->order > next->order))))
			continue;
		next = a;
		*task = i < MOST_TASKS ? i : NONE;
		*number = i < MOST_TASKS ? NONE : i - MOST_TASKS;
	}
	return next;
}

void
look(struct record *record)
{
	struct state *state = &record->state;
	const struct alarm *next;
	int task, number;

	record->has_state = true;
	for (int i = 0; i < m.program->channel_count; i++)
		look_at_channel(i, &state->channels[i]);
	for (int i = 0; i < MOST_TASKS; i++)
		state->tasks[i] = (uint8_t)look_at_task(i);
	for (int n = 0; n < MOST_DELIVERIES; n++)
		state->deliveries[m.deliveries[n].holder] +=
		    m.deliveries[n].is_there;
	next = next_alarm(&task, &number);
	state->next_deadline = (int16_t)(next != NULL ? next->time : -1);
	state->runcount = (uint8_t)m.ring_count;
}
