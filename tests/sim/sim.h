/* SPDX-License-Identifier: MIT */
/*
 * sim.h - one run of the real daemon on simulated sockets, clock and memory.
 *
 * The real loop, sessions, calls, channels and tasks run on the real stacks;
 * only what is below struct sys and the poller is ours. The daemon asks the
 * poller what is ready: there the script goes on, step by step, and there
 * everything is looked at.
 */
#ifndef SIM_SIM_H
#define SIM_SIM_H

#include "rpc/drain.h"
#include "script.h"
#include "session.h"

enum { FIRST_FD = 1000 };

struct sim {
	const struct script *script;
	unsigned at; /* the next step */
	uint64_t noise;
	int64_t now;
	int64_t turned; /* a turn was made at that time */
	uint64_t trace; /* a hash of all that was written, and when */
	uint64_t looks;
	unsigned phase;
	unsigned calm_looks;
	bool is_loud;
	bool one_by_one; /* each step when the last one has had its effect */
	void (*visit)(void); /* called at rest */
	/* What a step sends as garbage, of ASK_MOST bytes at most; NULL: what
	 * is surely none. */
	size_t (*garbage)(const struct step *step, uint8_t *bytes);
	unsigned fail_nth, fail_more; /* memory_fail() has these; 0: nothing */
	unsigned hurt;	   /* calls and connections, by lack of memory */
	bool fails_memory; /* has ever */
	bool kills;
	bool is_undoing;
	bool is_asking;		    /* at rest, for server.stats */
	bool closes[CHANNELS_MOST]; /* each: has ever */
	bool stores[CHANNELS_MOST];
	struct loop *loop;
	struct service service;
	struct drain drain;
	struct session_limits limits;
	struct listener *listener;
};

extern struct sim sim;

/* What went wrong; the process ends. */
void violation(const char *format, ...) FORMAT(1) __attribute__((noreturn));

static inline void
must(bool holds, const char *what)
{
	if (__builtin_expect(!holds, 0))
		violation("%s", what);
}

/* Say what happens, run by run. */
void say(const char *format, ...) FORMAT(1);

/* Run a script from its beginning to its end; returns the trace's hash. */
uint64_t sim_run(const struct script *script);

/* Random numbers of the step that is done now. */
static inline unsigned
noise_below(unsigned limit)
{
	return random_below(&sim.noise, limit);
}

static inline void
trace(uint64_t what)
{
	sim.trace = (sim.trace ^ what) * 0x100000001b3;
}

/* ---- turns.c: who can run ---- */

/* From now on; the daemon has begun. */
void turns_begin(void);

/* ---- audit.c: looks into the daemon ---- */

void audit_begin(void);
/* Between two rounds. */
void audit_round(void);
/* Nobody runs, and nothing is ready. */
void audit_rest(void);
/* What server.stats has answered, at rest. */
void audit_stats(struct reader stats);
/* All clients have gone. */
void audit_end(void);

#endif
