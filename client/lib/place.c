/* SPDX-License-Identifier: MIT */
#include "client/lib/place.h"

#include "client/lib/conf.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The default socket, if it is there: a path that fits, or "". */
static void
find_socket(char *path, size_t room)
{
	const char *folder =
	    geteuid() == 0 ? "/run/chand" : getenv("XDG_RUNTIME_DIR");
	int n = 0;

	if (folder != NULL && folder[0] == '/')
		n = snprintf(path, room, "%s/chand.sock", folder);
	if (n <= 0 || (size_t)n >= room || access(path, F_OK) != 0)
		path[0] = '\0';
}

static void
find_default(struct url *url)
{
	*url = (struct url){ .scheme = URL_UNIX };
	find_socket(url->path, sizeof url->path);
	if (url->path[0] != '\0')
		return;
	url->scheme = URL_TCP;
	strcpy(url->host, "127.0.0.1");
	url->port = URL_PORT;
}

static int
parse(const char *source, const char *text, struct url *url, char *fault,
      size_t room)
{
	const char *reason;
	int r = url_parse(text, url, &reason);

	if (r < 0)
		snprintf(fault, room, "%s: %s; not \"%.120s\"", source, reason,
			 text);
	return r;
}

/* 1: it has a url; 0: it has none, or is not there; -EINVAL. */
static int
ask_file(struct url *url, char *fault, size_t room)
{
	char source[PATH_MAX + 16];
	const struct conf_setting *setting;
	struct conf conf;
	int r = conf_read(&conf, fault, room);

	setting = &conf.settings[CONF_url];
	if (r < 0 || setting->line == 0)
		return r;
	snprintf(source, sizeof source, "%s:%u", conf.path, setting->line);
	r = parse(source, setting->text, url, fault, room);
	return r < 0 ? r : 1;
}

int
place_find(struct url *url, char *fault, size_t room)
{
	const char *text = getenv("CHAND_URL");
	int r;

	if (text != NULL && text[0] != '\0')
		return parse("CHAND_URL", text, url, fault, room);
	r = ask_file(url, fault, room);
	if (r == 0)
		find_default(url);
	return r < 0 ? r : 0;
}
