/* SPDX-License-Identifier: MIT */
/*
 * verb_channel.h - the verbs about channels, and the daemon: open, close,
 * info, ls, ping.
 */
#ifndef CLIENT_VERB_VERB_CHANNEL_H
#define CLIENT_VERB_VERB_CHANNEL_H

struct tool;

int verb_open(struct tool *tool);
int verb_close(struct tool *tool);
int verb_info(struct tool *tool);
int verb_ls(struct tool *tool);
int verb_ping(struct tool *tool);

#endif
