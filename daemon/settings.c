/* SPDX-License-Identifier: MIT */
#include "settings.h"

#include "base/budget.h"
#include "base/glob.h"
#include "task/sched.h"

#include <errno.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum {
	SPARE_FILES = 32,	 /* for what is no connection */
	CONNECTION_BYTES = 8192, /* that one takes which only waits */
};

/* ---- limits ---- */

/* As many files as we may have. */
static size_t
raise_file_limit(void)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) < 0)
		return 1024;
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
	return getrlimit(RLIMIT_NOFILE, &files) < 0 ? 1024 : files.rlim_cur;
}

/* A number in a file; SIZE_MAX: there is none. */
static size_t
read_size(const char *path)
{
	FILE *file = fopen(path, "re");
	size_t size;

	if (file == NULL)
		return SIZE_MAX;
	if (fscanf(file, "%zu", &size) != 1)
		size = SIZE_MAX;
	fclose(file);
	return size;
}

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* What this process may have at most: of the machine, its cgroup, its limit. */
static size_t
machine_memory(void)
{
	size_t pages = (size_t)sysconf(_SC_PHYS_PAGES);
	size_t most = pages * (size_t)sysconf(_SC_PAGESIZE);
	struct rlimit space;

	most = least(most, read_size("/sys/fs/cgroup/memory.max"));
	most = least(most,
		     read_size("/sys/fs/cgroup/memory/memory.limit_in_bytes"));
	if (getrlimit(RLIMIT_AS, &space) == 0 &&
	    space.rlim_cur != RLIM_INFINITY)
		most = least(most, space.rlim_cur);
	return most;
}

static int
find_memory(const struct options *options, size_t *memory, char *reason)
{
	size_t most = machine_memory();

	*memory = options->max_memory > 0 ? options->max_memory : most / 4 * 3;
	if (*memory <= most)
		return 0;
	snprintf(reason, OPTIONS_REASON,
		 "max_memory is %zu, but there are %zu bytes: lower it",
		 *memory, most);
	return -EINVAL;
}

int
settings_room(const struct options *options, struct room *room, char *reason)
{
	size_t files = raise_file_limit(), stacks = sched_most_tasks();
	size_t most = files > SPARE_FILES ? files - SPARE_FILES : 0;
	int r = find_memory(options, &room->memory, reason);

	if (r < 0)
		return r;
	most = least(least(most, stacks), room->memory / CONNECTION_BYTES);
	if (options->max_connections > most || most == 0) {
		snprintf(reason, OPTIONS_REASON,
			 "max_connections is %zu, but descriptors (%zu), maps "
			 "and memory (%zu bytes) allow %zu: raise the limit of "
			 "open files, or lower it",
			 options->max_connections, files, room->memory, most);
		return -EINVAL;
	}
	room->connections =
	    options->max_connections > 0 ? options->max_connections : most;
	return 0;
}

/* ---- channels ---- */

static bool
has(const struct channel_options *channel, enum option_row_number row)
{
	return channel->origins[row].place != NULL;
}

static void
describe_by(const struct channel_options *channel,
	    struct chan_settings *settings)
{
	static const int preferences[] = { -1, 0, 1 };

	if (has(channel, ROW_channel_preference))
		settings->preference = preferences[channel->preference];
	if (has(channel, ROW_channel_schedule_all))
		settings->schedule_all = channel->schedule_all;
	if (has(channel, ROW_channel_capacity))
		settings->capacity = (uint32_t)channel->capacity;
	if (has(channel, ROW_channel_lease))
		settings->lease = (int64_t)channel->lease * 1000000;
}

/* Of all that match, the last one that says something wins. */
static void
describe(void *context, const char *name, size_t size,
	 struct chan_settings *settings)
{
	const struct options *options = context;
	const struct channel_options *channel = options->channels;

	for (size_t i = 0; i < options->channel_count; i++, channel++)
		if (glob_matches(channel->label, strlen(channel->label), name,
				 size))
			describe_by(channel, settings);
}

/* ---- all of it ---- */

void
settings_apply(const struct options *options, const struct room *room,
	       struct service *service, struct session_limits *limits)
{
	service->max_connections = room->connections;
	budget.most = room->memory;
	service->max_message = options->max_message;
	service->max_output = options->max_output;
	service->max_channels = options->max_channels;
	service->max_capacity = options->max_capacity;
	service->max_held = options->max_held;
	service->max_tasks = options->max_tasks;
	service->max_watchers = options->max_watchers;
	*limits = (struct session_limits){
		.max_message = options->max_message,
		.max_output = options->max_output,
		.turn_requests = (unsigned)options->turn_requests,
		.linger = (int64_t)options->linger_timeout * 1000000,
		.hello_timeout = (int64_t)options->hello_timeout * 1000000,
	};
	hub_set_max(service->hub, options->max_channels);
	hub_describe(service->hub, options->channel_count > 0 ? describe : NULL,
		     (void *)(uintptr_t)options);
	log_set_level(options_log_level(options));
	service->on_call = log_is_on(LOG_DEBUG) ? session_log_call : NULL;
}
