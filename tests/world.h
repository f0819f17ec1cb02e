/* SPDX-License-Identifier: MIT */
/*
 * world.h - a loop whose calls to the world a test can count, cut short and
 * make fail, and whose clock it turns.
 */
#ifndef TESTS_WORLD_H
#define TESTS_WORLD_H

#include "net/loop.h"
#include "net/stream.h"

#define MS INT64_C(1000000)

struct world {
	struct loop *loop;
	int64_t now;	 /* what the clock says */
	int64_t tick;	 /* by how much it goes on each time it is asked */
	unsigned clocks; /* how often it was: once a round */
	unsigned reads;	 /* each of these: how many calls were made */
	unsigned writes;
	unsigned accepts;
	unsigned gones;	   /* how often it was asked whether a peer is gone */
	size_t read_most;  /* bytes that one call reads at most */
	size_t write_most; /* bytes that can be written until the next round */
	size_t written;	   /* of these, in the round `write_round` */
	unsigned write_round;
	size_t largest_read;	/* that was ever asked for */
	int write_error;	/* 0, or what a write fails with */
	int accept_error;	/* the same for accept, */
	unsigned accept_errors; /* so many times */
};

extern struct world world;

/* Abort unless it holds; unlike an assertion of the suite, takes no memory. */
void world_must(bool holds);

/* A loop on a ring without tasks; at 1 s, and the clock stands still. */
void world_open(void);
/* Everything is gone by then; no stack was more than half full. */
void world_close(void);

/* Run the loop until no task is left. */
void world_run(void);

/* A task: until the loop has looked `count` times more at what is ready. */
PARKS void world_rounds(unsigned count);

/* A connected pair of non-blocking sockets; of tcp on the loopback. */
void world_pair(int fds[2]);
void world_tcp_pair(int fds[2]);

/* A stream, its peer's descriptor, and the task that owns it. */
struct conn {
	struct stream *stream;
	struct task *owner;
	int fd; /* the stream's */
	int peer;
};

/* Over a pair of these: spawn the owner, with `conn` as its argument. */
void conn_start(struct conn *conn, task_fn *owner);
void conn_start_over(struct conn *conn, const int fds[2], task_fn *owner);

/* The peer: write all of it; there must be room. */
void world_put(int fd, const void *data, size_t size);
/* The same from a task, which waits for room. */
PARKS void world_push(int fd, const void *data, size_t size);
/* From a task: read up to `size` bytes, until the end; how many came. */
PARKS size_t world_pull(int fd, void *data, size_t size);
/* Close so that the other side is reset. */
void world_reset(int fd);

#endif
