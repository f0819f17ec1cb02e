/* SPDX-License-Identifier: MIT */
/*
 * flow_step.h - one message's way through a flow, and what leaves the way.
 *
 *   flow_begin -> RECEIVING -> RUNNING -> SENDING -> SETTLING -> flow_begin
 *
 * The engine's files share this, and nobody else needs it.
 */
#ifndef CLIENT_FLOW_FLOW_STEP_H
#define CLIENT_FLOW_FLOW_STEP_H

#include "client/flow/flow.h"

/* ---- flow_step.c ---- */

/* Wait for the next message, or end if there is to be none. */
void flow_begin(struct flow *flow);

/* One of its calls is done; NULL is none of a flow's. */
void flow_answered(struct flow *flow, struct chand_call *call);

/* Give a value to all sinks. */
void flow_send(struct flow *flow, struct chand_value value);

/* What the sinks have not taken is not for them any more. */
void flow_cancel_sends(struct flow *flow);

/* ---- flow_command.c ---- */

/* Run the command for what was received. */
void flow_run_command(struct flow *flow);

/* ---- flow_settle.c ---- */

/*
 * Each says what became of the message, and goes on. An exception has nobody
 * to be told, and a lost connection has given back what it held.
 */
void flow_acknowledge(struct flow *flow, struct chand_value reply);
void flow_refuse(struct flow *flow, const char *type, const char *message);
void flow_give_back(struct flow *flow);
/* Refuse it for having been tried too often. */
void flow_give_up(struct flow *flow);

/* That was said. */
void flow_settled(struct flow *flow);

/* Whether the attempt of that number is the last that a message has. */
bool flow_is_last(const struct flow *flow, uint64_t attempt);

/* The connection is lost. */
void flow_lost(struct flow *flow);

/* ---- flow.c ---- */

/* A call is begun for which it waits. False: out of memory, and it has ended.
 */
bool flow_expect(struct flow *flow, struct chand_call *call,
		 enum flow_state state);

/* The status of a failed call. Only the first reason to end is said. */
int flow_judge(const struct flow *flow, const struct chand_call *call);

/* Nothing is pending any more. */
void flow_end(struct flow *flow);

/* It ends, and so all others do. */
void flow_fail(struct flow *flow, int status);

/* Begin nothing more; the first status that is not 0 is the command's. */
void flow_stop(struct crew *crew, int status);

#endif
