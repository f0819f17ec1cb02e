/* SPDX-License-Identifier: MIT */
#include "reload.h"

int
source_read(const struct source *source, struct options *options, char *reason)
{
	int r = options_read(options, source->argc, source->argv,
			     source->environment, source->default_file, reason);

	if (r >= 0 && options->listen.count == 0)
		options_default_listen(options);
	return r;
}

static void
tell_fixed(const struct options *now, const struct options *next)
{
	const char *name;
	unsigned row = 0;

	while ((name = options_next_fixed(now, next, &row)) != NULL)
		log_event(EVENT_option_stays, LOG_TEXT("option", name));
}

int
reload(const struct source *source, const struct options *now,
       struct options *next)
{
	char reason[OPTIONS_REASON];
	int r = source_read(source, next, reason);

	if (r < 0) {
		log_event(EVENT_not_reloaded, LOG_TEXT("reason", reason));
		options_fini(next);
		return r;
	}
	tell_fixed(now, next);
	return 0;
}
