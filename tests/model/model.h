/* SPDX-License-Identifier: MIT */
/*
 * model.h - a plain, slow model of tasks and channels, by which the real ones
 * are judged. It is written from the rules, not from the daemon's sources:
 * arrays, everything searched for afresh each time. In the comments, 2 is
 * section 2 of the semantics, and a word in quotes an extension of its 7.
 *
 *   model.c           the ring, and one task upon another; what can be seen
 *   model_chan.c      who waits on a channel, and how two meet
 *   model_delivery.c  what has to be acknowledged, and what comes back
 *   model_steps.c     the steps of a program, and time: no rules of its own
 *                     but those of "atomic"
 */
#ifndef TESTS_MODEL_MODEL_H
#define TESTS_MODEL_MODEL_H

#include "model/record.h"

#include <limits.h>

/* Run the program, and write down all that happens. */
void model_run(const struct program *program, struct trace *trace);

/* ---- what follows is for the model's own files ---- */

enum { MOST_CALLS = MOST_TASKS + 200, NONE = -1, NEVER = INT_MAX };

/* The caller has left the processor: its operation has no result yet. */
enum { AWAY = 2000 };

/* A case of a call: a call that is no select has one. */
struct place {
	struct call *call;
	bool is_waiting; /* in the queue of its channel */
	bool is_send;
	bool is_error; /* the value is an exception */
	int chan;
	int value; /* 0: given away, or not yet got */
	int arrival, since, attempt;
};

/* What the task of the same index does; or a value without a sender. */
struct call {
	bool is_active; /* it has not returned; the value is still there */
	int task;	/* NONE: a value in a channel, or held */
	int count;
	struct place cases[MOST_ITEMS];
	struct place *met, *only; /* only: the case that is left to it */
	int deadline;
	bool iterates, is_refused, is_in_doubt;
	struct delivery *wants;	  /* that a receiver wants to get */
	struct delivery *held_by; /* that holds a sender's value */
	int reply;
	struct call *giver; /* of what it has, if that is active */
};

struct delivery {
	bool is_there; /* in its holder's hands */
	bool is_picked_up, is_broadcast;
	int holder, order, attempt;
	struct call *sender; /* NULL: it has left */
};

struct task_model {
	bool is_alive, has_begun, is_parked, is_cancelled, is_leaving;
	bool is_doomed; /* to end before it begins */
	bool is_away;	/* in the middle of an operation */
	bool is_late;	/* joined the tail in this turn */
	bool block_trap;
	int place; /* in the ring; 0: none */
	int next;  /* operation; NONE: it was not spawned */
	int sent;  /* of a sequence */
	int result;
	int thrown;
};

struct chan_model {
	struct settings is;
	bool is_closing, is_shut;
	int handoffs;
};

/* Of equal times the one that was set first comes first. */
struct alarm {
	int time, order;
};

struct model {
	const struct program *program;
	struct trace *trace;
	int now, switch_trap;
	bool is_atomic; /* several operations are one */
	int counter; /* of arrivals, calls, alarms: what is less came earlier */
	struct task_model tasks[MOST_TASKS];
	struct chan_model channels[MOST_CHANNELS];
	struct call calls[MOST_CALLS];
	int call_count;
	struct delivery deliveries[MOST_DELIVERIES];
	/* Of the tasks, and then of the deliveries. */
	struct alarm alarms[MOST_TASKS + MOST_DELIVERIES];
};

extern struct model m;

/* ---- model.c ---- */

void look(struct record *record);
void set_alarm(int alarm, int time);
int next_alarm(void); /* NONE: none is set */

int running(void); /* NONE: nobody is in the ring */
bool is_blocked(int task);
void wake(int task, int result);      /* to the tail; NONE: nobody */
void wake_next(int task, int result); /* right behind the running one */
void block(int task, int deadline);
void cancel(int task);
int yield(int task);
int park(int task, int deadline);
int spawn(int task);
int insert(int task);
int take_out(int self, int task);
int run(int self, int task, bool stays);
int throw(int self, int task, int error, bool is_pending);

/* ---- model_chan.c ---- */

struct place *first_after(int arrival, int chan, bool is_send, int calls);
struct place *partner(const struct place *place);
int balance_of(int chan);
int stored_in(int chan);

/* Do a call that has all its cases; then what it comes to. */
int call_do(struct call *call);
int call_end(struct call *call, int result);

void take_off(struct place *place);
bool give(struct place *sender, struct place *receiver);
void let_in(int chan);
int release_all(int chan, int error);
int broadcast(int chan, int value);

/* ---- model_delivery.c ---- */

void hold(struct place *sender, struct place *receiver);
void undo_delivery(struct delivery *delivery, bool is_lost);
void holder_ends(int holder);
int patience(const struct call *call);
/* Cancelled, or its time has come: true if it waited, not if it was served. */
bool withdraw(struct call *call);
int settle(const struct operation *op); /* ack, fail, nack, extend */

#endif
