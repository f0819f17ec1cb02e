/* SPDX-License-Identifier: MIT */
/*
 * passed.h - sockets that the service manager has opened for us.
 *
 * They are its own: it keeps them while we are away, so that whoever connects
 * meanwhile waits instead of being refused, and it removes their files.
 */
#ifndef DAEMON_PASSED_H
#define DAEMON_PASSED_H

#include "base/attr.h"
#include "proto/url.h"

#include <stdbool.h>

enum { PASSED_MOST = 16 };

struct passed {
	unsigned count;
	int fds[PASSED_MOST]; /* non-blocking, close-on-exec; the caller's */
	struct url urls[PASSED_MOST];
};

/*
 * Take them all; at a TCP socket that is called "tls" (FileDescriptorName=)
 * TLS is spoken. 0, and there may be none; or a negative errno value: one of
 * them is no listening stream socket, or there are too many, which was logged.
 */
MUST_CHECK int passed_take(struct passed *passed);

/* Is one of them where this url says? */
bool passed_has(const struct passed *passed, const struct url *url);

#endif
