/* SPDX-License-Identifier: MIT */
#include "client/verb/verb_admin.h"

#include "client/base/clock.h"
#include "client/tool/query.h"
#include "client/tool/report.h"
#include "client/value/field.h"
#include "client/value/render.h"
#include "client/value/unpack.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct watch {
	struct tool *tool;
	int64_t left;  /* events until the end; -1: no end */
	uint64_t lost; /* here, likewise */
	bool is_over;  /* the time is */
};

/* As the daemon's log has it, and in its own line's first column. */
static void
put_time(FILE *to)
{
	struct timespec now;
	struct tm tm;
	char text[40];

	clock_gettime(CLOCK_REALTIME, &now);
	localtime_r(&now.tv_sec, &tm);
	strftime(text, sizeof text, "%H:%M:%S", &tm);
	fprintf(to, "%s.%03d", text, (int)(now.tv_nsec / 1000000));
}

/* The channel stands last: its name may have blanks. */
static int
put_event(FILE *to, const msgpack_object *event)
{
	char *op = field_text(event, "op");
	char *channel = field_text(event, "channel");
	int r = op != NULL && channel != NULL ? 0 : -ENOMEM;

	if (r == 0) {
		put_time(to);
		fprintf(to, "  %-4s  %-5s  task %-6" PRId64 "  %s\n", op,
			field_is_set(event, "will_block") ? "waits" : "meets",
			field_integer(event, "task", 0), channel);
	}
	free(op);
	free(channel);
	return r;
}

static int
print_event(FILE *to, const msgpack_object *event, bool is_json)
{
	int r;

	if (event->type != MSGPACK_OBJECT_MAP)
		return -EPROTO;
	r = is_json ? render_json(to, event) : put_event(to, event);
	if (is_json)
		putc('\n', to);
	return r;
}

/* Written at once, and in a way that signals end. */
static int
write_event(struct watch *watch, const msgpack_object *event)
{
	struct tool *tool = watch->tool;
	char *line = NULL;
	size_t size;
	FILE *to = open_memstream(&line, &size);
	int r;

	if (to == NULL)
		return -ENOMEM;
	r = print_event(to, event, tool->command->options.objects);
	if (fclose(to) != 0)
		r = -ENOMEM;
	if (r == 0)
		r = tool_write(tool, STDOUT_FILENO, line, size);
	free(line);
	return r;
}

/* What was not seen must not look as if it had not happened. */
static void
tell_lost(struct watch *watch, int64_t dropped)
{
	const struct command *command = watch->tool->command;
	uint64_t lost = chand_lost_events(watch->tool->client);

	if (dropped > 0)
		report(command,
		       "%" PRId64 " events were dropped here: we do not read "
		       "fast enough",
		       dropped);
	if (lost > watch->lost)
		report(command,
		       "%" PRIu64 " events were lost here: we do not write "
		       "fast enough",
		       lost - watch->lost);
	watch->lost = lost;
}

/* The params of a notification are an array of one. */
static int
take_event(struct watch *watch, struct chand_value encoded)
{
	msgpack_unpacked unpacked;
	msgpack_object params;
	int r = unpack_value(encoded, &unpacked, &params);

	if (r == 0 &&
	    (params.type != MSGPACK_OBJECT_ARRAY || params.via.array.size != 1))
		r = -EPROTO;
	if (r == 0) {
		const msgpack_object *event = &params.via.array.ptr[0];

		tell_lost(watch, field_integer(event, "dropped", 0));
		r = write_event(watch, event);
	}
	msgpack_unpacked_destroy(&unpacked);
	return r;
}

static int
take_events(struct watch *watch)
{
	struct chand_value encoded;
	int r = 0;

	while (r == 0 && watch->left != 0 &&
	       (encoded = chand_event(watch->tool->client)).kind != CHAND_NIL) {
		r = take_event(watch, encoded);
		watch->left -= watch->left > 0;
	}
	return r;
}

static void
end_time(struct loop_timer *timer)
{
	struct watch *watch = timer->context;

	watch->is_over = true;
}

static int
judge(struct watch *watch, int r)
{
	struct tool *tool = watch->tool;

	if (tool_signal(tool) != 0)
		return STATUS_SIGNAL + tool_signal(tool);
	if (r < 0)
		return query_report(tool, r);
	if (watch->left == 0)
		return 0;
	if (watch->is_over)
		return watch->left > 0 ? STATUS_TIMEOUT : 0;
	report(tool->command, "%s: %s", chand_text(tool->client),
	       tool->command->verb->lost);
	return STATUS_UNKNOWN;
}

static int
follow(struct watch *watch)
{
	struct tool *tool = watch->tool;
	struct loop_timer timer = { .expired = end_time, .context = watch };
	int r;

	if (tool->timeout != CHAND_FOREVER)
		loop_set(&tool->loop, &timer,
			 clock_after(tool->timeout * CLOCK_MS));
	while ((r = take_events(watch)) == 0 && watch->left != 0 &&
	       !watch->is_over && tool_signal(tool) == 0 &&
	       chand_is_connected(tool->client))
		loop_turn(&tool->loop);
	loop_unset(&tool->loop, &timer);
	return judge(watch, r);
}

int
verb_watch(struct tool *tool)
{
	const struct command *command = tool->command;
	struct watch watch = { .tool = tool, .left = -1 };
	struct params params;
	int status;

	if ((command->options.given & FLAG_BIT(count)) != 0)
		watch.left = command->options.count;
	params_init(&params, 1);
	params_string(&params, command->count > 0 ? command->args[0] : "*");
	status =
	    tool_do(tool, params_start(&params, tool->client, "channel.watch"));
	return status == 0 ? follow(&watch) : status;
}
