/* SPDX-License-Identifier: MIT */
/*
 * verb_send.h - the verbs that give messages: send, call, broadcast.
 */
#ifndef CLIENT_VERB_VERB_SEND_H
#define CLIENT_VERB_VERB_SEND_H

struct tool;

int verb_send(struct tool *tool);
int verb_call(struct tool *tool);
int verb_broadcast(struct tool *tool);

#endif
