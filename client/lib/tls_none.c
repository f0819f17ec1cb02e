/* SPDX-License-Identifier: MIT */
/*
 * tls_none.c - in place of the other tls files where there is no OpenSSL: no
 * connection begins, and so nobody comes to the rest.
 */
#include "client/lib/client.h"
#include "client/lib/tls.h"

#include <errno.h>
#include <string.h>

int
tls_new(const struct tls_files *files, const char *host, struct tls **tls,
	char *reason)
{
	(void)files;
	(void)host;
	(void)tls;
	strcpy(reason, "this libchand was built without TLS");
	return -EINVAL;
}

void
tls_free(struct tls *tls)
{
	(void)tls;
}

int
tls_shake(struct tls *tls, int fd, char *reason, const char **advice)
{
	(void)tls;
	(void)fd;
	*reason = '\0';
	*advice = "";
	return -EPROTO;
}

ssize_t
tls_read(struct tls *tls, void *data, size_t size)
{
	(void)tls;
	(void)data;
	(void)size;
	return -EPROTO;
}

ssize_t
tls_send(struct tls *tls, const struct iovec *pieces, int count)
{
	(void)tls;
	(void)pieces;
	(void)count;
	return -EPROTO;
}

int
tls_flush(struct tls *tls)
{
	(void)tls;
	return 0;
}

bool
tls_is_full(const struct tls *tls)
{
	(void)tls;
	return false;
}

bool
tls_has_more(const struct tls *tls)
{
	(void)tls;
	return false;
}

void
tls_shut(struct tls *tls)
{
	(void)tls;
}

const char *
tls_fault(const struct tls *tls)
{
	(void)tls;
	return NULL;
}
