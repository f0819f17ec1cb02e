/* SPDX-License-Identifier: MIT */
/*
 * verb_meet.h - the verbs that let programs wait for one another: lock,
 * barrier.
 */
#ifndef CLIENT_VERB_VERB_MEET_H
#define CLIENT_VERB_VERB_MEET_H

struct tool;

int verb_lock(struct tool *tool);
int verb_barrier(struct tool *tool);

#endif
