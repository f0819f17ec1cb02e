/* SPDX-License-Identifier: MIT */
#include "passed.h"

#include "base/log.h"
#include "host/manager.h"
#include "net/bind.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

static int
refuse(int fd, const char *name, const char *reason, int error)
{
	log_event(EVENT_socket_refused, LOG_NUMBER("fd", fd),
		  LOG_TEXT("name", name), LOG_TEXT("reason", reason));
	return error;
}

/* Its name says whether TLS is spoken there. */
static int
choose_scheme(struct url *url, const char *name)
{
	if (strcmp(name, "tls") != 0)
		return 0;
	if (url->scheme != URL_TCP)
		return -EPROTONOSUPPORT;
	url->scheme = URL_TLS;
	return 0;
}

static int
take(struct passed *passed, int fd, const char *name)
{
	char reason[BIND_REASON];
	int r = bind_adopt(fd, &passed->urls[passed->count], reason);

	if (r < 0)
		return refuse(fd, name, reason, r);
	r = choose_scheme(&passed->urls[passed->count], name);
	if (r < 0)
		return refuse(fd, name, "TLS is spoken over TCP alone", r);
	passed->fds[passed->count++] = fd;
	return 0;
}

int
passed_take(struct passed *passed)
{
	char **names;
	int first, count = manager_sockets(&first, &names);
	int r = 0;

	passed->count = 0;
	if (count < 0)
		r = refuse(first, "", "LISTEN_FDS makes no sense", count);
	else if (count > PASSED_MOST)
		r = refuse(first + PASSED_MOST, names[PASSED_MOST],
			   "there are too many", -E2BIG);
	for (int i = 0; i < count && r == 0; i++)
		r = take(passed, first + i, names[i]);
	manager_free_names(names);
	return r;
}

bool
passed_has(const struct passed *passed, const struct url *url)
{
	const struct url *other = passed->urls;

	for (unsigned i = 0; i < passed->count; i++, other++)
		if (other->scheme == url->scheme &&
		    (url->scheme == URL_UNIX
			 ? strcmp(other->path, url->path) == 0
			 : other->port == url->port &&
			       strcasecmp(other->host, url->host) == 0))
			return true;
	return false;
}
