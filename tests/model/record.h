/* SPDX-License-Identifier: MIT */
/*
 * record.h - what a program did, step by step, and what could be seen of the
 * tasks and channels after each step. Two runs are compared by it.
 */
#ifndef TESTS_MODEL_RECORD_H
#define TESTS_MODEL_RECORD_H

#include "model/program.h"

enum { MOST_RECORDS = 1024, MOST_QUEUE = 4 * MOST_TASKS, NOBODY = -1 };

/* An operation that could not even be tried: nobody there to do it to. */
enum { SKIPPED = 1000 };

/* When a program begins; so that what is long ago is not 0. */
enum { FIRST_TIME = 1000 };

enum record_kind { BEGINS, ENDS, DIES, UNCAUGHT, CALLBACK, DRIVER };

/* Bits of a task's state; none of them: it has ended, or was not spawned. */
enum {
	IS_RUNNABLE = 1,
	IS_BLOCKED = 2,
	IS_PAUSED = 4,
	IS_SCHEDULED = 8,
	IS_HELD = 16,
	IS_CANCELLED = 32,
	HAS_BEGUN = 64,
};

struct chan_state {
	int16_t balance;
	int16_t handoffs;
	int16_t oldest; /* when the first came; -1 */
	uint8_t stored;
	uint8_t held;
	uint8_t capacity;
	int8_t preference;
	bool schedule_all;
	bool is_closing;
	bool is_closed;
	int8_t queue[MOST_QUEUE]; /* who waits; then NOBODY */
};

struct state {
	struct chan_state channels[MOST_CHANNELS];
	uint8_t tasks[MOST_TASKS];
	uint8_t deliveries[MOST_TASKS]; /* how many each of them holds */
	uint8_t runcount;
	int16_t next_deadline; /* -1: there is none */
};

struct record {
	enum record_kind kind;
	int task;      /* NOBODY: the driver */
	int operation; /* of its script */
	int result;    /* 0 or more, or negative errno */
	int value;     /* what came, or was left of what was given */
	int extra;     /* depends on the verb */
	bool has_state;
	struct state state;
};

struct trace {
	int count;
	struct record records[MOST_RECORDS];
};

/* The next record, all zero. */
struct record *trace_add(struct trace *trace, enum record_kind kind, int task,
			 int operation);

/* Where they differ first; -1: they do not. */
int trace_difference(const struct trace *a, const struct trace *b);

/* Around that place: what came before, and both. */
void trace_print_difference(const struct program *program,
			    const struct trace *model, const struct trace *real,
			    int place, FILE *file);

#endif
