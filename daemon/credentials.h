/* SPDX-License-Identifier: MIT */
/*
 * credentials.h - what the kernel says of whoever is at the other end.
 */
#ifndef DAEMON_CREDENTIALS_H
#define DAEMON_CREDENTIALS_H

#include "access/identity.h"

/* Of a connected socket. */
void credentials_of(int fd, struct credentials *credentials);

#endif
