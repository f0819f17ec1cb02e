/* SPDX-License-Identifier: MIT */
/*
 * loop.h - drives the scheduler with what happens on descriptors.
 *
 * One round: run turns of the ring, until it is empty or four thousand switches
 * were made; write what the tasks have put out; look what is ready, waiting
 * for it only if nobody is left on the ring, and then at most until the next
 * deadline. It never sleeps while R is not empty.
 *
 * Knows base/ and task/; it alone knows libevent.
 */
#ifndef NET_LOOP_H
#define NET_LOOP_H

#include "net/layer.h"
#include "net/sys.h"
#include "task/task.h"

struct loop;

/* A loop over `sys`, which must outlive it. NULL when out of memory. */
struct loop *loop_new(const struct sys *sys);
/* NULL, always. Everything that was watched must be gone. */
struct loop *loop_free(struct loop *loop);

/* Rounds until loop_stop(). 0, or a negative errno value from the kernel. */
int loop_run(struct loop *loop);
void loop_stop(struct loop *loop);

/* Stop as soon as no task is left. */
void loop_finish(struct loop *loop);

/*
 * Name in the log every task that holds the processor for `period`
 * nanoseconds or more: see watchdog.h. Once in a loop's life. 0 or -ENOMEM.
 */
MUST_CHECK int loop_watch_tasks(struct loop *loop, int64_t period);

/* The time as sched_time() has it, brought up to date after a sleep. */
int64_t loop_time(struct loop *loop);

/* A descriptor that nobody has taken, and its layer, or NULL. */
void loop_close(struct loop *loop, int fd, struct layer *layer);

/*
 * Call `caught` with the number of each of these signals that comes, from
 * the loop and not from a signal handler. They are blocked for the process
 * from here on. Once in a loop's life. 0 or a negative errno value.
 */
MUST_CHECK int loop_catch_signals(struct loop *loop, const int *signals,
				  int count,
				  void (*caught)(void *context, int signal),
				  void *context);

#endif
