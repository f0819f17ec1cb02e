/* SPDX-License-Identifier: MIT */
#include "client/lib/place.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 1024 };

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

/* The file's path, or "" where there can be none. */
static void
find_file(char *path, size_t room)
{
	const char *folder = getenv("XDG_CONFIG_HOME");
	const char *name = "chand/chanctl.conf";
	int n = -1;

	if (folder != NULL && folder[0] == '/') {
		n = snprintf(path, room, "%s/%s", folder, name);
	} else {
		folder = getenv("HOME");
		if (folder != NULL && folder[0] == '/')
			n = snprintf(path, room, "%s/.config/%s", folder, name);
	}
	if (n < 0 || (size_t)n >= room)
		path[0] = '\0';
}

/* What stands behind "url =" in a line, without blanks around; or NULL. */
static char *
read_setting(char *line)
{
	static const char blanks[] = " \t\r\n";
	char *at = line + strspn(line, blanks);
	size_t size;

	if (strncmp(at, "url", 3) != 0)
		return NULL;
	at += 3 + strspn(at + 3, blanks);
	if (*at != '=')
		return NULL;
	at += 1 + strspn(at + 1, blanks);
	size = strlen(at);
	while (size > 0 && strchr(blanks, at[size - 1]) != NULL)
		size--;
	at[size] = '\0';
	return at;
}

/* The setting that the file has, the last if there are many; or "". */
static void
read_file(FILE *file, char *text)
{
	char line[LINE_MAX_BYTES];
	char *found;

	text[0] = '\0';
	while (fgets(line, sizeof line, file) != NULL) {
		found = read_setting(line);
		if (found != NULL)
			strcpy(text, found);
	}
}

/* 1: it has a url; 0: it has none, or is not there; -EINVAL. */
static int
ask_file(struct url *url, char *fault, size_t room)
{
	char path[PATH_MAX], text[LINE_MAX_BYTES];
	FILE *file;
	int r;

	find_file(path, sizeof path);
	/* A home that is not open to us is somebody else's. */
	file = path[0] != '\0' ? fopen(path, "re") : NULL;
	if (file == NULL)
		return 0;
	read_file(file, text);
	fclose(file);
	if (text[0] == '\0')
		return 0;
	r = parse(path, text, url, fault, room);
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
