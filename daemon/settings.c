/* SPDX-License-Identifier: MIT */
#include "settings.h"

#include "base/glob.h"
#include "task/sched.h"

#include <errno.h>
#include <string.h>
#include <sys/resource.h>

enum { SPARE_FILES = 32 }; /* for what is no connection */

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

int
settings_connections(const struct options *options, size_t *most, char *reason)
{
	size_t files = raise_file_limit();
	size_t room = files > SPARE_FILES ? files - SPARE_FILES : 0;

	if (room > sched_most_tasks())
		room = sched_most_tasks();
	if (options->max_connections > room || room == 0) {
		snprintf(reason, OPTIONS_REASON,
			 "max_connections is %zu, but descriptors (%zu) and "
			 "stacks allow %zu: raise the limit of open files, or "
			 "lower it",
			 options->max_connections, files, room);
		return -EINVAL;
	}
	*most = options->max_connections > 0 ? options->max_connections : room;
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
settings_apply(const struct options *options, size_t max_connections,
	       struct service *service, struct session_limits *limits)
{
	service->max_connections = max_connections;
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
}
