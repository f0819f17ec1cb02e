/* SPDX-License-Identifier: MIT */
/*
 * wire.h - a client's bytes to and from its socket, within TLS or without.
 *
 * Nothing blocks here, and no signal is raised.
 */
#ifndef CLIENT_LIB_WIRE_H
#define CLIENT_LIB_WIRE_H

#include "client/lib/client.h"

#include <sys/types.h>
#include <sys/uio.h>

/*
 * Prepare TLS where the url wants it: files are read here. CHAND_OK; or what
 * the connection was lost with.
 */
enum chand_code wire_prepare(struct chand *client);

/* Go on with the handshake. May lose the connection. */
void wire_shake(struct chand *client);

/*
 * How many bytes, which may be fewer; 0 from wire_read(): the end; or a
 * negative errno, -EAGAIN when the socket must become ready first.
 */
ssize_t wire_read(struct chand *client, void *data, size_t size);
ssize_t wire_send(struct chand *client, const struct iovec *pieces, int count);

/* Send on what wire_send() has taken. 0, -EAGAIN, or why it never will be. */
int wire_flush(struct chand *client);

/* Whether there is something for wire_flush(). */
bool wire_is_full(const struct chand *client);

/* Whether there is more to read, however silent the socket is. */
bool wire_has_more(const struct chand *client);

/* Why the connection was lost, after that negative errno, or 0. */
const char *wire_reason(const struct chand *client, int r);

/* Nothing more will be sent; `is_amid`: not even the rest of a request. */
void wire_shut(struct chand *client, bool is_amid);

/* Close the socket, if there is one. */
void wire_close(struct chand *client);

#endif
