/* SPDX-License-Identifier: MIT */
#include "client/run.h"

#include "client/chand.h"
#include "client/clock.h"
#include "client/input.h"
#include "client/output.h"
#include "client/render.h"
#include "client/report.h"
#include "client/signals.h"

#include "proto/error.h"
#include "proto/limits.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A daemon that has nothing to wait for answers by then. */
enum { ANSWER_MS = 5000 };

/* A command that is being run. */
struct run {
	const struct command *command;
	struct chand *client;
	struct chand_call *call;
	struct signals signals;
	int signal;	  /* that withdrew the call; or 0 */
	int64_t asked_at; /* ns; 0: not yet */
	int64_t elapsed;  /* ns from request to reply */
};

/* Up: a little is not nothing. Centuries are for ever. */
static int64_t
timeout_ms(const struct command *command)
{
	if (command->timeout < 0 || command->timeout > 1e12)
		return CHAND_FOREVER;
	return (int64_t)ceil(command->timeout * 1000);
}

static int
find_daemon(struct run *run)
{
	run->client = chand_new();
	if (run->client == NULL)
		return report_memory(run->command);
	if (chand_set_url(run->client, run->command->server) != CHAND_OK)
		return report_use(run->command, "-s: %s",
				  chand_text(run->client));
	return 0;
}

/* The arguments that were given, as an array of strings. */
static int
pack_arguments(msgpack_sbuffer *buffer, const struct command *command)
{
	size_t count = 0;
	msgpack_packer packer;
	int r;

	while (count < VERB_ARGS_MAX && command->args[count] != NULL)
		count++;
	msgpack_packer_init(&packer, buffer, msgpack_sbuffer_write);
	r = msgpack_pack_array(&packer, count);
	for (size_t i = 0; i < count; i++)
		r |= msgpack_pack_str_with_body(&packer, command->args[i],
						strlen(command->args[i]));
	return r;
}

static struct chand_call *
start_method(struct run *run)
{
	struct chand_call *call = NULL;
	msgpack_sbuffer buffer;

	msgpack_sbuffer_init(&buffer);
	if (pack_arguments(&buffer, run->command) == 0)
		call = chand_start(run->client, run->command->verb->method,
				   chand_encoded(buffer.data, buffer.size));
	msgpack_sbuffer_destroy(&buffer);
	chand_call_set_patience(call, ANSWER_MS);
	return call;
}

static struct chand_call *
start(struct run *run, const char *value, size_t size)
{
	const struct verb *verb = run->command->verb;
	const char *channel = run->command->args[0];
	int64_t timeout = timeout_ms(run->command);

	if (verb->gives_value)
		return chand_start_send(run->client, channel,
					chand_bytes(value, size), timeout);
	if (verb->waits)
		return chand_start_recv(run->client, channel, CHAND_PLAIN,
					timeout);
	return start_method(run);
}

static int
start_with_input(struct run *run)
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
	run->call = start(run, data, size);
	free(data);
	return 0;
}

static int
start_call(struct run *run)
{
	const char *value = run->command->args[1];

	if (run->command->verb->gives_value &&
	    (value == NULL || strcmp(value, "-") == 0))
		return start_with_input(run);
	run->call = start(run, value, value != NULL ? strlen(value) : 0);
	return 0;
}

/* One wait for the daemon, or for a signal. */
static void
wait_once(struct run *run)
{
	int64_t left = chand_deadline(run->client);
	struct pollfd waits[] = {
		{ chand_fd(run->client), chand_events(run->client), 0 },
		{ run->signals.fd, POLLIN, 0 },
	};

	poll(waits, 2, left < INT_MAX ? (int)left : INT_MAX);
	if (waits[1].revents == 0)
		return;
	signals_read(&run->signals);
	if (run->signals.first != run->signal) {
		run->signal = run->signals.first;
		chand_withdraw(run->client);
	}
}

static int
wait_for(struct run *run)
{
	int r = signals_take(&run->signals);

	if (r < 0) {
		report(run->command, "cannot wait: %s", strerror(-r));
		return STATUS_OTHER;
	}
	for (;;) {
		chand_process(run->client);
		if (run->asked_at == 0 && chand_is_connected(run->client))
			run->asked_at = clock_now();
		if (chand_call_code(run->call) != CHAND_PENDING)
			break;
		wait_once(run);
	}
	signals_give_back(&run->signals);
	run->elapsed = clock_now() - run->asked_at;
	return 0;
}

/* What is behind the code, which is the library's and no news to people. */
static const char *
text_alone(const struct run *run)
{
	const char *colon = strstr(chand_call_text(run->call), ": ");

	return colon != NULL ? colon + 2 : chand_call_text(run->call);
}

static int
report_error(const struct run *run)
{
	const char *text = chand_call_text(run->call);
	const struct error *error = error_parse(text, strlen(text));

	report(run->command, "%s", text);
	return error != NULL ? error->exit : STATUS_OTHER;
}

static int
report_code(const struct run *run, enum chand_code code)
{
	const struct command *command = run->command;

	if (code == CHAND_KILLED && run->signal != 0) {
		report(command, "withdrawn");
		return STATUS_SIGNAL + run->signal;
	}
	switch (code) {
	case CHAND_MISUSE:
		return report_use(command, "%s", text_alone(run));
	case CHAND_NOMEMORY:
		return report_memory(command);
	case CHAND_UNREACHABLE:
		report(command, "%s", text_alone(run));
		return STATUS_UNREACHABLE;
	case CHAND_GIBBERISH:
		report(command, "%s", text_alone(run));
		return STATUS_OTHER;
	case CHAND_UNKNOWN:
		report(command, "%s: %s", chand_call_text(run->call),
		       command->verb->lost);
		return STATUS_UNKNOWN;
	default:
		return report_error(run);
	}
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
		       chand_url(run->client));
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
		.url = chand_url(run->client),
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

/* As msgpack-c has it. 0, or -ENOMEM: it was scanned and found whole. */
static int
unpack(struct chand_value value, msgpack_unpacked *unpacked)
{
	msgpack_object *object = &unpacked->data;
	size_t offset = 0;

	if (value.kind == CHAND_ENCODED)
		return msgpack_unpack_next(unpacked, value.data, value.size,
					   &offset) == MSGPACK_UNPACK_SUCCESS
			   ? 0
			   : -ENOMEM;
	object->type = value.kind == CHAND_NIL	    ? MSGPACK_OBJECT_NIL
		       : value.kind == CHAND_STRING ? MSGPACK_OBJECT_STR
						    : MSGPACK_OBJECT_BIN;
	object->via.str.ptr = value.data; /* a binary's is the same */
	object->via.str.size = (uint32_t)value.size;
	return 0;
}

static int
write_value(const struct run *run)
{
	msgpack_unpacked unpacked;
	int status;

	msgpack_unpacked_init(&unpacked);
	status = unpack(chand_call_value(run->call), &unpacked) == 0
		     ? write_answer(run, &unpacked.data)
		     : report_memory(run->command);
	msgpack_unpacked_destroy(&unpacked);
	return status;
}

static int
call(struct run *run)
{
	enum chand_code code;
	int status = start_call(run);

	if (status == 0 && run->call != NULL)
		status = wait_for(run);
	if (status != 0)
		return status;
	code = chand_call_code(run->call);
	return code == CHAND_OK ? write_value(run) : report_code(run, code);
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
		status = STATUS_OTHER;
	}
	if (status == 0)
		status = call(&run);
	chand_call_free(run.call);
	chand_free(run.client);
	return status;
}
