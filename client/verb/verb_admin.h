/* SPDX-License-Identifier: MIT */
/*
 * verb_admin.h - verbs that look at a daemon, wait for what they want to see,
 * and clear up.
 */
#ifndef CLIENT_VERB_VERB_ADMIN_H
#define CLIENT_VERB_VERB_ADMIN_H

struct tool;

int verb_ps(struct tool *tool);
int verb_kill(struct tool *tool);
int verb_clear(struct tool *tool);
int verb_stats(struct tool *tool);
int verb_wait(struct tool *tool);
int verb_watch(struct tool *tool);
int verb_top(struct tool *tool);
int verb_bench(struct tool *tool);

#endif
