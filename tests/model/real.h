/* SPDX-License-Identifier: MIT */
/*
 * real.h - runs a program on daemon/task and daemon/chan.
 *
 * There are no semantics here: an operation calls one public function.
 */
#ifndef TESTS_MODEL_REAL_H
#define TESTS_MODEL_REAL_H

#include "chan/chan.h"
#include "chan/delivery.h"
#include "model/record.h"

/* Once in a process; the ring is used for one program after the other. */
void real_open(void);
void real_close(void);

/* Run the program, and write down all that happens. */
void real_run(const struct program *program, struct trace *trace);

/* What is left of it: to be called after each real_run(). */
void real_clean_up(void);

/* ---- what follows is for its own files ---- */

struct real_task {
	int index;
	const struct script *script;
	struct task *task; /* NULL: not spawned, or ended */
	uint64_t id;	   /* 0: not spawned */
	struct holder holder;
	int next; /* operation */
};

struct real {
	const struct program *program;
	struct trace *trace;
	struct chan channels[MOST_CHANNELS];
	struct real_task tasks[MOST_TASKS];
	bool is_picked_up[MOST_DELIVERIES];
	int holders[MOST_DELIVERIES]; /* whose it is */
	int64_t begin;		      /* sched_time() then */
	bool is_over;		      /* what happens now is cleaning up */
};

extern struct real real;

/* A blob that holds a number; what is in one, which is given up; 0: none. */
struct blob *blob_of(int value);
int take_value(struct blob *blob);
/* The number, of a blob that stays. */
int value_of(struct blob *blob);

int64_t real_deadline(const struct operation *op);
int real_spawn(int task);

/* Do the operation: result, value and extra into the record. */
PARKS void real_do(struct real_task *self, const struct operation *op,
		   struct record *told);

/* In real_call.c: those that wait on channels; and several at once. */
PARKS void real_call(struct real_task *self, const struct operation *op,
		     struct record *told);
void real_atomic(const struct operation *op, struct record *told);

#endif
