/* SPDX-License-Identifier: MIT */
/*
 * generate.c - draws a program. Which operations it may hold is drawn first,
 * for the whole of it: a program of few kinds gets further with each of them
 * than one that has a little of everything.
 */
#include "model/program.h"

#include <string.h>

struct draw {
	struct program *program;
	uint64_t state;
	int values;	/* given out so far */
	int deliveries; /* so far */
	int lapse;	/* of ten waits, how many have a deadline */
	unsigned weights[VERB_COUNT];
	unsigned total;
};

/* splitmix64 */
static unsigned
draw_below(struct draw *draw, unsigned bound)
{
	uint64_t z = (draw->state += 0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return (unsigned)(((z ^ (z >> 31)) >> 32) % bound);
}

static bool
is_drawn(struct draw *draw, unsigned of_ten)
{
	return draw_below(draw, 10) < of_ten;
}

static int
draw_between(struct draw *draw, int least, int most)
{
	return least + (int)draw_below(draw, (unsigned)(most - least + 1));
}

static int
draw_chan(struct draw *draw)
{
	return (int)draw_below(draw, (unsigned)draw->program->channel_count);
}

static int
draw_task(struct draw *draw)
{
	return (int)draw_below(draw, (unsigned)draw->program->task_count);
}

static int
draw_timeout(struct draw *draw)
{
	if (!is_drawn(draw, (unsigned)draw->lapse))
		return FOR_EVER;
	if (is_drawn(draw, 1))
		return LONG_AGO;
	return is_drawn(draw, 5) ? 0 : draw_between(draw, 1, 12);
}

static int
draw_value(struct draw *draw)
{
	draw->values += MOST_VALUES;
	return draw->values;
}

/* ---- an operation ---- */

static void
draw_cases(struct draw *draw, struct operation *op)
{
	op->count = draw_between(draw, 1, 4);
	for (int i = 0; i < op->count; i++) {
		op->items[i].verb = is_drawn(draw, 5) ? SEND : RECEIVE;
		op->items[i].chan = draw_chan(draw);
		op->items[i].value = draw_value(draw);
	}
}

static void
draw_steps(struct draw *draw, struct operation *op)
{
	static const enum verb verbs[] = {
		SEND,	  SEND,		  SEND,	 RECEIVE,   RECEIVE,
		RECEIVE,  SEND_EXCEPTION, NEXT,	 BROADCAST, PREFERENCE,
		CAPACITY, SCHEDULE_ALL,	  CLOSE, OPEN,	    CLOSE_AND_WAKE,
	};
	struct item *item;

	op->count = draw_between(draw, 1, MOST_ITEMS);
	for (item = op->items; item < op->items + op->count; item++) {
		item->verb =
		    verbs[draw_below(draw, sizeof verbs / sizeof verbs[0])];
		item->chan = draw_chan(draw);
		item->value = draw_value(draw);
		if (item->verb == PREFERENCE)
			item->value = draw_between(draw, -1, 1);
		else if (item->verb == CAPACITY || item->verb == SCHEDULE_ALL)
			item->value = draw_between(draw, 0, 1);
	}
}

static int
draw_amount(struct draw *draw, enum verb verb)
{
	switch (verb) {
	case SEND_SEQUENCE:
		return draw_between(draw, 0, MOST_VALUES);
	case PREFERENCE:
		return draw_between(draw, -3, 3);
	case CAPACITY:
		return draw_between(draw, 0, 3);
	case ADVANCE:
		return draw_between(draw, 1, 9);
	default:
		return draw_between(draw, 0, 1);
	}
}

/* One that was or will be made, and more often one's own. */
static int
draw_number(struct draw *draw, enum verb verb)
{
	if (verb == TAKE || verb == TAKE_NEXT)
		return draw->deliveries++;
	if (draw->deliveries == 0)
		return 0;
	return is_drawn(draw, 7)
		   ? draw->deliveries - 1
		   : (int)draw_below(draw, (unsigned)draw->deliveries);
}

static void
draw_argument(struct draw *draw, struct operation *op, char argument)
{
	if (argument == 'c')
		op->chan = draw_chan(draw);
	else if (argument == 't')
		op->task = draw_task(draw);
	else if (argument == 'v')
		op->value = draw_value(draw);
	else if (argument == 'd')
		op->timeout = draw_timeout(draw);
	else if (argument == 'n')
		op->number = draw_number(draw, op->verb);
	else if (argument == 'l')
		op->lease = is_drawn(draw, 5) ? 0 : draw_between(draw, 1, 12);
	else if (argument == 'k')
		op->amount = draw_amount(draw, op->verb);
	else if (argument == 's')
		draw_cases(draw, op);
	else
		draw_steps(draw, op);
	if (op->verb == EXTEND && op->lease == 0)
		op->lease = 1;
}

static void
draw_arguments(struct draw *draw, struct operation *op, enum verb verb)
{
	op->verb = verb;
	op->timeout = FOR_EVER;
	for (const char *c = verb_rows[verb].arguments; *c != '\0'; c++)
		draw_argument(draw, op, *c);
}

static enum verb
draw_verb(struct draw *draw)
{
	unsigned n = draw_below(draw, draw->total);
	unsigned verb = 0;

	while (n >= draw->weights[verb])
		n -= draw->weights[verb++];
	return (enum verb)verb;
}

/* ---- a program ---- */

/* What has to come together for the rarer rules; SEND ends a row. */
static const enum verb themes[][6] = {
	{ RECEIVE, TAKE, CANCEL, SCHEDULE_ALL, SEND },
	{ RECEIVE, TAKE, CANCEL, SEND },
	{ RECEIVE, TAKE, CANCEL, SEND },
	{ RECEIVE, TAKE, KILL_PENDING, PREFERENCE, SEND },
	{ SELECT, TAKE, NACK, CAPACITY, SEND },
	{ SELECT, TAKE, NACK, CLOSE_AND_WAKE, SEND },
	{ SELECT, ATOMIC, CLOSE, NEXT, SEND },
	{ SELECT, ATOMIC, CAPACITY, BROADCAST, SEND },
	{ RECEIVE, CANCEL, SET_LEAVING, CLOSE_AND_WAKE, SCHEDULE, SEND },
	{ TAKE, REMOVE, INSERT, CANCEL, KILL_PENDING, SEND },
	{ TAKE, ACK, FAIL, EXTEND, CANCEL, SEND },
	{ RECEIVE, RUN, SWITCH, REMOVE, INSERT, SEND },
};

static void
draw_theme(struct draw *draw)
{
	const enum verb *verb =
	    themes[draw_below(draw, sizeof themes / sizeof themes[0])];

	for (; *verb != SEND; verb++)
		draw->weights[*verb] = 2;
	draw->weights[SEND] = 3;
}

/* Some of all, and one of them more often. */
static void
draw_mixture(struct draw *draw)
{
	unsigned keeps = draw_below(draw, 8) + 1;
	unsigned favourite = draw_below(draw, SWITCH_TRAP);

	for (unsigned i = 0; i < VERB_COUNT; i++) {
		draw->weights[i] = verb_rows[i].weight;
		if (i != SEND && i != RECEIVE && !is_drawn(draw, keeps))
			draw->weights[i] = 0;
	}
	draw->weights[favourite] = 12;
}

static void
draw_weights(struct draw *draw)
{
	if (is_drawn(draw, 4))
		draw_theme(draw);
	else
		draw_mixture(draw);
	for (unsigned i = 0; i < VERB_COUNT; i++)
		draw->total += draw->weights[i];
	draw->lapse = draw_between(draw, 0, 6);
}

static void
draw_channel(struct draw *draw, struct settings *chan)
{
	chan->preference = draw_between(draw, -1, 1);
	chan->schedule_all = is_drawn(draw, 3);
	chan->capacity = is_drawn(draw, 3) ? draw_between(draw, 1, 3) : 0;
}

static void
draw_script(struct draw *draw, struct script *script, int most)
{
	script->is_lazy = draw->weights[SPAWN] > 0 && is_drawn(draw, 2);
	script->is_stubborn = is_drawn(draw, 3);
	script->count = draw_between(draw, most / 3, most);
	for (int i = 0; i < script->count; i++)
		draw_arguments(draw, &script->operations[i], draw_verb(draw));
}

static void
draw_event(struct draw *draw, struct operation *event)
{
	static const enum verb verbs[] = { ADVANCE, ADVANCE, ADVANCE,
					   TURN,    TURN,    RUN_ALL,
					   RUN_ALL, CANCEL,  SET_LEAVING };
	enum verb verb =
	    verbs[draw_below(draw, sizeof verbs / sizeof verbs[0])];

	if (verb_rows[verb].weight > 0 && draw->weights[verb] == 0)
		verb = RUN_ALL;
	draw_arguments(draw, event, verb);
}

void
program_make(struct program *program, uint64_t seed)
{
	struct draw draw = { .program = program, .state = seed };
	int most;

	memset(program, 0, sizeof *program);
	program->channel_count =
	    is_drawn(&draw, 4) ? 1 : draw_between(&draw, 1, MOST_CHANNELS);
	program->task_count =
	    draw_between(&draw, 3, MOST_TASKS) - is_drawn(&draw, 1);
	program->event_count = draw_between(&draw, 0, MOST_EVENTS);
	most = draw_between(&draw, 3, MOST_OPERATIONS);
	draw_weights(&draw);
	for (int i = 0; i < program->channel_count; i++)
		draw_channel(&draw, &program->channels[i]);
	for (int i = 0; i < program->task_count; i++)
		draw_script(&draw, &program->tasks[i], most);
	for (int i = 0; i < program->event_count; i++)
		draw_event(&draw, &program->events[i]);
}
