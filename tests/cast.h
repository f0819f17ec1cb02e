/* SPDX-License-Identifier: MIT */
/*
 * cast.h - tasks known by a letter, each of which makes one call on a channel
 * and remembers what came of it. On the stage's trail stands the letter of
 * whose call has returned.
 *
 * What they send is their letter. They outlive the test, and are sent home by
 * cast_close().
 */
#ifndef TESTS_CAST_H
#define TESTS_CAST_H

#include "chan/delivery.h"
#include "chan/select.h"
#include "stage.h"
#include "task/control.h"
#include "task/sched.h"

#include <stdbool.h>

enum { CASES = 64 };

struct role {
	char letter;
	/* May be changed until it runs. */
	struct chan *chan;
	int64_t deadline;      /* NO_DEADLINE */
	bool yields;	       /* gives way before its call */
	bool traps;	       /* sets its block trap before it */
	struct holder *holder; /* of deliveries: cast_holder; */
	uint64_t number;       /* the letter, */
	int64_t lease;	       /* 0 */
	struct select_case cases[CASES];
	unsigned count;
	struct role *other; /* for what a suite plays itself */
	/* What came of it. */
	struct task *task; /* NULL once it has ended */
	int result;	   /* UNDONE before it has returned */
	char value[16];	   /* that came out of the call: also a reply, error */
	char left[CASES];  /* the letters that it could not give away */
	uint32_t attempt;  /* of its delivery */
	struct waiter waiters[CASES];
};

extern struct holder cast_holder;

/* A stage without anybody; and everybody cancelled, all deliveries lost. */
void cast_open(void);
void cast_close(void);

/* Anew: a task, at the tail of R, that will run function(role). */
struct role *play(char letter, task_fn *function);
/* Whom the letter stands for. */
struct role *role(char letter);

struct role *send_by(char letter, struct chan *chan);
struct role *send_exception_by(char letter, struct chan *chan);
struct role *receive_by(char letter, struct chan *chan);
struct role *next_by(char letter, struct chan *chan);
/* Acknowledged receive and next. */
struct role *hold_by(char letter, struct chan *chan);
struct role *hold_next_by(char letter, struct chan *chan);
/* Only leaves its letter. */
struct role *bystand_by(char letter);

/* A select, with the cases that are added then. */
struct role *select_by(char letter);
struct role *or_send(struct role *role, struct chan *chan, char value);
struct role *or_receive(struct role *role, struct chan *chan);

/* Throw at role->other: TaskletExit, or the letter as an error. */
struct role *kill_by(char letter, struct role *other);
struct role *throw_by(char letter, struct role *other);
struct role *kill_pending_by(char letter, struct role *other);
struct role *throw_pending_by(char letter, struct role *other);

/* S, with a deadline, is held by H, with a lease; whoever came first. */
void let_hold(struct chan *chan, bool sender_first, int64_t deadline,
	      int64_t lease);

/* All that runs when it is that late. */
void run_at(int64_t time);

/* The delivery of that letter, or NULL. */
struct delivery *held_by(char letter);

/* Text as a blob. */
struct blob *text_blob(const char *text);

/*
 * Who stands on a channel: "A(B)-" are the value A of a sender, B without
 * one, and a receiver; those to send in their order, behind them the others.
 */
const char *lineup(const struct chan *chan);

/* Claims, with the letter in what is said where they are wrong. */
void returns(char letter, int result);
void gets(char letter, const char *value);

#endif
