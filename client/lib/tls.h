/* SPDX-License-Identifier: MIT */
/*
 * tls.h - TLS on a client's own descriptor: a daemon that proves to be the one
 * that was called, or none.
 *
 * What is to be sent is encrypted a record at a time, and the next one when
 * that has left us: a call whose bytes have not been taken here is not on its
 * way at all. Built without OpenSSL there is none: tls_new() says so.
 */
#ifndef CLIENT_LIB_TLS_H
#define CLIENT_LIB_TLS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <sys/uio.h>

struct tls;

/* Files in PEM. */
struct tls_files {
	const char *authorities; /* NULL: whom this machine trusts */
	const char *certificate; /* who we are, or NULL */
	const char *key;	 /* the certificate's; NULL: in the same file */
};

/*
 * Read the files, for a daemon that is called `host`.
 *
 *   reason  TEXT_MAX bytes: on failure what is wrong with which file
 *
 * 0; -EINVAL; -ENOMEM, with no reason.
 */
int tls_new(const struct tls_files *files, const char *host, struct tls **tls,
	    char *reason);

/*
 * The end; NULL is welcome. The daemon is told that nothing more will come, if
 * it has not been and that fits.
 */
void tls_free(struct tls *tls);

/*
 * A step of the handshake on `fd`, a connected socket, which stays the
 * caller's.
 *
 *   reason  TEXT_MAX bytes: on failure why the daemon is not believed, or
 *           does not believe us
 *   advice  what to do then, a static text
 *
 * 1: done; 0: not yet; -EPROTO.
 */
int tls_shake(struct tls *tls, int fd, char *reason, const char **advice);

/*
 * As recv() and sendmsg() without a signal, but negative errno values: -EAGAIN
 * when the descriptor must become ready first. 0 is the end as the daemon has
 * said it; one that it has not said is -ECONNABORTED.
 */
ssize_t tls_read(struct tls *tls, void *data, size_t size);
ssize_t tls_send(struct tls *tls, const struct iovec *pieces, int count);

/* Send what has been taken. 0, -EAGAIN, or why it never will be. */
int tls_flush(struct tls *tls);

/* Whether some of that is still here. */
bool tls_is_full(const struct tls *tls);

/* Whether something has been read that the descriptor does not show. */
bool tls_has_more(const struct tls *tls);

/* Nothing more will come from us. */
void tls_shut(struct tls *tls);

/* What has ended it, if it was not the socket: a static text, or NULL. */
const char *tls_fault(const struct tls *tls);

#endif
