/* SPDX-License-Identifier: MIT */
/*
 * model.h - a plain, slow model of tasks and channels, by which the real ones
 * are judged. It is written from the rules, not from the daemon's sources:
 * arrays and indices, everything searched for afresh each time.
 *
 * The rules are Stackless's and those that the headers of chan/ and task/
 * state. Where the model and the daemon differ, one of them is wrong; see
 * test_model.c.
 *
 *   model.c         the ring, and one task upon another
 *   model_chan.c    who waits on a channel, and how two of them meet
 *   model_settle.c  deliveries, and what comes back
 *   model_atomic.c  all or nothing
 *   model_steps.c   the steps of a program, time
 *   model_look.c    what can be seen of it
 */
#ifndef TESTS_MODEL_MODEL_H
#define TESTS_MODEL_MODEL_H

#include "model/record.h"

/* Run the program, and write down all that happens. */
void model_run(const struct program *program, struct trace *trace);

/* ---- what follows is for the model's own files ---- */

enum { MOST_CASES = 4, MOST_PARTIES = MOST_TASKS + 200, NONE = -1 };

/* The caller has left the processor: its operation has no result yet. */
enum { AWAY = 2000 };

#define NEVER INT64_MAX

/* Of equal times the one that was set first comes first. */
struct alarm {
	int64_t time;
	int order;
};

struct place {
	bool is_waiting; /* in the queue of its channel */
	bool is_send;
	bool is_error; /* the value is an exception */
	int chan;
	int value; /* 0: given away, or not yet got */
	int arrival;
	int since;
	int attempt;
};

/*
 * A call of the task of the same index; from MOST_TASKS on, a value that is
 * in a channel, or held, without its sender: that has one case.
 */
struct party {
	bool
	    is_active; /* the call has not returned; the value is still there */
	int serial;    /* which call it is */
	int count;
	struct place cases[MOST_CASES];
	int met;  /* the case; NONE */
	int only; /* the case that is left to it; NONE: all are */
	int64_t deadline;
	bool iterates;
	int wants;   /* the delivery that a receiver wants to get; NONE */
	int held_by; /* the delivery that holds a sender's value; NONE */
	int reply;
	bool is_refused;
	bool is_in_doubt;
	int giver, giver_serial; /* who gave what it has; NONE */
};

struct delivery {
	bool is_there; /* in its holder's hands */
	bool is_picked_up;
	bool is_broadcast;
	int holder;
	int order;  /* in which they came */
	int sender; /* the party; NONE: it has left */
	int attempt;
	int lease;
	struct alarm alarm;
};

struct task_model {
	bool is_alive;
	bool has_begun;
	bool is_parked;
	bool is_away; /* in the middle of an operation */
	bool is_late; /* joined the tail in this turn */
	bool is_cancelled;
	bool is_leaving;
	bool is_doomed;
	bool block_trap;
	int next; /* operation */
	int sent; /* of a sequence */
	int result;
	int thrown;
	struct alarm alarm;
};

struct chan_model {
	struct settings is;
	bool is_closing;
	bool is_shut;
	int handoffs;
};

struct model {
	const struct program *program;
	struct trace *trace;
	int ring[MOST_TASKS];
	int ring_count;
	int64_t now;
	int counter; /* of arrivals, calls, alarms: what is less came earlier */
	int switch_trap;
	struct task_model tasks[MOST_TASKS];
	struct chan_model channels[MOST_CHANNELS];
	struct party parties[MOST_PARTIES];
	int party_count;
	struct delivery deliveries[MOST_DELIVERIES];
};

extern struct model m;

/* ---- model.c: the ring ---- */

bool in_ring(int task);
bool is_blocked(int task);
void wake(int task, int result);      /* to the tail */
void wake_next(int task, int result); /* right behind the running one */
void block(int task, int64_t deadline);
void cancel(int task);
int yield(int task);
int park(int task, int64_t deadline);
void set_alarm(struct alarm *alarm, int64_t time);
void ring_take(int task);

int spawn(int task);
int insert(int task);
int take_out(int self, int task);
int run(int self, int task, bool stays);
int throw(int self, int task, int error, bool is_pending);

/* ---- model_look.c ---- */

void look(struct record *record);
/* The alarm that comes next, of a task or a delivery; NULL: none is set. */
struct alarm *next_alarm(int *task, int *number);

/* ---- model_chan.c ---- */

struct case_of {
	int party; /* NONE: nobody */
	int index;
};

struct place *place_at(struct case_of at);
struct case_of first_of(int chan, bool is_send);
int balance_of(int chan);
int stored_in(int chan);

/* Begin the call of a task; then add its cases; then do it. */
struct party *call_begin(int task, int64_t deadline);
void call_add(int task, int chan, bool is_send, bool is_error, int value);
int call_do(int task);

/* What it comes to; `result` is what the task came back with. */
int call_end(int task, int result);

void take_off(struct case_of at);
void hand_over(struct place *from, struct place *to);
void remember_giver(struct case_of giver, struct case_of receiver);
int store(int chan, const struct place *value);
void let_in(int chan);
void release_all(int chan, int error, int *count);
int broadcast(int chan, int value);
void report(int chan, bool is_send, bool blocks);

/* ---- model_settle.c ---- */

void hold(struct case_of sender, struct case_of receiver);
void undo_delivery(int number);
void lose(int number);
void holder_ends(int holder);

/*
 * It is cancelled, or its time has come: withdraw it. True if it waited, false
 * if it had been served.
 */
bool withdraw(int party);

/* ack, fail, nack, extend */
int settle(const struct operation *op);

/* ---- model_atomic.c ---- */

int atomic(const struct operation *op, int *values, int *done);

#endif
