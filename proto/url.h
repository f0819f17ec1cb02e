/* SPDX-License-Identifier: MIT */
/*
 * url.h - where a daemon listens: unix:///path, tcp://host:port
 * or tls://host:port, which is TLS over TCP.
 *
 * Text only: no name is looked up here. An IPv6 address stands in brackets,
 * as RFC 3986 has it.
 */
#ifndef PROTO_URL_H
#define PROTO_URL_H

#include <stdint.h>

enum {
	URL_PORT = 7411,    /* where no port is given */
	URL_PATH_MAX = 107, /* bytes that fit into a sockaddr_un */
	URL_HOST_MAX = 255,
	URL_TEXT_MAX = 280, /* any url as text, with its NUL */
};

enum url_scheme { URL_UNIX, URL_TCP, URL_TLS };

struct url {
	enum url_scheme scheme;
	char path[URL_PATH_MAX + 1]; /* unix: absolute */
	char host[URL_HOST_MAX + 1]; /* else: name or address, no brackets */
	uint16_t port;		     /* else: 0 to 65535 */
};

/*
 * Read `text` into `*url`.
 *
 * 0, or -EINVAL with `*reason` a static text that says what is wrong with it;
 * each is set in its case alone.
 */
int url_parse(const char *text, struct url *url, const char **reason);

/* Write it as text, at most URL_TEXT_MAX bytes with the NUL. */
void url_print(const struct url *url, char *text);

#endif
