/* SPDX-License-Identifier: MIT */
/*
 * transaction.h - channels on which everybody waits that can be met, and the
 * steps of a transaction with them.
 */
#ifndef TESTS_TRANSACTION_H
#define TESTS_TRANSACTION_H

#include "cast.h"
#include "chan/atomic.h"

enum { CHANS = 6, STEPS = 32 };

/*
 * Who waits: on `a` R, the select Z, and N, which iterates; on `b` the senders
 * B and Z, and the exception E behind them; in `c` C and D, and F, which found
 * no room; on `d` H, which acknowledges; nobody on `e`, which has room for
 * two; and on `f` the exception G.
 */
extern struct chan chans[CHANS];
extern struct chan *const a, *const b, *const c, *const d, *const e, *const f;

/* The transaction, and what it gives and gets, one for each step. */
extern struct atomic all;
extern struct blob *slots[STEPS];

/* Those that give or get come first. */
enum kind {
	SEND_A,
	SEND_EXCEPTION_A,
	SEND_EXCEPTION_D,
	SEND_E,
	RECEIVE_B,
	RECEIVE_C,
	RECEIVE_E,
	BROADCAST_A,
	CHANGE_C,
	SHUT_A,
	SHUT_B,
	SHUT_C,
	KINDS
};

void transaction_open(void);
void transaction_close(void);

bool step_gives(int kind);

/* A value in the slot of each step that gives one; the last is broadcast. */
void fill_slots(const int *kinds, int count);
void drop_slots(void);

/* Up to the first that fails; how that did. */
int run_steps(const int *kinds, int count);

/* The changes of the settings of `c` alone. */
int change_c(void);

#endif
