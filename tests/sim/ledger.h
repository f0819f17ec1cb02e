/* SPDX-License-Identifier: MIT */
/*
 * ledger.h - what clients have asked for and what they were told: of every
 * value who sent it, who got it, and who said so.
 */
#ifndef SIM_LEDGER_H
#define SIM_LEDGER_H

#include "proto/value.h"
#include "script.h"

#include <stddef.h>

enum code {
	CODE_NONE, /* no answer yet, or never */
	CODE_OK,
#define ERROR(code, number, exit, text) CODE_##code,
#include "proto/errors.def"
#undef ERROR
	CODES,
};

enum { OPERATIONS_MOST = 4, MS = 1000000 };

enum kind { PLAIN, EXCEPTION, COPY, REPLY };

/* One part of an atomic, one case of a select, or all of another call. */
struct operation {
	uint8_t verb;
	uint8_t channel;
	uint16_t value; /* the first one that it sends, or 0 */
	uint16_t count;
};

struct request {
	uint8_t verb;
	uint8_t conn;
	uint8_t code;
	bool is_notification;
	bool is_serial;
	bool is_spawned;   /* runs in a task of its own */
	bool is_listed;	   /* among those that its connection waits for */
	bool is_acking;	   /* a receive with ack */
	bool may_settle;   /* `delivery` is settled by it */
	uint16_t next;	   /* of the same connection */
	uint16_t inner;	   /* what it spawns, or waits for */
	uint16_t delivery; /* + 1; 0: none */
	uint64_t task;	   /* of what was spawned */
	int64_t timeout;   /* ns; -1: none */
	int64_t lease;
	int64_t issued;
	int64_t turned; /* all that was due by then had expired */
	unsigned count; /* of operations */
	struct operation operations[OPERATIONS_MOST];
};

struct value {
	uint8_t kind;
	uint8_t channel;
	uint8_t code;	   /* what its sender was told */
	uint8_t plain;	   /* how often it was received for good */
	uint8_t acks;	   /* how often an acknowledgement succeeded */
	uint8_t issued;	   /* how often one was asked for */
	uint8_t denied;	   /* how often that was refused, with no effect */
	uint8_t held;	   /* how often it was delivered */
	uint32_t attempts; /* bits */
	uint16_t request;
	uint16_t delivery; /* + 1, of a REPLY */
	uint16_t copies;   /* COPY: how many were told of */
};

struct delivery_seen {
	uint16_t value;
	uint8_t conn;
	uint8_t attempt;
	uint8_t asked; /* how often it was to be settled */
	bool is_settled;
	bool is_acked;
	bool is_nacked; /* that was asked for */
	bool is_failed;
	bool is_extended;
	int64_t earliest; /* end of its lease; INT64_MAX: none */
	int64_t latest;
	char receipt[48];
};

enum { REQUESTS_MOST = 1200, VALUES_MOST = 5000, DELIVERIES_MOST = 1200 };

struct ledger {
	unsigned requests, values, deliveries;
	struct request request[REQUESTS_MOST];
	struct value value[VALUES_MOST];
	struct delivery_seen delivery[DELIVERIES_MOST];
};

extern struct ledger ledger;

void ledger_begin(void);
/* A new one; 0: there can be no more. Both count from 1. */
unsigned ledger_request(unsigned verb, unsigned conn);
unsigned ledger_value(unsigned kind, unsigned channel, unsigned request);

/* The answer to a request: two encoded values. */
void ledger_answer(unsigned request, struct span error, struct span result);
/* At the end of the run. */
void ledger_close(void);

#endif
