/* SPDX-License-Identifier: MIT */
/*
 * meeting.h - what the operations of channels have in common.
 */
#ifndef BENCH_MEETING_H
#define BENCH_MEETING_H

#include "crowd.h"

/* End with a message if a call fails. */
#define MUST(call) meeting_must((call) == 0, #call)
void meeting_must(bool is_good, const char *what);

/* Where tasks meet among whom the crowd is not. */
extern struct chan own;
void open_own(void);
void close_own(void);

/* Where the crowd waits. */
#define CROWDED (&crowd.channels[0])

PARKS void send_to(struct chan *chan);
/* What chan_receive() says; the value is dropped. */
PARKS int receive_from(struct chan *chan);

/* A task that sends `*count` values, one after the other, to CROWDED. */
PARKS void send_to_crowd(void *count);
void run_among_crowd(size_t count);

/* Let as many values as the crowd counts lie in `own`; room for two more. */
void open_stored(void);

#endif
