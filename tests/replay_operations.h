/* SPDX-License-Identifier: MIT */
/*
 * replay_operations.h - what a tasklet of a scheduling vector can do.
 *
 * There are no semantics here: an operation calls one function of daemon/task
 * or daemon/chan, and says how its result is written. A new one is a line in
 * the table.
 */
#ifndef TESTS_REPLAY_OPERATIONS_H
#define TESTS_REPLAY_OPERATIONS_H

#include "chan/chan.h"
#include "task/sched.h"

#include <jansson.h>

enum { MOST = 32, WORD = 64, WORDS = 8 };

struct channel {
	const char *name;
	struct chan chan;
};

struct tasklet {
	const char *name;
	json_t *script;
	struct task *task;
	uint64_t id; /* 0: never spawned */
	bool is_lazy;
	bool is_stubborn;
	bool has_begun;
	bool has_ended;
	bool was_killed;
};

/* The program that runs now. */
struct vector {
	struct channel channels[MOST];
	struct tasklet tasklets[MOST];
	size_t channel_count;
	size_t tasklet_count;
	json_t *trace;
	bool is_over; /* what happens now is cleaning up */
};

extern struct vector vector;

/* One operation as it runs: its words, and what it came to. */
struct operation {
	struct tasklet *self;
	struct chan *chan;     /* named by the first word behind it, */
	struct tasklet *other; /* or this is */
	char words[WORDS][WORD];
	unsigned count;	  /* of words */
	json_t *result;	  /* on success; owned */
	char error[WORD]; /* of an exception that was received */
};

const char *vector_name_of(const struct task *task);

/* Put a tasklet on the ring. */
void vector_spawn(struct tasklet *tasklet);

struct verb {
	const char *name;
	/* 0, or a negative errno value that stands for an exception. */
	int (*run)(struct operation *op);
};

/* The operation of that name, or NULL. */
const struct verb *verb_find(const char *name);

#endif
