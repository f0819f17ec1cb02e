/* SPDX-License-Identifier: MIT */
/*
 * login.h - who may do nothing yet has so long, and one small request, to say
 * who he is.
 */
#ifndef DAEMON_LOGIN_H
#define DAEMON_LOGIN_H

#include "rpc/service.h"

enum { HELLO_MOST = 4096 }; /* bytes of a request from nobody known */

struct login;

/*
 * Wait for the hello of a client who is nobody; of others there is nothing to
 * wait for, `*login` is NULL. Its task, which runs this, is cancelled at the
 * end of the time (nanoseconds). 0, or -ENOMEM.
 */
MUST_CHECK int login_begin(struct service *service, struct client *client,
			   int64_t timeout, struct login **login);

/*
 * Behind his first request: does anybody know him now? 0, or
 * -EACCES; he is counted then.
 */
MUST_CHECK int login_judge(const struct login *login);

/* Returns NULL, always; NULL is welcome. */
struct login *login_free(struct login *login);

#endif
