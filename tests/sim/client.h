/* SPDX-License-Identifier: MIT */
/*
 * client.h - clients that speak real bytes, and do what the script says.
 */
#ifndef SIM_CLIENT_H
#define SIM_CLIENT_H

#include "ledger.h"
#include "proto/frame.h"
#include "socket.h"

struct conn {
	uint8_t client;
	bool is_there;	    /* the client has not closed it in any way */
	bool is_ended;	    /* the daemon has closed it */
	bool is_deaf;	    /* the client does not read */
	bool is_concurrent; /* from here on */
	bool has_notified;  /* what may wait, and is never answered */
	/* It has sent what is no message, or what no memory was there for. */
	bool has_erred;
	bool is_raw;	      /* it has sent what nobody knows */
	uint16_t first, last; /* requests that were not answered */
	struct frame_scan scan;
	struct buffer out;
};

extern struct conn conns[SOCKETS_MOST]; /* as sockets[] */

void clients_begin(void);
void client_step(const struct step *step);

/* All is delivered, all is read, and nothing fails any more. */
void clients_calm(void);
/* Nothing comes any more: does everybody wait who must? */
void clients_judge(void);
/* Ask for server.stats on a connection of its own; was it answered? */
void clients_ask_stats(void);
/* All leave. */
void clients_leave(void);

/* ---- ask.c ---- */

/*
 * Write the request, or notification, that a step says, and enter it into the
 * ledger. 0: it makes no sense now.
 */
unsigned ask_put(const struct step *step, unsigned conn, uint8_t *bytes,
		 size_t *size);
enum { ASK_MOST = 64 << 10 };

unsigned ask_hello(unsigned conn, bool concurrent, bool array, uint8_t *bytes,
		   size_t *size);

#endif
