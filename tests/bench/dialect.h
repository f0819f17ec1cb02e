/* SPDX-License-Identifier: MIT */
/*
 * dialect.h - how a server is spoken to.
 *
 * A dialect only appends to a line's output and takes apart its input; what is
 * sent when, and whether what comes is right, is the generator's business.
 * Another server needs one more file with a struct dialect, a place in
 * `dialects`, and a line in bench.py that starts it.
 */
#ifndef BENCH_DIALECT_H
#define BENCH_DIALECT_H

#include <stdbool.h>

#include "buffer.h"

enum mode {
	PLAIN, /* a value is done when it has come */
	ACK,   /* when its receiver has confirmed it */
	CALL,  /* when its reply has come */
};

enum role { SENDER, RECEIVER, CALLER, WORKER };

enum { CHANNEL_MOST = 32, HELD_MOST = 64 };

/* One connection. */
struct line {
	int fd;
	enum role role;
	enum mode mode;
	struct lane *lane; /* NULL: parked, or a worker */
	unsigned number;
	unsigned depth; /* puts that may be on their way at once */
	unsigned size;	/* of a value */
	char channel[CHANNEL_MOST];
	char replies[CHANNEL_MOST]; /* CALLER: where it hears them */
	bool is_ready;
	bool is_full; /* output waits for the socket */
	bool is_marked;
	struct buffer in, out;
	/* what a dialect keeps: the receipt of the value it has last heard */
	uint8_t held[HELD_MOST];
	size_t held_size;
	uint64_t counter;
};

enum heard {
	MORE, /* the input is not whole yet */
	WRONG,
	NOTHING,
	READY,	  /* the greeting was answered */
	ANSWERED, /* `count` puts were */
	VALUE,	  /* has come; to a CALLER: the reply */
	SETTLED,  /* the confirmation of one value was */
};

struct event {
	size_t used; /* bytes of input */
	unsigned count;
	const uint8_t *data;
	size_t size;
};

struct dialect {
	const char *name;
	bool answers_puts;
	bool settles;	/* a confirmation has an answer of its own; else, in the
			   mode ACK, the put is answered when confirmed */
	bool takes_one; /* what is behind a take that waits is not looked at */
	bool is_armed;	/* receivers need not ask for each value */
	bool can_call;
	bool can_ack;
	/* Leads to one READY. */
	void (*greet)(struct line *line);
	/* On line->channel, or in the mode CALL to the workers. */
	void (*put)(struct line *line, const void *data, size_t size);
	/* Ask for one value; confirm the one held, if there is one. */
	void (*take)(struct line *line);
	/* A worker: answer the call held, and ask for the next. `replies`:
	 * where its caller hears. */
	void (*answer)(struct line *line, const char *replies, const void *data,
		       size_t size);
	/* One event from the input. */
	enum heard (*hear)(struct line *line, const uint8_t *data, size_t size,
			   struct event *event);
};

extern const struct dialect chand_dialect, redis_dialect, nats_dialect,
    beanstalkd_dialect, floor_dialect;

/* The line of text at `data`: its length with the end, or 0 if not whole. */
size_t dialect_text(const uint8_t *data, size_t size);

#endif
