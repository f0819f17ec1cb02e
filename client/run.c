/* SPDX-License-Identifier: MIT */
#include "client/run.h"

#include "client/call.h"
#include "client/clock.h"
#include "client/conn.h"
#include "client/input.h"
#include "client/output.h"
#include "client/render.h"
#include "client/report.h"
#include "client/request.h"

#include "proto/error.h"
#include "proto/limits.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A daemon that answers at all does so by then. */
#define CONNECT_SPAN (10 * CLOCK_SECOND)
#define ANSWER_SPAN (5 * CLOCK_SECOND)

/* A command that is being run. */
struct run {
	const struct command *command;
	struct url url;
	char where[URL_TEXT_MAX]; /* the url as text */
	msgpack_sbuffer request;
	struct reply reply;
	int64_t elapsed; /* ns from request to reply */
};

/* Centuries are for ever: the nanoseconds of what we add up must fit. */
static int64_t
timeout_ns(const struct command *command)
{
	return command->timeout < 1e9
		   ? (int64_t)(command->timeout * (double)CLOCK_SECOND)
		   : INT64_MAX;
}

static int64_t
connect_span(const struct command *command)
{
	int64_t timeout = timeout_ns(command);

	return timeout > 0 && timeout < CONNECT_SPAN ? timeout : CONNECT_SPAN;
}

/* How long the daemon may be silent, or INT64_MAX. */
static int64_t
patience(const struct command *command)
{
	if (command->timeout < 0)
		return command->verb->waits ? INT64_MAX : ANSWER_SPAN;
	return timeout_ns(command) < INT64_MAX - ANSWER_SPAN
		   ? timeout_ns(command) + ANSWER_SPAN
		   : INT64_MAX;
}

static int
find_daemon(struct run *run)
{
	struct place place;
	const char *reason;
	int r = conn_find(run->command->server, &run->url, &place, &reason);

	if (r < 0)
		return report_use(run->command, "%s: %s; not \"%.120s\"",
				  place.source, reason, place.text);
	url_print(&run->url, run->where);
	return 0;
}

static int
pack_input(struct run *run)
{
	char *data;
	size_t size;
	int r = input_read(STDIN_FILENO, LIMIT_MESSAGE, &data, &size);

	if (r == -EMSGSIZE) {
		report(run->command,
		       "standard input is longer than the %d MiB that a value "
		       "may have; nothing was sent",
		       LIMIT_MESSAGE >> 20);
		return STATUS_OTHER;
	}
	if (r < 0) {
		report(run->command, "cannot read standard input: %s",
		       strerror(-r));
		return STATUS_OTHER;
	}
	r = request_pack(&run->request, run->command, data, size);
	free(data);
	return r < 0 ? report_memory(run->command) : 0;
}

static int
pack(struct run *run)
{
	const char *value = run->command->args[1];

	if (run->command->verb->gives_value &&
	    (value == NULL || strcmp(value, "-") == 0))
		return pack_input(run);
	if (request_pack(&run->request, run->command, value,
			 value != NULL ? strlen(value) : 0) < 0)
		return report_memory(run->command);
	return 0;
}

/* What to try, by what connecting failed with. */
static const char *
advice(int negative_errno)
{
	if (negative_errno == -EACCES || negative_errno == -EPERM)
		return "its owner must let this user in";
	return "is chand running? start it, or say where it listens with -s "
	       "URL or CHAND_URL";
}

static int
report_lost(const struct run *run, int r)
{
	const struct command *command = run->command;

	if (r == -ECANCELED) {
		report(command, "withdrawn");
		return STATUS_SIGNAL + run->reply.signal;
	}
	if (call_was_gibberish(r)) {
		report(command, "not a chand at %s: %s", run->where,
		       r == -ENOMSG ? "its reply is to something else"
				    : frame_fault(r));
		return STATUS_OTHER;
	}
	if (r == -ENOMEM)
		return report_memory(command);
	if (run->reply.sent == 0) {
		report(command, "%s hung up before anything was sent",
		       run->where);
		return STATUS_UNREACHABLE;
	}
	report(command, "UNKNOWN: lost the connection to %s (%s): %s",
	       run->where, strerror(-r), command->verb->lost);
	return STATUS_UNKNOWN;
}

static int
call(struct run *run)
{
	const char *reason;
	int64_t start;
	int fd = conn_open(&run->url, connect_span(run->command), &reason);
	int r;

	if (fd < 0) {
		report(run->command, "cannot reach %s: %s (%s)", run->where,
		       reason, advice(fd));
		return STATUS_UNREACHABLE;
	}
	start = clock_now();
	r = call_run(fd, run->request.data, run->request.size,
		     patience(run->command), &run->reply);
	run->elapsed = clock_now() - start;
	close(fd);
	return r == 0 ? 0 : report_lost(run, r);
}

/* Bare codes are given the text that errors.def has for them. */
static int
report_error(const struct run *run, const char *text, size_t size)
{
	const struct error *error = error_parse(text, size);
	int signal = run->reply.signal;

	if (error != NULL && error->number == ECANCELED && signal != 0) {
		report(run->command, "withdrawn");
		return STATUS_SIGNAL + signal;
	}
	if (error != NULL && size == strlen(error->code))
		report(run->command, "%s: %s", error->code, error->text);
	else
		report(run->command, "%.*s", (int)size, text);
	return error != NULL ? error->exit : STATUS_OTHER;
}

static int
judge_error(const struct run *run, const msgpack_object *error)
{
	char *text;

	if (error->type == MSGPACK_OBJECT_STR)
		return report_error(run, error->via.str.ptr,
				    error->via.str.size);
	if (error->type == MSGPACK_OBJECT_BIN)
		return report_error(run, error->via.bin.ptr,
				    error->via.bin.size);
	text = render_text(error);
	report(run->command, "%s", text != NULL ? text : "an error");
	free(text);
	return STATUS_OTHER;
}

/* A pipe whose reader has left is an old way to say "enough": no noise. */
static int
report_output(const struct run *run, int r)
{
	if (r == -EPIPE)
		return STATUS_OTHER;
	if (r == -EPROTO) {
		report(run->command,
		       "not a chand at %s: its answer is of another "
		       "shape",
		       run->where);
		return STATUS_OTHER;
	}
	if (run->command->verb->waits)
		report(run->command,
		       "a value was taken, and is lost: cannot write it: %s",
		       strerror(-r));
	else
		report(run->command, "cannot write the answer: %s",
		       strerror(-r));
	return STATUS_OTHER;
}

static int
write_answer(const struct run *run, const msgpack_object *result)
{
	struct answer answer = {
		.result = result,
		.url = run->where,
		.elapsed = run->elapsed,
		.to_terminal = isatty(STDOUT_FILENO) == 1,
	};
	struct output output;
	FILE *to = output_open(&output, STDOUT_FILENO);
	int written;
	int r;

	if (to == NULL)
		return report_memory(run->command);
	r = run->command->verb->print(to, &answer);
	written = output_close(&output, to);
	if (written < 0)
		r = written;
	return r == 0 ? 0 : report_output(run, r);
}

static int
judge(const struct run *run, struct span span, msgpack_unpacked *unpacked)
{
	size_t offset = 0;
	int r = msgpack_unpack_next(unpacked, (const char *)span.data,
				    span.size, &offset);

	/* It was scanned and found whole: only memory can be lacking. */
	return r == MSGPACK_UNPACK_SUCCESS ? 0 : report_memory(run->command);
}

static int
answer(const struct run *run)
{
	msgpack_unpacked unpacked;
	int status;

	msgpack_unpacked_init(&unpacked);
	status = judge(run, run->reply.frame.error, &unpacked);
	if (status == 0 && unpacked.data.type != MSGPACK_OBJECT_NIL) {
		status = judge_error(run, &unpacked.data);
	} else if (status == 0) {
		status = judge(run, run->reply.frame.result, &unpacked);
		if (status == 0)
			status = write_answer(run, &unpacked.data);
	}
	msgpack_unpacked_destroy(&unpacked);
	return status;
}

int
run_command(const struct command *command)
{
	struct run run = { .command = command };
	int status = find_daemon(&run);

	/* Better not to take a value than to have nowhere to put it. */
	if (status == 0 && command->verb->writes &&
	    !output_is_open(STDOUT_FILENO)) {
		report(command, "standard output is closed; nothing was sent");
		return STATUS_OTHER;
	}
	msgpack_sbuffer_init(&run.request);
	if (status == 0)
		status = pack(&run);
	if (status == 0)
		status = call(&run);
	msgpack_sbuffer_destroy(&run.request);
	if (status == 0)
		status = answer(&run);
	reply_fini(&run.reply);
	return status;
}
