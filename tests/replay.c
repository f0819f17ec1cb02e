/* SPDX-License-Identifier: MIT */
/*
 * replay - runs the scheduling vectors against daemon/task and daemon/chan.
 *
 *   replay [--level LEVEL]... [--with-bystanders] FILE.jsonl
 *
 * With bystanders, others are parked that use what Stackless does not have.
 * Vectors and their format: tests/vectors/README.md. The operations
 * are in replay_operations.c.
 */
#include "bystanders.h"
#include "replay_operations.h"

#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct vector vector;

static bool has_bystanders;
static size_t stack_bytes, stack_used;

static void FORMAT(1) say(const char *format, ...)
{
	char line[256];
	va_list arguments;

	if (vector.is_over)
		return;
	va_start(arguments, format);
	vsnprintf(line, sizeof line, format, arguments);
	va_end(arguments);
	json_array_append_new(vector.trace, json_string(line));
}

const char *
vector_name_of(const struct task *task)
{
	for (size_t i = 0; i < vector.tasklet_count; i++)
		if (vector.tasklets[i].task == task)
			return vector.tasklets[i].name;
	return "?";
}

/* ---- a tasklet ---- */

static struct chan *
find_channel(const char *name)
{
	for (size_t i = 0; i < vector.channel_count; i++)
		if (strcmp(vector.channels[i].name, name) == 0)
			return &vector.channels[i].chan;
	return NULL;
}

static struct tasklet *
find_tasklet(const char *name)
{
	for (size_t i = 0; i < vector.tasklet_count; i++)
		if (strcmp(vector.tasklets[i].name, name) == 0)
			return &vector.tasklets[i];
	return NULL;
}

static const char *
exception_name(const struct operation *op, int error)
{
	switch (error) {
	case -EREMOTEIO:
		return op->error;
	case -EDEADLK:
	case -EBUSY:
	case -ESRCH:
		return "RuntimeError";
	case -EPIPE:
		return "ValueError";
	case -ENODATA:
		return "StopIteration";
	case -ECANCELED:
		return "TaskletExit";
	default:
		return strerror(-error);
	}
}

static void
say_result(const struct operation *op, size_t i)
{
	char *text = op->result != NULL
			 ? json_dumps(op->result, JSON_ENCODE_ANY)
			 : strdup("null");

	say("< %s %zu ok %s", op->self->name, i, text);
	free(text);
}

static void
split(const char *text, struct operation *op)
{
	int used = 0;

	while (op->count < WORDS &&
	       sscanf(text, "%63s%n", op->words[op->count], &used) == 1) {
		text += used;
		op->count++;
	}
}

/* False when the tasklet dies of what the operation raised. */
PARKS static bool
step(struct tasklet *self, size_t i)
{
	struct operation op = { .self = self };
	const char *error;
	int r;

	split(json_string_value(json_array_get(self->script, i)), &op);
	op.chan = find_channel(op.words[1]);
	op.other = find_tasklet(op.words[1]);
	say("> %s %zu", self->name, i);
	r = verb_find(op.words[0])->run(&op);
	if (r == 0)
		say_result(&op, i);
	json_decref(op.result);
	if (r == 0)
		return true;
	error = exception_name(&op, r);
	say("< %s %zu err %s", self->name, i, error);
	return strcmp(error, "TaskletExit") != 0 || self->is_stubborn;
}

PARKS static void
run_script(void *argument)
{
	struct tasklet *self = argument;

	self->has_begun = true;
	for (size_t i = 0; i < json_array_size(self->script); i++) {
		if (vector.is_over)
			break;
		if (!step(self, i)) {
			self->was_killed = true;
			break;
		}
	}
	if (vector.is_over)
		return;
	self->has_ended = true;
	say(self->was_killed ? "x %s killed" : "x %s", self->name);
}

static void
end(void *argument)
{
	struct tasklet *self = argument;

	self->task = NULL;
}

void
vector_spawn(struct tasklet *tasklet)
{
	tasklet->task = task_spawn(run_script, tasklet);
	tasklet->id = task_id(tasklet->task);
	task_on_end(tasklet->task, end);
}

/* ---- callbacks, where a vector has them ---- */

static const char *
name_of_id(uint64_t id)
{
	for (size_t i = 0; i < vector.tasklet_count; i++)
		if (vector.tasklets[i].id == id)
			return vector.tasklets[i].name;
	return "main";
}

static void
say_switch(uint64_t previous, uint64_t next)
{
	say("sw %s %s", name_of_id(previous), name_of_id(next));
}

static void
say_operation(struct chan *chan, struct task *task, bool is_send,
	      bool will_block)
{
	const struct channel *c = vector.channels;

	while (&c->chan != chan)
		c++;
	say("cb %s %s %s %s", c->name, vector_name_of(task),
	    is_send ? "send" : "recv", will_block ? "block" : "noblock");
}

/* ---- a vector ---- */

static void
make_channels(json_t *channels)
{
	const char *name;
	json_t *settings;

	vector.channel_count = 0;
	json_object_foreach(channels, name, settings)
	{
		struct channel *c = &vector.channels[vector.channel_count++];

		c->name = name;
		chan_init(&c->chan);
		c->chan.preference =
		    (int)json_integer_value(json_object_get(settings, "pref"));
		c->chan.schedule_all = json_integer_value(json_object_get(
					   settings, "schedule_all")) != 0;
	}
}

static void
start_tasklets(json_t *tasklets)
{
	json_t *row;
	size_t i;

	vector.tasklet_count = 0;
	json_array_foreach(tasklets, i, row)
	{
		struct tasklet *t = &vector.tasklets[vector.tasklet_count++];
		json_t *options = json_array_get(row, 2);

		*t = (struct tasklet){
			.name = json_string_value(json_array_get(row, 0)),
			.script = json_array_get(row, 1),
			.is_lazy = json_object_get(options, "lazy") != NULL,
			.is_stubborn =
			    json_object_get(options, "stubborn") != NULL,
		};
		if (!t->is_lazy)
			vector_spawn(t);
	}
}

static json_t *
describe_channel(const struct channel *c)
{
	json_t *queue = json_array();
	const struct list *place = NULL;
	const struct task *task;

	while ((task = chan_queue(&c->chan, &place)) != NULL)
		json_array_append_new(queue, json_string(vector_name_of(task)));
	return json_pack("{s:I s:b s:b s:o}", "balance",
			 (json_int_t)c->chan.balance, "closing",
			 c->chan.is_closing, "closed", chan_is_closed(&c->chan),
			 "queue", queue);
}

/* The channel that a blocked tasklet waits on. */
static const char *
blocked_on(const struct tasklet *t)
{
	for (size_t i = 0; i < vector.channel_count; i++) {
		const struct chan *chan = &vector.channels[i].chan;
		const struct list *place = NULL;
		const struct task *task;

		while ((task = chan_queue(chan, &place)) != NULL)
			if (task == t->task)
				return vector.channels[i].name;
	}
	return "?";
}

static json_t *
describe_tasklet(const struct tasklet *t)
{
	if (t->has_ended)
		return json_string(t->was_killed ? "killed" : "done");
	if (t->task == NULL)
		return json_string("never");
	if (task_is_blocked(t->task))
		return json_sprintf("blocked %s", blocked_on(t));
	return json_string(t->has_begun ? "paused" : "paused-unstarted");
}

static json_t *
describe_end(void)
{
	json_t *channels = json_object();
	json_t *tasklets = json_object();

	for (size_t i = 0; i < vector.channel_count; i++)
		json_object_set_new(channels, vector.channels[i].name,
				    describe_channel(&vector.channels[i]));
	for (size_t i = 0; i < vector.tasklet_count; i++)
		json_object_set_new(tasklets, vector.tasklets[i].name,
				    describe_tasklet(&vector.tasklets[i]));
	return json_pack("{s:o s:o}", "chans", channels, "tasklets", tasklets);
}

static void
note_stacks(void)
{
	size_t used = sched_stack_used(&stack_bytes);

	if (used > stack_used)
		stack_used = used;
}

static void
clean_up(void)
{
	vector.is_over = true;
	for (size_t i = 0; i < vector.tasklet_count; i++)
		if (vector.tasklets[i].task != NULL)
			task_cancel(vector.tasklets[i].task);
	sched_run();
	for (size_t i = 0; i < vector.channel_count; i++)
		chan_fini(&vector.channels[i].chan);
	if (has_bystanders)
		bystanders_end();
	note_stacks();
	sched_fini();
	vector.is_over = false;
}

/* ---- comparing ---- */

/* An operation that the table lacks, or NULL. */
static const char *
missing_verb(json_t *tasklets)
{
	static char name[WORD];
	size_t i, j;
	json_t *row, *text;

	json_array_foreach(tasklets, i, row)
	    json_array_foreach(json_array_get(row, 1), j, text)
	{
		sscanf(json_string_value(text), "%63s", name);
		if (verb_find(name) == NULL)
			return name;
	}
	return NULL;
}

static bool
is_same(const char *name, const char *what, const json_t *wanted,
	const json_t *got)
{
	char *w, *g;

	if (json_equal(wanted, got))
		return true;
	w = json_dumps(wanted, JSON_ENCODE_ANY | JSON_SORT_KEYS);
	g = json_dumps(got, JSON_ENCODE_ANY | JSON_SORT_KEYS);
	printf("%s: %s differs\n  wanted %s\n  got    %s\n", name, what,
	       w != NULL ? w : "nothing", g != NULL ? g : "nothing");
	free(w);
	free(g);
	return false;
}

/* Line for line, so that the first difference is what is shown. */
static bool
is_same_trace(const char *name, json_t *wanted)
{
	size_t size = json_array_size(wanted);
	size_t got = json_array_size(vector.trace);
	char where[32];

	for (size_t i = 0; i < (size > got ? size : got); i++) {
		snprintf(where, sizeof where, "trace line %zu", i + 1);
		if (!is_same(name, where, json_array_get(wanted, i),
			     json_array_get(vector.trace, i)))
			return false;
	}
	return true;
}

static bool
replay(json_t *wanted)
{
	const char *name = json_string_value(json_object_get(wanted, "name"));
	json_t *tasklets = json_object_get(wanted, "tasklets");
	const char *missing = missing_verb(tasklets);
	json_t *end;
	bool passed;

	if (missing != NULL) {
		printf("%s: no operation %s\n", name, missing);
		return false;
	}
	vector.trace = json_array();
	sched_init(&(struct sched_config){ .measures_stacks = true });
	if (has_bystanders)
		bystanders_begin();
	if (json_object_get(wanted, "schedcb") != NULL)
		sched_on_switch(say_switch);
	chan_on_operation(
	    json_object_get(wanted, "chancb") != NULL ? say_operation : NULL);
	make_channels(json_object_get(wanted, "chans"));
	start_tasklets(tasklets);
	sched_run();
	end = describe_end();
	clean_up();
	passed =
	    is_same_trace(name, json_object_get(wanted, "trace")) &&
	    is_same(name, "final state", json_object_get(wanted, "final"), end);
	json_decref(end);
	json_decref(vector.trace);
	return passed;
}

/* ---- the file ---- */

static bool
is_wanted(const json_t *wanted, const char *const *levels, int count)
{
	const char *level = json_string_value(json_object_get(wanted, "level"));

	for (int i = 0; i < count; i++)
		if (level != NULL && strcmp(level, levels[i]) == 0)
			return true;
	return count == 0;
}

static int
replay_file(FILE *file, const char *const *levels, int level_count)
{
	unsigned passed = 0, failed = 0;
	json_error_t error;
	char *line = NULL;
	size_t size = 0;
	json_t *wanted;

	while (getline(&line, &size, file) > 0) {
		wanted = json_loads(line, 0, &error);
		if (wanted == NULL) {
			printf("not JSON: %s\n", error.text);
			failed++;
		} else if (is_wanted(wanted, levels, level_count)) {
			*(replay(wanted) ? &passed : &failed) += 1;
		}
		json_decref(wanted);
	}
	free(line);
	printf("%zu of a stack's %zu bytes were used at most\n", stack_used,
	       stack_bytes);
	failed += stack_used > stack_bytes / 2;
	printf("%u passed, %u failed\n", passed, failed);
	return passed > 0 && failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

int
main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "level", required_argument, NULL, 'l' },
		{ "with-bystanders", no_argument, NULL, 'b' },
		{ 0 },
	};
	const char *levels[MOST];
	int count = 0;
	FILE *file;
	int c, r;

	while ((c = getopt_long(argc, argv, "l:b", options, NULL)) == 'l' ||
	       c == 'b')
		if (c == 'b')
			has_bystanders = true;
		else if (count < MOST)
			levels[count++] = optarg;
	file = c == -1 && optind + 1 == argc ? fopen(argv[optind], "r") : NULL;
	if (file == NULL) {
		fprintf(stderr,
			"usage: replay [--level LEVEL]... [--with-bystanders] "
			"FILE.jsonl\n");
		return 2;
	}
	r = replay_file(file, levels, count);
	fclose(file);
	return r;
}
