/* SPDX-License-Identifier: MIT */
/*
 * child.h - a command that runs beside us: bytes in, bytes out, how it ended.
 *
 * It dies when we do. It is over when its process has ended; what children of
 * its own still write then is not waited for.
 */
#ifndef CLIENT_TOOL_CHILD_H
#define CLIENT_TOOL_CHILD_H

#include "client/base/loop.h"

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { CHILD_LINE_MOST = 512 };

/* What a command is to be run with; all of it is only looked at. */
struct child_order {
	char *const *program;	     /* its words, closed by NULL */
	const char *environment[10]; /* "NAME", "value", ... NULL */
	const sigset_t *mask;
	bool is_foreground; /* our own standard streams, and our group */
	bool is_loud;	    /* what it writes to standard error is ours, too */
	int kept;	    /* a descriptor that stays open in it; 0: none */
	const void *input;  /* must stay until it has ended */
	size_t input_size;
	size_t output_limit;
};

struct child {
	struct loop *loop;
	pid_t pid; /* 0: not running */
	const char *input;
	size_t input_left;
	struct loop_watch in, out, err, life; /* fd -1: closed */
	char *output;
	size_t output_size;
	size_t output_room;
	size_t output_limit;
	bool is_too_long; /* it wrote more than the limit; the rest is lost */
	bool is_loud;
	char line[CHILD_LINE_MOST + 1]; /* the last it wrote to stderr */
	size_t line_size;
	bool line_is_whole;
	int status; /* as waitpid(2) has it, when it has ended */
	void (*ended)(struct child *child);
	void *context;
};

/*
 * Run a command; `ended` is called when it is over.
 *
 *   child  all zero, or given back by child_fini()
 *
 * 0, or a negative errno: why it could not be run. child_fini() in any case.
 */
int child_start(struct child *child, struct loop *loop,
		const struct child_order *order, void (*ended)(struct child *),
		void *context);

/* Send it a signal, if it runs; to its group, if that is its own. */
void child_signal(const struct child *child, int number);

/* Forget it: one that runs is killed. */
void child_fini(struct child *child);

/* What a shell's status would be: its own, or 128 and the signal's number. */
int child_exit_status(const struct child *child);

/* 127 for a command that is not found, 126 for one that cannot be run. */
int child_refusal_status(int negative_errno);

#endif
