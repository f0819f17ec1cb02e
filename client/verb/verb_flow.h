/* SPDX-License-Identifier: MIT */
/*
 * verb_flow.h - the verbs that let messages flow: serve, pipe, tee, merge.
 */
#ifndef CLIENT_VERB_VERB_FLOW_H
#define CLIENT_VERB_VERB_FLOW_H

struct tool;

int verb_serve(struct tool *tool);
int verb_pipe(struct tool *tool);
int verb_tee(struct tool *tool);
int verb_merge(struct tool *tool);

#endif
