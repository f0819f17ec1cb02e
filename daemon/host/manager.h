/* SPDX-License-Identifier: MIT */
/*
 * manager.h - systemd, or whoever else has started us and speaks as it does:
 * sockets that it passes, and what it wants to hear.
 *
 * Without libsystemd nothing is passed, and nobody listens.
 */
#ifndef HOST_MANAGER_H
#define HOST_MANAGER_H

#include "base/attr.h"

#include <stdbool.h>
#include <stdint.h>

/* Does it want to hear how we are (Type=notify)? */
bool manager_listens(void);

/*
 * How often it wants to be told that we are alive, in ns (WatchdogSec=); 0:
 * it does not.
 */
int64_t manager_watchdog(void);

/*
 * Tell it "KEY=VALUE\n" lines, as in sd_notify(3). Whether it heard is none of
 * our business.
 */
void manager_tell(const char *format, ...) FORMAT(1);

/*
 * The sockets that it has passed: as many as this says, from `*first` on.
 * Whether they are fit to be used is for the caller to see. They are
 * close-on-exec then, and our children are told of none.
 *
 *   names  an array of as many names (FileDescriptorName=), for
 *          manager_free_names(); or NULL
 *
 * How many, or a negative errno value.
 */
int manager_sockets(int *first, char ***names);
void manager_free_names(char **names);

#endif
