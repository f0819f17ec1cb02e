/* SPDX-License-Identifier: MIT */
#include "options/options.h"

#include "config.h"
#include "options/check.h"
#include "options/file.h"
#include "options/section.h"
#include "options/value.h"
#include "options/words.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int
set_defaults(struct options *options, char *reason)
{
	int r = 0;

	memset(options, 0, sizeof *options);
	for (unsigned i = 0; i < SECTION_COUNT && r == 0; i++)
		if (option_sections[i].label[0] == '\0')
			r = section_set_defaults(i, options, reason);
	return r;
}

/* One that nobody asked for need not be there. */
static int
read_files(struct options *options, const char *asked, const char *default_file,
	   char *reason)
{
	if (asked != NULL)
		return file_read_all(options, asked, reason);
	if (default_file == NULL ||
	    (access(default_file, F_OK) < 0 && errno == ENOENT))
		return 0;
	return file_read_all(options, default_file, reason);
}

/* The later ones have their way. */
static int
read_all(struct options *options, const struct words *words,
	 char *const *environment, const char *default_file, char *reason)
{
	int r = read_files(options, words_file(words, environment),
			   default_file, reason);

	if (r == 0)
		r = words_apply_environment(options, environment, reason);
	if (r == 0)
		r = words_apply(options, words, reason);
	return r == 0 ? check_together(options, reason) : r;
}

int
options_read(struct options *options, int argc, char **argv,
	     char *const *environment, const char *default_file, char *reason)
{
	struct words words;
	int r = set_defaults(options, reason);

	if (r < 0)
		return r;
	r = words_parse(&words, argc, argv, reason);
	if (r < 0)
		return r;
	if (words.wish != OPTIONS_HELP && words.wish != OPTIONS_VERSION)
		r = read_all(options, &words, environment, default_file,
			     reason);
	return r < 0 ? r : (int)words.wish;
}

void
options_fini(struct options *options)
{
	for (unsigned i = 0; i < SECTION_COUNT; i++)
		if (option_sections[i].label[0] == '\0')
			section_fini(i, options);
	for (size_t i = 0; i < options->channel_count; i++) {
		section_fini(SECTION_channel, &options->channels[i]);
		free(options->channels[i].label);
	}
	for (size_t i = 0; i < options->principal_count; i++) {
		section_fini(SECTION_principal, &options->principals[i]);
		free(options->principals[i].label);
	}
	for (size_t i = 0; i < options->file_count; i++)
		free(options->files[i]);
	free(options->channels);
	free(options->principals);
	free(options->files);
	memset(options, 0, sizeof *options);
}

const char *
options_default_file(char *text, size_t size)
{
	const char *folder = getenv("XDG_CONFIG_HOME"), *below = "";
	int length;

	if (geteuid() == 0) {
		folder = SYSCONFDIR;
	} else if (folder == NULL || *folder != '/') {
		folder = getenv("HOME");
		below = "/.config";
	}
	if (folder == NULL || *folder != '/')
		return NULL;
	length = snprintf(text, size, "%s%s/chand/chand.conf", folder, below);
	return length > 0 && (size_t)length < size ? text : NULL;
}

void
options_default_listen(struct options *options)
{
	const char *folder =
	    geteuid() == 0 ? OPTIONS_ROOT_FOLDER : getenv("XDG_RUNTIME_DIR");
	struct url *url = &options->listen.items[0];

	if (folder != NULL && *folder == '/' &&
	    strlen(folder) + sizeof "/chand.sock" <= sizeof url->path) {
		url->scheme = URL_UNIX;
		strcat(strcpy(url->path, folder), "/chand.sock");
		url++;
	}
	url->scheme = URL_TCP;
	strcpy(url->host, "127.0.0.1");
	url->port = URL_PORT;
	options->listen.count = (size_t)(url - options->listen.items) + 1;
}

enum log_level
options_log_level(const struct options *options)
{
	static const enum log_level levels[] = { LOG_ERROR, LOG_WARNING,
						 LOG_INFO, LOG_DEBUG };

	return levels[options->log_level];
}

const char *
options_next_path(const struct options *options, unsigned *row)
{
	const struct option_row *found;
	const char *path;

	while (*row < ROW_COUNT) {
		found = &option_rows[(*row)++];
		if (!option_is_global(found) || found->type != TYPE_PATH)
			continue;
		path = *(char *const *)(const void *)((const char *)options +
						      found->offset);
		if (path != NULL && *path != '\0')
			return path;
	}
	return NULL;
}

const char *
options_next_fixed(const struct options *now, const struct options *next,
		   unsigned *row)
{
	const struct option_row *found;

	while (*row < ROW_COUNT) {
		found = &option_rows[(*row)++];
		if (option_is_global(found) && found->change == CHANGE_START &&
		    !value_equals(found, now, next))
			return found->name;
	}
	return NULL;
}
