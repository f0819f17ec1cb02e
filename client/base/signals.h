/* SPDX-License-Identifier: MIT */
/*
 * signals.h - SIGINT and SIGTERM ask a call to be withdrawn.
 *
 * Dying in the middle of a call would leave nobody to say whether the value
 * changed hands. So while one is out, the first signal is only read; it is
 * the second that kills.
 */
#ifndef CLIENT_BASE_SIGNALS_H
#define CLIENT_BASE_SIGNALS_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

struct signals {
	int fd;		 /* readable when one has come */
	sigset_t caught; /* those that were not ignored when we began */
	sigset_t former; /* the mask to go back to */
	int first;	 /* the one that came first, or 0 */
	int64_t first_at;
	bool forwards;	    /* they are for somebody else: none ends us */
	int latest;	    /* the one that came last; its user sets it to 0 */
	bool from_terminal; /* that one */
};

/* From here on they are read. 0 or a negative errno. */
int signals_take(struct signals *signals);

/*
 * Read one, when there is one. The first goes to `signals->first`. One that
 * follows it closely is the same wish, sent twice, as timeout(1) does to a
 * process and then to its group. A later one ends the process.
 */
void signals_read(struct signals *signals);

/*
 * They kill again, but for one of each: the call is over, and a signal that
 * came too late to withdraw it must not cost us its answer.
 */
void signals_give_back(struct signals *signals);

#endif
