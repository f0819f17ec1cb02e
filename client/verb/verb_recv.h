/* SPDX-License-Identifier: MIT */
/*
 * verb_recv.h - the verbs that take messages: recv, select.
 */
#ifndef CLIENT_VERB_VERB_RECV_H
#define CLIENT_VERB_VERB_RECV_H

struct tool;

int verb_recv(struct tool *tool);
int verb_select(struct tool *tool);

#endif
