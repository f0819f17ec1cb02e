/* SPDX-License-Identifier: MIT */
/*
 * service.h - what all calls share: the channels, who is connected, limits.
 */
#ifndef RPC_SERVICE_H
#define RPC_SERVICE_H

#include "base/list.h"
#include "base/log.h"
#include "chan/hub.h"
#include "proto/limits.h"
#include "rpc/methods.h"

enum { CLIENT_PEER = 64 }; /* bytes of a peer's name, with its NUL */

struct service {
	struct hub *hub;
	struct method_index methods;
	struct list clients; /* in the order in which they came */
	size_t client_count;
	/* The time of this moment; sched_time() is that of this round. */
	int64_t (*clock)(void);
	size_t max_message;
	size_t max_connections;
	size_t max_channels;
	int64_t started;    /* sched_time() */
	int64_t epoch_s;    /* seconds since 1970 at the start */
	uint64_t boot;	    /* random; another one after each start */
	bool is_stopping;   /* calls are answered SHUTDOWN */
	uint64_t malformed; /* connections closed for what they sent */
	struct log_gate malformed_gate;
};

/* Who calls: one connection, as the others see it. Not the task's owner. */
struct client {
	struct list link;
	struct task *task;
	const struct chan *waits_on; /* while a call may wait on it */
	int64_t since;		     /* sched_time() of its beginning */
	uint64_t requests;
	bool in_call;
	bool is_leaving; /* will ask nothing more: calls do not wait */
	bool is_gone;	 /* nobody would read an answer any more */
	char name[LIMIT_CLIENT_NAME + 1];
	char peer[CLIENT_PEER];
};

/* Enter and leave the service's list. */
void client_join(struct client *client, struct service *service);
void client_leave(struct client *client, struct service *service);

/* "running", "runnable", "blocked", "paused" or "idle". */
const char *client_state(const struct client *client);

#endif
