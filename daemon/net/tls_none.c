/* SPDX-License-Identifier: MIT */
/*
 * tls_none.c - in place of the other tls files where there is no OpenSSL:
 * there is no context, and so nobody comes to the rest.
 */
#include "net/tls.h"

#include <errno.h>
#include <string.h>

struct tls_context *
tls_context_new(const struct tls_settings *settings, char *reason)
{
	(void)settings;
	strcpy(reason, "this chand was built without TLS");
	return NULL;
}

struct tls_context *
tls_context_ref(struct tls_context *context)
{
	return context;
}

struct tls_context *
tls_context_unref(struct tls_context *context)
{
	(void)context;
	return NULL;
}

struct tls *
tls_new(struct tls_context *context, const struct sys *sys, int fd)
{
	(void)context;
	(void)sys;
	(void)fd;
	return NULL;
}

int
tls_accept(struct tls *tls, char *reason)
{
	(void)tls;
	*reason = '\0';
	return -EPROTONOSUPPORT;
}

bool
tls_wants_to_write(const struct tls *tls)
{
	(void)tls;
	return false;
}

struct layer *
tls_layer(struct tls *tls)
{
	(void)tls;
	return NULL;
}
