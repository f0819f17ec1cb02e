/* SPDX-License-Identifier: MIT */
/*
 * lines.h - the generator's connections, on one epoll.
 *
 * What has been said on a line goes out at the end of the step, in one write.
 * Whatever goes wrong ends the program, with a sentence and the status 1.
 */
#ifndef BENCH_LINES_H
#define BENCH_LINES_H

#include <netinet/in.h>
#include <sys/un.h>

#include "dialect.h"

/* Where the server is. */
struct address {
	int family;
	union {
		struct sockaddr any;
		struct sockaddr_in tcp;
		struct sockaddr_un local;
	};
	socklen_t size;
};

/* What is to be done with an event. */
typedef void line_heard(struct line *line, enum heard heard,
			const struct event *event);

_Noreturn void fail(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

int64_t clock_ns(void);

/* `url`: tcp:PORT, on the loopback, or unix:PATH. */
void lines_open(const char *url, const struct dialect *dialect,
		line_heard *heard);

/* A line that is connected and has greeted: all but fd is the caller's. */
void line_open(struct line *line);
void line_close(struct line *line);

/* Something has been added to its output. */
void line_mark(struct line *line);

/* Write what is to be written, wait up to `wait_ms`, hear what has come. */
void lines_step(int wait_ms);

/* Steps until `*counter` has reached `goal`; after a minute without, fail. */
void lines_until(const unsigned *counter, unsigned goal, const char *what);

/* Steps for so long. */
void lines_for(int64_t span_ns);

#endif
