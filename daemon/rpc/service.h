/* SPDX-License-Identifier: MIT */
/*
 * service.h - what all calls share: the channels, who is connected, limits.
 */
#ifndef RPC_SERVICE_H
#define RPC_SERVICE_H

#include "access/identity.h"
#include "base/list.h"
#include "base/log.h"
#include "base/map.h"
#include "base/outbox.h"
#include "chan/delivery.h"
#include "chan/hub.h"
#include "proto/limits.h"
#include "rpc/methods.h"

struct call;

/*
 * Limits that were reached, counted apart, and what server.stats calls them
 * behind "refused_".
 */
#define REFUSALS(X)                                                            \
	X(connections)                                                         \
	X(addresses)                                                           \
	X(messages)                                                            \
	X(channels)                                                            \
	X(capacities)                                                          \
	X(deliveries)                                                          \
	X(tasks)                                                               \
	X(watchers)

enum { BOOT_DIGITS = 16 }; /* hexadecimal */

enum refusal {
#define X(name) REFUSED_##name,
	REFUSALS(X)
#undef X
	    REFUSAL_COUNT
};

struct service {
	struct hub *hub;
	const struct access *access; /* the rules in force; NULL: none */
	struct method_index methods;
	struct map tasks;     /* workers by id */
	struct list workers;  /* in the order in which they came */
	struct list watchers; /* clients that are told of operations */
	size_t client_count;
	size_t job_count; /* that run: no results that are kept */
	size_t watcher_count;
	/* The time of this moment; sched_time() is that of this round. */
	int64_t (*clock)(void);
	size_t max_message;
	size_t max_output;
	size_t max_connections;
	size_t max_channels;
	size_t max_capacity;
	size_t max_held;	    /* deliveries of a connection */
	size_t max_tasks;	    /* that a connection has spawned */
	size_t max_watchers;	    /* connections */
	int64_t started;	    /* sched_time() */
	int64_t epoch_s;	    /* seconds since 1970 at the start */
	char boot[BOOT_DIGITS + 1]; /* random; another one after each start */
	uint64_t deliveries;	    /* made so far: the number of the last */
	uint64_t accepted;	    /* connections */
	uint64_t requests;	    /* begun */
	uint64_t failures;	    /* requests that ended with an error */
	uint64_t refused[REFUSAL_COUNT]; /* for a limit */
	uint64_t stalled;	 /* times that answers waited to be read */
	uint64_t denied;	 /* requests, for want of a right */
	uint64_t strangers;	 /* connections closed for want of a hello */
	uint64_t malformed;	 /* connections closed for what they sent */
	uint64_t tls_handshakes; /* done */
	uint64_t tls_failures;	 /* of handshakes */
	uint64_t tls_broken;	 /* connections whose end was not the peer's */
	/* Told of each call before it is made, or NULL. */
	void (*on_call)(const struct call *call);
	bool is_stopping; /* calls are answered SHUTDOWN */
	bool is_draining; /* but those that settle are served still */
};

/* A task that runs calls, as the others see it. Not the task's owner. */
struct worker {
	struct map_node node; /* by id */
	struct list link;     /* among all */
	struct client *client;
	struct task *task; /* NULL when it has ended */
	uint64_t id;
	const struct chan *waits_on; /* while a call may wait on it */
	const struct call *call;     /* that it runs, on its stack */
	int64_t since;		     /* sched_time() of its beginning */
	uint64_t requests;
	bool in_call;
	bool is_parked; /* in task.park */
	bool is_spawned;
	bool is_killed;	  /* it begins no call any more */
	bool is_revoked;  /* its call was ended, for want of a right */
	bool is_in_doubt; /* when all were stopped, a receiver had its value */
};

/* One connection. */
struct client {
	struct worker worker;	  /* its own task */
	char *name;		  /* what it calls itself, or NULL */
	const char *peer;	  /* where it is; its owner's */
	struct list jobs;	  /* the calls that run in tasks of their own */
	size_t job_count;	  /* results that are kept included */
	struct identity identity; /* who it is */
	struct holder holder;
	struct watcher *watcher;     /* what it is told of, or NULL */
	const struct method *recent; /* the one that it called last */
	struct outbox *out;
	/* See that what is in `out` is written at the end of the turn. */
	void (*send)(void *context);
	void *context;
	bool errors_are_arrays;
	bool is_concurrent;
	bool is_leaving; /* will ask nothing more: calls do not wait */
	bool is_gone;	 /* nobody would read an answer any more */
};

/* The tables; the limits are set before, the hub after. 0 or -ENOMEM. */
MUST_CHECK int service_init(struct service *service, const uint64_t seed[2]);
void service_fini(struct service *service);

/*
 * No more connections: max_connections are open, those counted, too, whose
 * last answers are being read, and `coming` that are on their way in.
 */
bool service_is_full(const struct service *service, size_t coming);

/*
 * Whoever waits for somebody else is told that the daemon stops, but for a
 * sender whose value is held; connections live on.
 */
void service_let_go(struct service *service);

/* Nothing is done any more, whoever waits is told, and all leave. */
void service_stop(struct service *service);

/*
 * From now on these are the rules; they outlive the service, or what is set
 * next. Who may not do any more what he waits for is told: DENIED.
 */
void service_set_access(struct service *service, const struct access *access);

/* Enter, with the task that was spawned for it, and leave. */
void client_join(struct client *client, struct service *service,
		 struct task *task);
/* Its jobs have ended; what it holds is lost, and its name forgotten. */
void client_leave(struct client *client, struct service *service);

/* What it calls itself, or "". */
const char *client_name(const struct client *client);

void worker_join(struct worker *worker, struct service *service,
		 struct client *client, struct task *task);
void worker_leave(struct worker *worker, struct service *service);

/* The worker of that id, or NULL. */
struct worker *worker_find(const struct service *service, uint64_t id);

/* Is a call of it blocked, held or parked, and so can be made to fail? */
bool worker_waits(const struct worker *worker);

/* "running", "runnable", "blocked", "held", "paused" or "idle". */
const char *worker_state(const struct worker *worker);

#endif
