/* SPDX-License-Identifier: MIT */
#include "proto/url.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int
refuse(const char **reason, const char *text)
{
	*reason = text;
	return -EINVAL;
}

static int
parse_unix(const char *path, struct url *url, const char **reason)
{
	if (path[0] != '/' || path[1] == '\0')
		return refuse(reason, "a unix url needs an absolute path: "
				      "unix:///run/chand.sock");
	if (strlen(path) > URL_PATH_MAX)
		return refuse(
		    reason, "the path of a unix socket has at most 107 bytes");
	url->scheme = URL_UNIX;
	strcpy(url->path, path);
	return 0;
}

static bool
parse_port(const char *text, uint16_t *port)
{
	unsigned long value;
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	value = strtoul(text, &end, 10);
	*port = (uint16_t)value;
	return *end == '\0' && value <= UINT16_MAX;
}

/*
 * Splits "host", "host:port" and "[v6]:port" at the end of the host. An IPv6
 * address may end in a zone, as in fe80::1%eth0.
 */
static const char *
split_host(const char *text, const char **host, size_t *size)
{
	*host = text;
	*size = strcspn(text, ":/");
	if (*text != '[')
		return text + *size;
	*host = text + 1;
	*size = strcspn(*host, "]");
	return *host + *size + ((*host)[*size] == ']');
}

#define NAME_BYTES                                                             \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"                 \
	"0123456789-._"

static const char *
wrong_host(const char *host, size_t size, bool bracketed)
{
	const char *allowed = bracketed ? NAME_BYTES ":%" : NAME_BYTES;

	if (size == 0)
		return "a url needs a host: "
		       "tcp://127.0.0.1:7411, tls://[::1]:7411";
	if (size > URL_HOST_MAX)
		return "a host's name has at most 255 bytes";
	if (bracketed && (host[size] != ']' || !memchr(host, ':', size)))
		return "brackets hold an IPv6 address: tcp://[::1]:7411";
	if (strspn(host, allowed) < size)
		return "a host has letters, digits and - . _ only";
	return NULL;
}

static int
parse_host(const char *text, enum url_scheme scheme, struct url *url,
	   const char **reason)
{
	const char *host;
	size_t size;
	const char *rest = split_host(text, &host, &size);
	const char *wrong = wrong_host(host, size, *text == '[');

	if (wrong != NULL)
		return refuse(reason, wrong);
	url->port = URL_PORT;
	if (*text != '[' && *rest == ':' && strchr(rest + 1, ':') != NULL)
		return refuse(
		    reason,
		    "an IPv6 address stands in brackets: tcp://[::1]:7411");
	if (*rest == ':' ? !parse_port(rest + 1, &url->port) : *rest != '\0')
		return refuse(reason, "behind the host stands a port of 0 to "
				      "65535, and nothing more");
	url->scheme = scheme;
	memcpy(url->host, host, size);
	url->host[size] = '\0';
	return 0;
}

static int
parse_any(const char *text, struct url *url, const char **reason)
{
	if (strncmp(text, "unix://", 7) == 0)
		return parse_unix(text + 7, url, reason);
	if (strncmp(text, "tcp://", 6) == 0)
		return parse_host(text + 6, URL_TCP, url, reason);
	if (strncmp(text, "tls://", 6) == 0)
		return parse_host(text + 6, URL_TLS, url, reason);
	return refuse(reason, "a url begins with unix://, tcp:// or tls://");
}

int
url_parse(const char *text, struct url *url, const char **reason)
{
	struct url parsed = { 0 };
	int r = parse_any(text, &parsed, reason);

	if (r == 0)
		*url = parsed;
	return r;
}

void
url_print(const struct url *url, char *text)
{
	const char *scheme = url->scheme == URL_TLS ? "tls" : "tcp";
	bool is_v6 = strchr(url->host, ':') != NULL;

	if (url->scheme == URL_UNIX)
		snprintf(text, URL_TEXT_MAX, "unix://%s", url->path);
	else
		snprintf(text, URL_TEXT_MAX,
			 is_v6 ? "%s://[%s]:%u" : "%s://%s:%u", scheme,
			 url->host, (unsigned)url->port);
}
