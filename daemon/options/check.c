/* SPDX-License-Identifier: MIT */
#include "options/check.h"

#include "options/value.h"

static int
check_capacity(const struct options *options,
	       const struct channel_options *channel, char *reason)
{
	char place[ORIGIN_TEXT], other[ORIGIN_TEXT];

	if (channel->capacity <= options->max_capacity)
		return 0;
	return option_fail(
	    reason, "%s: capacity is %zu, but max_capacity is %zu (%s)",
	    origin_print(&channel->origins[ROW_channel_capacity], place),
	    channel->capacity, options->max_capacity,
	    origin_print(&options->origins[ROW_limits_max_capacity], other));
}

int
check_together(const struct options *options, char *reason)
{
	int r = 0;

	for (size_t i = 0; i < options->channel_count && r == 0; i++)
		r = check_capacity(options, &options->channels[i], reason);
	return r;
}
