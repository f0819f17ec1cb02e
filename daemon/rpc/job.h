/* SPDX-License-Identifier: MIT */
/*
 * job.h - a call that runs in a task of its own: one that was spawned, or one
 * of a connection whose calls run side by side.
 *
 * It belongs to its connection, and ends with that.
 */
#ifndef RPC_JOB_H
#define RPC_JOB_H

#include "rpc/call.h"

/*
 * Begin the request or notification `frame`, which is copied; it is answered
 * when it is done. 0; -ENOBUFS with a reason, -EINVAL: its msgid is in use;
 * -ENOMEM.
 */
MUST_CHECK int job_begin(struct service *service, struct client *client,
			 const struct frame *frame, char reason[CALL_REASON]);

/* How many wait for the end of a worker: none for a connection's own. */
size_t job_joiners(const struct worker *worker);

/* The one with that msgid, if it still waits for something; or NULL. */
struct worker *job_find(const struct client *client, uint32_t msgid);

/* Withdraw all of them, and let them end. */
PARKS void job_end_all(struct client *client);

#endif
