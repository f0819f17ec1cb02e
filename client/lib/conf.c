/* SPDX-License-Identifier: MIT */
#include "client/lib/conf.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char blanks[] = " \t\r\n";

static void
find_path(char *path, size_t room)
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

/* Whether it cannot be that somebody has put it there for us. */
static bool
is_absent(const char *path, int error)
{
	struct stat status;

	return error == ENOENT || error == ENOTDIR ||
	       (error == EACCES && stat(path, &status) < 0);
}

/* Without the blanks around it. */
static char *
trim(char *text)
{
	size_t size;

	text += strspn(text, blanks);
	size = strlen(text);
	while (size > 0 && strchr(blanks, text[size - 1]) != NULL)
		size--;
	text[size] = '\0';
	return text;
}

static const struct {
	const char *text;
	bool is_path;
} names[] = {
#define X(name, is_path) { #name, is_path },
	CONF_SETTINGS(X)
#undef X
};

/* CONF_COUNT: there is none of that name. */
static int
find_name(const char *name)
{
	int i = 0;

	while (i < CONF_COUNT && strcmp(names[i].text, name) != 0)
		i++;
	return i;
}

/* What is wrong with one line, or NULL. */
static const char *
take_line(struct conf *conf, char *line, unsigned number)
{
	char *name = trim(line);
	char *equals = strchr(name, '=');
	struct conf_setting *setting;
	int i;

	if (name[0] == '\0' || name[0] == '#')
		return NULL;
	if (equals == NULL)
		return "a setting is NAME = VALUE";
	*equals = '\0';
	i = find_name(trim(name));
	if (i == CONF_COUNT)
		return "there is no such setting; url, tls_ca, tls_cert and "
		       "tls_key are";
	setting = &conf->settings[i];
	strcpy(setting->text, trim(equals + 1));
	setting->line = number;
	return names[i].is_path && setting->text[0] != '/'
		   ? "it takes an absolute path"
		   : NULL;
}

/* A NUL ends what can be read of a line, too. */
static bool
is_whole(const char *line, FILE *file)
{
	return strchr(line, '\n') != NULL || feof(file);
}

static int
take_lines(struct conf *conf, FILE *file, char *fault, size_t room)
{
	char line[CONF_LINE_MAX + 1];
	const char *wrong;
	unsigned number = 0;

	while (fgets(line, sizeof line, file) != NULL) {
		number++;
		wrong = is_whole(line, file)
			    ? take_line(conf, line, number)
			    : "a line has up to 1,023 bytes of text";
		if (wrong == NULL)
			continue;
		snprintf(fault, room, "%s:%u: %s", conf->path, number, wrong);
		return -EINVAL;
	}
	if (!ferror(file))
		return 0;
	snprintf(fault, room, "cannot read %s: %s", conf->path,
		 strerror(errno));
	return -EINVAL;
}

int
conf_read(struct conf *conf, char *fault, size_t room)
{
	FILE *file;
	int r;

	memset(conf->settings, 0, sizeof conf->settings);
	find_path(conf->path, sizeof conf->path);
	if (conf->path[0] == '\0')
		return 0;
	file = fopen(conf->path, "re");
	if (file != NULL) {
		r = take_lines(conf, file, fault, room);
		fclose(file);
		return r;
	}
	if (is_absent(conf->path, errno))
		return 0;
	snprintf(fault, room, "cannot read %s: %s", conf->path,
		 strerror(errno));
	return -EINVAL;
}
