/* SPDX-License-Identifier: MIT */
#include "client/tool/source.h"

#include "client/tool/report.h"
#include "client/value/jsonpack.h"

#include "proto/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Two levels are the request's own: itself and its parameters. */
enum { DEPTH_MOST = LIMIT_DEPTH - 2 };

static void
choose_split(struct source *source, const struct options *options)
{
	struct split *split = &source->split;

	if (options->lines)
		split_init(split, SPLIT_DELIMITER, "\n", 1, LIMIT_MESSAGE);
	else if (options->null)
		split_init(split, SPLIT_DELIMITER, "", 1, LIMIT_MESSAGE);
	else if (options->delimiter != NULL)
		split_init(split, SPLIT_DELIMITER, options->delimiter,
			   strlen(options->delimiter), LIMIT_MESSAGE);
	else
		split_init(split, options->json ? SPLIT_JSON : SPLIT_WHOLE,
			   NULL, 0, LIMIT_MESSAGE);
}

static int
open_file(struct source *source, const char *path)
{
	const struct command *command = source->tool->command;

	source->name = "standard input";
	source->fd = STDIN_FILENO;
	if (path == NULL)
		return 0;
	source->name = path;
	source->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (source->fd >= 0)
		return 0;
	report(command, "cannot read %s: %s; nothing was sent", path,
	       strerror(errno));
	return STATUS_OTHER;
}

int
source_init(struct source *source, struct tool *tool, const char *argument)
{
	const struct options *options = &tool->command->options;

	*source = (struct source){ .tool = tool, .fd = -1, .left = -1 };
	msgpack_sbuffer_init(&source->packed);
	source->is_json = options->json;
	if ((options->given & FLAG_BIT(count)) != 0)
		source->left = options->count;
	choose_split(source, options);
	if (argument == NULL || strcmp(argument, "-") == 0)
		return open_file(source, options->file);
	if (options->file != NULL)
		return report_use(tool->command,
				  "give a value or --file, not both");
	source->argument = argument;
	if (source->left < 0)
		source->left = 1;
	return 0;
}

void
source_fini(struct source *source)
{
	if (source->fd > STDERR_FILENO)
		close(source->fd);
	msgpack_sbuffer_destroy(&source->packed);
	split_fini(&source->split);
	free(source->copy);
}

static const char *
kind_of(const struct source *source)
{
	return source->split.by == SPLIT_DELIMITER &&
		       source->split.delimiter[0] == '\n'
		   ? "line"
		   : "message";
}

const char *
source_place(const struct source *source, char place[40])
{
	place[0] = '\0';
	if (source->argument == NULL && source->split.by != SPLIT_WHOLE)
		snprintf(place, 40, "%s %" PRIu64 ": ", kind_of(source),
			 source->split.number);
	return place;
}

/* ---- reading ---- */

static int
fail(struct source *source, const char *why)
{
	if (why == NULL)
		report_memory(source->tool->command);
	else
		report(source->tool->command, "cannot read %s: %s",
		       source->name, why);
	return -STATUS_OTHER;
}

static int
too_long(struct source *source)
{
	if (source->split.by == SPLIT_WHOLE)
		report(source->tool->command,
		       "%s is longer than the %d MiB that a value may have; "
		       "nothing was sent",
		       source->name, LIMIT_MESSAGE >> 20);
	else
		report(source->tool->command,
		       "%s %" PRIu64 " is longer than the %d MiB that a value "
		       "may have; what is before it was sent",
		       kind_of(source), source->split.number + 1,
		       LIMIT_MESSAGE >> 20);
	return -STATUS_OTHER;
}

static int
read_more(struct source *source)
{
	size_t room;
	char *at = split_room(&source->split, &room);
	ssize_t n;

	if (at == NULL)
		return fail(source, NULL);
	if (tool_wait(source->tool, source->fd, POLLIN) < 0)
		return -tool_withdrawn(source->tool);
	n = read(source->fd, at, room);
	if (n < 0)
		return errno == EAGAIN || errno == EINTR
			   ? 0
			   : fail(source, strerror(errno));
	split_fill(&source->split, (size_t)n);
	return 0;
}

static int
read_message(struct source *source, char **data, size_t *size)
{
	const char *found = NULL;
	int r;

	for (;;) {
		r = split_take(&source->split, &found, size);
		if (r == -EMSGSIZE)
			return too_long(source);
		if (r != 0 || source->split.is_ended)
			break;
		r = read_more(source);
		if (r < 0)
			return r;
	}
	*data = (char *)(uintptr_t)found;
	return r;
}

static int
repeat_argument(struct source *source, char **data, size_t *size)
{
	free(source->copy);
	source->copy = strdup(source->argument);
	if (source->copy == NULL)
		return fail(source, NULL);
	*data = source->copy;
	*size = strlen(source->copy);
	return 1;
}

static int
pack(struct source *source, char *data, size_t size, struct chand_value *value)
{
	char fault[JSONPACK_FAULT_MOST];
	char place[40];
	int r;

	msgpack_sbuffer_clear(&source->packed);
	r = jsonpack(&source->packed, data, size, DEPTH_MOST, fault);
	if (r == -ENOMEM)
		return fail(source, NULL);
	if (r < 0) {
		report(source->tool->command, "%snot JSON: %s",
		       source_place(source, place), fault);
		return -STATUS_OTHER;
	}
	*value = chand_encoded(source->packed.data, source->packed.size);
	return 1;
}

int
source_next(struct source *source, struct chand_value *value)
{
	char *data = NULL;
	size_t size = 0;
	int r;

	if (source->left == 0)
		return 0;
	r = source->argument != NULL ? repeat_argument(source, &data, &size)
				     : read_message(source, &data, &size);
	if (r <= 0)
		return r;
	source->left -= source->left > 0;
	if (source->is_json)
		return pack(source, data, size, value);
	*value = chand_bytes(size > 0 ? data : "", size);
	return 1;
}
