/* SPDX-License-Identifier: MIT */
/*
 * socket.h - simulated sockets: the daemon's end through struct sys and the
 * poller, and the client's.
 */
#ifndef SIM_SOCKET_H
#define SIM_SOCKET_H

#include "net/sys.h"

#include <stddef.h>

enum { SOCKETS_MOST = 64 };

struct buffer {
	uint8_t *data;
	size_t begin, end, room;
};

struct watch;

struct socket {
	struct watch *watch;
	int ready;	     /* found so, and not called back yet */
	bool is_new;	     /* a change that edge-triggered watches are told */
	bool is_open;	     /* accepted, and not closed by the daemon */
	bool waits;	     /* to be accepted */
	bool is_half_closed; /* by the client, behind what it has sent */
	bool is_closed;
	bool is_reset;
	bool reset_is_told;
	bool is_seen_gone; /* the daemon has asked, or been told */
	bool is_stalled;   /* nothing gets through */
	bool dribbles;
	bool is_shut;	  /* by the daemon: it writes nothing more */
	bool is_hurt;	  /* a call about it has failed, and not in passing */
	struct buffer in; /* from the client */
	size_t visible;	  /* of these bytes, what the daemon can read */
	size_t room;	  /* what it can write */
};

extern const struct sys socket_sys;
extern struct socket sockets[SOCKETS_MOST]; /* the first listens */

/* Forget all of them, but not their memory. */
void sockets_begin(void);

/* What is ready is called back. Whether anything was. */
bool sockets_fire(void);

/* All sessions are over: is each descriptor closed that they had? */
void sockets_end(void);

/* ---- the client's end; `i` is the socket's number ---- */

/* A new one; 0: there can be no more in this run. */
unsigned socket_connect(void);
void socket_put(unsigned i, const void *data, size_t size);
/* Of what it has sent, something was not read. */
bool socket_has_unread(unsigned i);
/* Let up to `most` bytes get through, unless it is stalled. */
void socket_flow(unsigned i, size_t most);
void socket_half_close(unsigned i);
void socket_close(unsigned i);
void socket_reset(unsigned i);
/* The client can take so many bytes. */
void socket_make_room(unsigned i, size_t room);
/* Let so many of the next calls fail. */
void socket_fail_calls(unsigned count);

/* ---- told by socket.c, done by client.c ---- */

void client_read(unsigned i, const void *data, size_t size);
void client_closed(unsigned i);

#endif
