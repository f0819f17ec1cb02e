/* SPDX-License-Identifier: MIT */
/*
 * program.h - a small random program: tasks that each do a list of
 * operations on a few channels, and a driver that tells them the time.
 *
 * It is data, so that it can be run by the daemon's own rooms (real.h) and by
 * a model of them (model.h), be made smaller, and be read by people.
 */
#ifndef TESTS_MODEL_PROGRAM_H
#define TESTS_MODEL_PROGRAM_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum {
	MOST_TASKS = 6,
	MOST_CHANNELS = 3,
	MOST_OPERATIONS = 10,
	MOST_ITEMS = 5,	 /* of a select or an atomic */
	MOST_VALUES = 3, /* of a sequence */
	MOST_EVENTS = 8,
	MOST_DELIVERIES = MOST_TASKS * MOST_OPERATIONS,
};

/* Timeouts that are no time from now on. */
enum { FOR_EVER = -1, LONG_AGO = -2 };

/*
 * What a task can do, and with which of an operation's fields: c chan, t task,
 * v value, d timeout, n number of a delivery, l lease, k amount, s the cases
 * of a select, a the steps of an atomic. `weight`: how often it is drawn.
 */
#define VERBS(VERB)                                                            \
	VERB(SEND, "send", "cvd", 12)                                          \
	VERB(RECEIVE, "receive", "cd", 12)                                     \
	VERB(SEND_EXCEPTION, "send_exception", "cvd", 3)                       \
	VERB(SEND_SEQUENCE, "send_sequence", "cvdk", 3)                        \
	VERB(NEXT, "next", "cd", 4)                                            \
	VERB(TAKE, "take", "cdnl", 8)                                          \
	VERB(TAKE_NEXT, "take_next", "cdnl", 2)                                \
	VERB(ACK, "ack", "nv", 4)                                              \
	VERB(FAIL, "fail", "nv", 3)                                            \
	VERB(NACK, "nack", "n", 6)                                             \
	VERB(EXTEND, "extend", "nl", 2)                                        \
	VERB(HOLDER_END, "holder_end", "", 2)                                  \
	VERB(BROADCAST, "broadcast", "cv", 3)                                  \
	VERB(SELECT, "select", "ds", 10)                                       \
	VERB(ATOMIC, "atomic", "a", 6)                                         \
	VERB(SCHEDULE, "schedule", "", 6)                                      \
	VERB(PARK, "park", "d", 3)                                             \
	VERB(PREFERENCE, "preference", "ck", 3)                                \
	VERB(SCHEDULE_ALL, "schedule_all", "ck", 2)                            \
	VERB(CAPACITY, "capacity", "ck", 3)                                    \
	VERB(CLOSE, "close", "c", 2)                                           \
	VERB(OPEN, "open", "c", 2)                                             \
	VERB(CLOSE_AND_WAKE, "close_and_wake", "c", 2)                         \
	VERB(CLEAR, "clear", "c", 1)                                           \
	VERB(SPAWN, "spawn", "t", 2)                                           \
	VERB(INSERT, "insert", "t", 4)                                         \
	VERB(REMOVE, "remove", "t", 4)                                         \
	VERB(RUN, "run", "t", 4)                                               \
	VERB(SWITCH, "switch", "t", 3)                                         \
	VERB(KILL, "kill", "t", 3)                                             \
	VERB(KILL_PENDING, "kill_pending", "t", 3)                             \
	VERB(THROW, "throw", "tv", 3)                                          \
	VERB(THROW_PENDING, "throw_pending", "tv", 3)                          \
	VERB(CANCEL, "cancel", "t", 6)                                         \
	VERB(SET_LEAVING, "set_leaving", "t", 2)                               \
	VERB(BLOCK_TRAP, "block_trap", "k", 1)                                 \
	VERB(SWITCH_TRAP, "switch_trap", "k", 1)                               \
	/* the driver's own */                                                 \
	VERB(ADVANCE, "advance", "k", 0)                                       \
	VERB(TURN, "turn", "", 0)                                              \
	VERB(RUN_ALL, "run_all", "", 0)

enum verb {
#define VERB(name, text, arguments, weight) name,
	VERBS(VERB)
#undef VERB
	    VERB_COUNT
};

struct verb_row {
	const char *text;
	const char *arguments;
	unsigned weight;
};

extern const struct verb_row verb_rows[VERB_COUNT];

/* A case of a select, or a step of an atomic; `value` is also an amount. */
struct item {
	enum verb verb;
	int chan;
	int value;
};

struct operation {
	enum verb verb;
	int chan;
	int task;
	int value; /* more than 0; a sequence also sends those that follow */
	int timeout;
	int amount;
	int number;
	int lease;
	int count; /* of items */
	struct item items[MOST_ITEMS];
};

struct script {
	bool is_lazy;	  /* started by a `spawn` only */
	bool is_stubborn; /* goes on after a TaskletExit */
	int count;
	struct operation operations[MOST_OPERATIONS];
};

struct settings {
	int preference;
	bool schedule_all;
	int capacity;
};

struct program {
	int channel_count;
	int task_count;
	int event_count;
	struct settings channels[MOST_CHANNELS];
	struct script tasks[MOST_TASKS];
	/* What the driver does; at last it runs all. */
	struct operation events[MOST_EVENTS];
};

/* The program of that number; the same on every machine. */
void program_make(struct program *program, uint64_t seed);

/* As a script that people can read. */
void program_print(const struct program *program, FILE *file);
void operation_print(const struct operation *operation, FILE *file);

/*
 * The next smaller program, by leaving out or simplifying one thing.
 *
 *   step  which of them, from 0
 *
 * False when there is no such step.
 */
bool program_shrink(struct program *program, unsigned step);

#endif
