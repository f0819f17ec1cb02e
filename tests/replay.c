/* SPDX-License-Identifier: MIT */
/*
 * replay - runs the scheduling vectors against daemon/task and daemon/chan.
 *
 *   replay [--level LEVEL]... FILE.jsonl
 *
 * Vectors and their format: tests/vectors/README.md. There are no semantics
 * in here: an operation calls one function of the two rooms and says how its
 * result is written. A new one is a line in the table.
 */
#include "chan/chan.h"
#include "task/sched.h"

#include <errno.h>
#include <getopt.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 32, WORD = 64 };

struct channel {
	const char *name;
	struct chan chan;
};

struct tasklet {
	const char *name;
	json_t *script;
	struct task *task;
	bool is_lazy;
	bool is_stubborn;
	bool has_ended;
	bool was_killed;
};

/* The vector that runs now. */
static struct {
	struct channel channels[MOST];
	struct tasklet tasklets[MOST];
	size_t channel_count;
	size_t tasklet_count;
	json_t *trace;
	bool is_over; /* what happens now is cleaning up */
} vector;

/* One operation as it runs: its words, and what it came to. */
struct operation {
	struct tasklet *self;
	struct chan *chan;
	char words[3][WORD];
	json_t *result;	  /* on success; owned */
	char error[WORD]; /* of an exception that was received */
};

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

/* ---- operations ---- */

static struct blob *
text_blob(const char *text)
{
	return blob_copy(text, strlen(text));
}

PARKS static int
finish_send(int r, struct blob *blob)
{
	if (r < 0)
		blob_free(blob);
	return r;
}

/* A received value is its JSON; a received exception its name. */
static int
finish_receive(struct operation *op, int r, struct blob *blob)
{
	char *text;

	if (r < 0 && r != -EREMOTEIO)
		return r;
	text = strndup((char *)blob_data(blob), blob_size(blob));
	if (r == 0)
		op->result = json_loads(text, JSON_DECODE_ANY, NULL);
	else
		snprintf(op->error, sizeof op->error, "%s", text);
	free(text);
	blob_free(blob);
	return r;
}

PARKS static int
op_send(struct operation *op)
{
	struct blob *blob = text_blob(op->words[2]);

	return finish_send(chan_send(op->chan, blob, NO_DEADLINE), blob);
}

PARKS static int
op_send_exception(struct operation *op)
{
	struct blob *blob = text_blob(op->words[2]);

	return finish_send(chan_send_exception(op->chan, blob, NO_DEADLINE),
			   blob);
}

PARKS static int
op_recv(struct operation *op)
{
	struct blob *blob;
	int r = chan_receive(op->chan, &blob, NO_DEADLINE);

	return finish_receive(op, r, blob);
}

PARKS static int
op_next(struct operation *op)
{
	struct blob *blob;
	int r = chan_next(op->chan, &blob, NO_DEADLINE);

	return finish_receive(op, r, blob);
}

PARKS static int
op_schedule(struct operation *op)
{
	(void)op;
	return task_yield(NULL);
}

static int
op_pref(struct operation *op)
{
	op->result =
	    json_integer(chan_set_preference(op->chan, atol(op->words[2])));
	return 0;
}

static int
op_schedule_all(struct operation *op)
{
	op->chan->schedule_all = atol(op->words[2]) != 0;
	op->result = json_integer(op->chan->schedule_all);
	return 0;
}

static int
op_balance(struct operation *op)
{
	op->result = json_integer(op->chan->balance);
	return 0;
}

static int
op_runcount(struct operation *op)
{
	op->result = json_integer((json_int_t)task_runcount());
	return 0;
}

static int
op_close(struct operation *op)
{
	chan_close(op->chan);
	return 0;
}

static int
op_open(struct operation *op)
{
	chan_open(op->chan);
	return 0;
}

static int
op_closing(struct operation *op)
{
	op->result = json_boolean(op->chan->is_closing);
	return 0;
}

static int
op_closed(struct operation *op)
{
	op->result = json_boolean(chan_is_closed(op->chan));
	return 0;
}

static const char *
name_of(const struct task *task)
{
	for (size_t i = 0; i < vector.tasklet_count; i++)
		if (vector.tasklets[i].task == task)
			return vector.tasklets[i].name;
	return "?";
}

static int
op_queue(struct operation *op)
{
	struct task *head = chan_queue(op->chan, NULL);

	op->result = head != NULL ? json_string(name_of(head)) : json_null();
	return 0;
}

static int
op_trap(struct operation *op)
{
	task_set_block_trap(atol(op->words[1]) != 0);
	return 0;
}

static const struct verb {
	const char *name;
	int (*run)(struct operation *op);
	bool on_channel; /* the second word names one */
} verbs[] = {
	{ "send", op_send, true },
	{ "send_exc", op_send_exception, true },
	{ "send_throw", op_send_exception, true },
	{ "recv", op_recv, true },
	{ "next", op_next, true },
	{ "schedule", op_schedule, false },
	{ "pref", op_pref, true },
	{ "schedall", op_schedule_all, true },
	{ "balance", op_balance, true },
	{ "runcount", op_runcount, false },
	{ "close", op_close, true },
	{ "open", op_open, true },
	{ "closing", op_closing, true },
	{ "closed", op_closed, true },
	{ "queue", op_queue, true },
	{ "trap", op_trap, false },
};

/* ---- a tasklet ---- */

static const struct verb *
find_verb(const char *name)
{
	for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
		if (strcmp(verbs[i].name, name) == 0)
			return &verbs[i];
	return NULL;
}

static struct chan *
find_channel(const char *name)
{
	for (size_t i = 0; i < vector.channel_count; i++)
		if (strcmp(vector.channels[i].name, name) == 0)
			return &vector.channels[i].chan;
	return NULL;
}

static const char *
exception_name(const struct operation *op, int error)
{
	switch (error) {
	case -EREMOTEIO:
		return op->error;
	case -EDEADLK:
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

/* False when the tasklet dies of what the operation raised. */
PARKS static bool
step(struct tasklet *self, size_t i)
{
	struct operation op = { .self = self };
	const char *text = json_string_value(json_array_get(self->script, i));
	const char *error;
	int r;

	sscanf(text, "%63s %63s %63[^\n]", op.words[0], op.words[1],
	       op.words[2]);
	op.chan = find_channel(op.words[1]);
	say("> %s %zu", self->name, i);
	r = find_verb(op.words[0])->run(&op);
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
			t->task = task_spawn(run_script, t);
	}
}

static json_t *
describe_channel(const struct channel *c)
{
	json_t *queue = json_array();
	struct task *task = NULL;

	while ((task = chan_queue(&c->chan, task)) != NULL)
		json_array_append_new(queue, json_string(name_of(task)));
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
		struct task *task = NULL;

		while ((task = chan_queue(chan, task)) != NULL)
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
	return json_string("paused");
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
clean_up(void)
{
	vector.is_over = true;
	for (size_t i = 0; i < vector.tasklet_count; i++)
		if (vector.tasklets[i].task != NULL &&
		    !vector.tasklets[i].has_ended)
			task_cancel(vector.tasklets[i].task);
	sched_run();
	for (size_t i = 0; i < vector.channel_count; i++)
		chan_fini(&vector.channels[i].chan);
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
		if (find_verb(name) == NULL)
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

	if (missing != NULL || json_object_get(wanted, "chancb") != NULL ||
	    json_object_get(wanted, "schedcb") != NULL) {
		printf("%s: no operation %s\n", name,
		       missing != NULL ? missing : "that installs a callback");
		return false;
	}
	vector.trace = json_array();
	sched_init(&(struct sched_config){ 0 });
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
	printf("%u passed, %u failed\n", passed, failed);
	return passed > 0 && failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

int
main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "level", required_argument, NULL, 'l' },
		{ 0 },
	};
	const char *levels[MOST];
	int count = 0;
	FILE *file;
	int c, r;

	while ((c = getopt_long(argc, argv, "l:", options, NULL)) == 'l')
		if (count < MOST)
			levels[count++] = optarg;
	file = c == -1 && optind + 1 == argc ? fopen(argv[optind], "r") : NULL;
	if (file == NULL) {
		fprintf(stderr,
			"usage: replay [--level LEVEL]... FILE.jsonl\n");
		return 2;
	}
	r = replay_file(file, levels, count);
	fclose(file);
	return r;
}
