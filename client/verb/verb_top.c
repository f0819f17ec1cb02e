/* SPDX-License-Identifier: MIT */
/*
 * Keys are read while the daemon is asked, so that one which hangs, or is not
 * there any more, holds up nobody who wants to leave.
 */
#include "client/verb/verb_admin.h"

#include "client/base/clock.h"
#include "client/base/output.h"
#include "client/show/print.h"
#include "client/show/screen.h"
#include "client/show/tally.h"
#include "client/show/top.h"
#include "client/tool/query.h"
#include "client/tool/report.h"
#include "client/value/unpack.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { INTERVAL = 1000, SHORTEST = 50 }; /* ms */

enum { ASK_INFO, ASK_STATS, ASK_CHANNELS, ASK_TASKS, ASKED };

static const char *const methods[] = {
	[ASK_INFO] = "server.info",
	[ASK_STATS] = "server.stats",
	[ASK_CHANNELS] = "channel.list",
	[ASK_TASKS] = "task.list",
};

struct show {
	struct tool *tool;
	struct chand_call *calls[ASKED]; /* NULL while nothing is asked */
	struct top top;
	struct tally tally;
	struct loop_timer timer;
	int64_t interval; /* ms */
	enum top_sort sort;
	bool shows_tasks;
	bool is_due;  /* it is time to ask */
	bool is_left; /* the user has seen enough */
	char *tasks;  /* their table, or NULL */
	char status[200];
};

/* ---- asking ---- */

static struct chand_call *
start(struct tool *tool, int what)
{
	const struct command *command = tool->command;
	bool has_glob = what == ASK_CHANNELS && command->count > 0;
	struct params params;
	struct chand_call *call;

	params_init(&params, has_glob);
	if (has_glob)
		params_string(&params, command->args[0]);
	call = params_start(&params, tool->client, methods[what]);
	tool_hurry(call);
	return call;
}

static void
ask(struct show *show)
{
	for (int i = 0; i < ASKED; i++)
		show->calls[i] = start(show->tool, i);
}

static bool
is_answered(const struct show *show)
{
	for (int i = 0; i < ASKED; i++)
		if (chand_call_code(show->calls[i]) == CHAND_PENDING)
			return false;
	return true;
}

static void
forget(struct show *show)
{
	for (int i = 0; i < ASKED; i++) {
		chand_call_free(show->calls[i]);
		show->calls[i] = NULL;
	}
}

/* The first that has failed; NULL: none. */
static const struct chand_call *
find_failed(const struct show *show, bool *has_failed)
{
	for (int i = 0; i < ASKED; i++)
		if (chand_call_code(show->calls[i]) != CHAND_OK) {
			*has_failed = true;
			return show->calls[i];
		}
	*has_failed = false;
	return NULL;
}

static int
write_tasks(struct show *show, const msgpack_object *list)
{
	struct answer answer = { .result = list, .width = screen_width() };
	char *text = NULL;
	size_t size;
	FILE *to = open_memstream(&text, &size);
	int r;

	if (to == NULL)
		return -ENOMEM;
	r = print_tasks(to, &answer);
	if (fclose(to) != 0 || r < 0) {
		free(text);
		return r < 0 ? r : -ENOMEM;
	}
	free(show->tasks);
	show->tasks = text;
	return 0;
}

/* 0, -EPROTO or -ENOMEM. */
static int
take(struct show *show)
{
	msgpack_unpacked unpacked[ASKED];
	msgpack_object objects[ASKED];
	int r = 0;

	for (int i = 0; i < ASKED; i++)
		if (unpack_value(chand_call_value(show->calls[i]), &unpacked[i],
				 &objects[i]) < 0)
			r = -ENOMEM;
	if (r == 0)
		r = top_take(&show->top, &objects[ASK_INFO],
			     &objects[ASK_STATS], &objects[ASK_CHANNELS],
			     &show->tally, clock_now());
	tally_clear(&show->tally);
	if (r == 0)
		r = write_tasks(show, &objects[ASK_TASKS]);
	for (int i = 0; i < ASKED; i++)
		msgpack_unpacked_destroy(&unpacked[i]);
	show->top.url = chand_url(show->tool->client);
	return r;
}

/* Ask, and wait; the exit status. */
static int
sample(struct show *show)
{
	struct tool *tool = show->tool;
	const struct chand_call *failed;
	bool has_failed;
	int status = 0;
	int r;

	ask(show);
	for (int i = 0; i < ASKED; i++)
		tool_finish(tool, show->calls[i]);
	failed = find_failed(show, &has_failed);
	if (has_failed)
		status = tool_judge(tool, "", failed);
	else if ((r = take(show)) < 0)
		status = query_report(tool, r);
	forget(show);
	return status;
}

static void
turn_loop(struct show *show)
{
	tally_turn(&show->tally);
	loop_turn(&show->tool->loop);
}

static void
become_due(struct loop_timer *timer)
{
	struct show *show = timer->context;

	show->is_due = true;
}

static void
set_timer(struct show *show)
{
	show->is_due = false;
	show->timer.expired = become_due;
	show->timer.context = show;
	loop_set(&show->tool->loop, &show->timer,
		 clock_after(show->interval * CLOCK_MS));
}

/* ---- the page ---- */

static int
put_page(FILE *to, const struct show *show, size_t width)
{
	top_write_head(to, &show->top);
	putc('\n', to);
	if (!show->shows_tasks)
		return top_write_channels(to, &show->top, show->sort, width);
	fputs(show->tasks, to);
	return 0;
}

static void
draw(const struct show *show)
{
	char *page = NULL;
	size_t size;
	FILE *to = open_memstream(&page, &size);

	if (to == NULL)
		return;
	put_page(to, show, screen_width());
	if (fclose(to) == 0)
		screen_show(page, TOP_HEAD + 1, show->status);
	free(page);
}

/* ---- once ---- */

static int
write_once(struct show *show)
{
	struct output output;
	FILE *to = output_open(&output, STDOUT_FILENO);
	int written;
	int r;

	if (to == NULL)
		return report_memory(show->tool->command);
	r = put_page(to, show, output_width(STDOUT_FILENO));
	written = output_close(&output, to);
	if (written < 0)
		r = written;
	return r == 0 ? 0 : query_report(show->tool, r);
}

static int
run_once(struct show *show)
{
	int status;

	set_timer(show);
	while (!show->is_due && tool_signal(show->tool) == 0)
		turn_loop(show);
	if (tool_signal(show->tool) != 0)
		return tool_withdrawn(show->tool);
	status = sample(show);
	return status == 0 ? write_once(show) : status;
}

/* ---- live ---- */

static const struct key {
	char key;
	enum top_sort sort;
} keys[] = {
	{ 'r', TOP_BY_RATE },
	{ 'w', TOP_BY_WAITING },
	{ 'o', TOP_BY_OLDEST },
	{ 'n', TOP_BY_NAME },
};

static void
obey(struct show *show, int key)
{
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		if (key == keys[i].key) {
			show->sort = keys[i].sort;
			show->shows_tasks = false;
		}
	if (key == 'p' || key == 'c')
		show->shows_tasks = key == 'p';
	if (key == 'q')
		show->is_left = true;
	if (key == ' ')
		show->is_due = true;
}

static void
read_keys(struct show *show)
{
	int key;

	while ((key = screen_key()) != SCREEN_NOTHING) {
		obey(show, key);
		draw(show);
	}
}

/* What is shown stays: it is the last that is known. */
static void
take_answers(struct show *show)
{
	const struct chand_call *failed;
	bool has_failed;
	int r;

	failed = find_failed(show, &has_failed);
	show->status[0] = '\0';
	if (has_failed)
		snprintf(show->status, sizeof show->status,
			 "trying again (q leaves): %s",
			 failed != NULL ? chand_call_text(failed)
					: "out of memory");
	else if ((r = take(show)) < 0)
		snprintf(show->status, sizeof show->status, "%s",
			 r == -EPROTO ? "an answer of another shape: no chand?"
				      : "out of memory");
	forget(show);
	set_timer(show);
	draw(show);
}

/* The keys are read at each turn; but of a terminal that has gone, for ever. */
static void
look(struct loop_watch *watch)
{
	struct show *show = watch->context;
	struct pollfd ask = { .fd = watch->fd };

	if (poll(&ask, 1, 0) == 1)
		show->is_left = true;
}

static void
turn(struct show *show)
{
	read_keys(show);
	if (show->is_due && show->calls[0] == NULL) {
		show->is_due = false;
		ask(show);
	}
	if (show->calls[0] != NULL && is_answered(show))
		take_answers(show);
	else
		turn_loop(show);
}

static int
run_live(struct show *show)
{
	struct tool *tool = show->tool;
	struct loop_watch watch = { .fd = STDIN_FILENO,
				    .events = POLLIN,
				    .ready = look,
				    .context = show };

	if (loop_add(&tool->loop, &watch) < 0)
		return report_memory(tool->command);
	draw(show);
	set_timer(show);
	while (!show->is_left && tool_signal(tool) == 0)
		turn(show);
	loop_remove(&tool->loop, &watch);
	forget(show);
	return tool_signal(tool) != 0 ? STATUS_SIGNAL + tool_signal(tool) : 0;
}

static int
run(struct show *show)
{
	const struct options *options = &show->tool->command->options;
	int status;
	int r;

	if (options->once || isatty(STDOUT_FILENO) != 1)
		return run_once(show);
	r = screen_open();
	if (r < 0)
		return report_use(show->tool->command,
				  r == -ENOSYS
				      ? "built without ncurses; -1 writes once"
				      : "this is no terminal that it could "
					"use; -1 writes once");
	status = run_live(show);
	screen_close();
	return status;
}

static int
understand(struct show *show, const struct options *options)
{
	if ((options->given & FLAG_BIT(interval)) != 0)
		show->interval = options->interval;
	if (show->interval < SHORTEST)
		show->interval = SHORTEST;
	if (options->sort != NULL &&
	    top_parse_sort(options->sort, &show->sort) < 0)
		return report_use(show->tool->command,
				  "--sort takes rate, waiting, oldest "
				  "or name, not \"%.40s\"",
				  options->sort);
	return 0;
}

static int
begin(struct show *show)
{
	const struct command *command = show->tool->command;
	const char *glob = command->count > 0 ? command->args[0] : "*";

	return tally_init(&show->tally, &show->tool->loop,
			  command->options.server, glob) == 0
		   ? 0
		   : report_memory(command);
}

/* The first answer before the terminal is taken: failures are said on it. */
int
verb_top(struct tool *tool)
{
	struct show show = { .tool = tool, .interval = INTERVAL };
	int status = understand(&show, &tool->command->options);

	/* One task is enough, and all that shows of us. */
	chand_set_concurrent(tool->client, false);
	if (status == 0)
		status = begin(&show);
	if (status == 0)
		status = sample(&show);
	if (status == 0)
		status = run(&show);
	loop_unset(&tool->loop, &show.timer);
	tally_fini(&show.tally);
	top_fini(&show.top);
	free(show.tasks);
	return status;
}
