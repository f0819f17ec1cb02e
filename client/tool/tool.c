/* SPDX-License-Identifier: MIT */
#include "client/tool/tool.h"

#include "client/base/output.h"
#include "client/tool/report.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* How long a daemon may take over what it should do at once, in ms. */
enum { GRACE = 10000, CONNECT_MOST = 10000 };

static const int statuses[] = {
#define ERROR(code, number, status, text) [CHAND_##code] = status,
#include "proto/errors.def"
#undef ERROR
	[CHAND_UNREACHABLE] = STATUS_UNREACHABLE,
	[CHAND_UNKNOWN] = STATUS_UNKNOWN,
	[CHAND_MISUSE] = STATUS_USAGE,
	[CHAND_OTHER] = STATUS_OTHER,
	[CHAND_GIBBERISH] = STATUS_OTHER,
	[CHAND_NOMEMORY] = STATUS_OTHER,
	[CHAND_PENDING] = STATUS_OTHER,
};

int
tool_signal(const struct tool *tool)
{
	return tool->signals.first;
}

/* ---- waiting ---- */

enum chand_code
tool_finish(struct tool *tool, struct chand_call *call)
{
	bool is_withdrawn = false;

	while (chand_call_code(call) == CHAND_PENDING) {
		if (tool_signal(tool) != 0 && !is_withdrawn) {
			is_withdrawn = true;
			chand_cancel(call);
			tool_hurry(call);
		} else {
			loop_turn(&tool->loop);
		}
	}
	return chand_call_code(call);
}

void
tool_hurry(struct chand_call *call)
{
	if (chand_call_code(call) == CHAND_PENDING)
		chand_call_set_patience(call, GRACE);
}

enum chand_code
tool_settle(struct tool *tool, struct chand_call *call)
{
	tool_hurry(call);
	while (chand_call_code(call) == CHAND_PENDING)
		loop_turn(&tool->loop);
	return chand_call_code(call);
}

static void
note(struct loop_watch *watch)
{
	*(bool *)watch->context = true;
}

int
tool_wait(struct tool *tool, int fd, short events)
{
	bool is_ready = false;
	struct loop_watch watch = {
		.fd = fd, .events = events, .ready = note, .context = &is_ready
	};
	int r = loop_add(&tool->loop, &watch);

	while (r == 0 && !is_ready && tool_signal(tool) == 0)
		loop_turn(&tool->loop);
	loop_remove(&tool->loop, &watch);
	if (r == 0 && !is_ready)
		return -EINTR;
	return r;
}

/* So many bytes a pipe takes at once, if it says that it takes any. */
static size_t
piece(int fd)
{
	struct stat status;

	return fstat(fd, &status) == 0 && S_ISREG(status.st_mode) ? SIZE_MAX
								  : PIPE_BUF;
}

int
tool_write(struct tool *tool, int fd, const char *data, size_t size)
{
	size_t most = piece(fd);
	int r = 0;

	while (r == 0 && size > 0) {
		ssize_t n;

		r = tool_wait(tool, fd, POLLOUT);
		if (r < 0)
			return r;
		n = write(fd, data, size < most ? size : most);
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			r = -errno;
		data += n > 0 ? n : 0;
		size -= n > 0 ? (size_t)n : 0;
	}
	return r;
}

/* ---- what came of it ---- */

int
tool_withdrawn(struct tool *tool)
{
	report(tool->command, "withdrawn");
	return STATUS_SIGNAL + tool_signal(tool);
}

/* Nothing came of a call because we did not want it any more. */
static bool
was_withdrawn(const struct tool *tool, enum chand_code code)
{
	return tool_signal(tool) != 0 &&
	       (code == CHAND_KILLED || code == CHAND_UNREACHABLE);
}

int
tool_code_status(enum chand_code code)
{
	if (code == CHAND_OK)
		return 0;
	return (size_t)code < sizeof statuses / sizeof statuses[0] &&
		       statuses[code] != 0
		   ? statuses[code]
		   : STATUS_OTHER;
}

int
tool_status(const struct tool *tool, const struct chand_call *call)
{
	enum chand_code code = chand_call_code(call);

	if (code == CHAND_OK)
		return 0;
	if (was_withdrawn(tool, code))
		return STATUS_SIGNAL + tool_signal(tool);
	return tool_code_status(code);
}

/* "CODE: text" is the daemon's way; what is ours is said in words. */
static const char *
plain_text(const struct chand_call *call)
{
	const char *text = chand_call_text(call);
	const char *colon = strstr(text, ": ");

	return colon != NULL ? colon + 2 : text;
}

int
tool_judge(struct tool *tool, const char *place, const struct chand_call *call)
{
	const struct command *command = tool->command;
	enum chand_code code = chand_call_code(call);

	if (code == CHAND_OK)
		return 0;
	if (was_withdrawn(tool, code))
		return tool_withdrawn(tool);
	if (code == CHAND_NOMEMORY)
		report(command, "%sout of memory", place);
	else if (code == CHAND_MISUSE)
		report_use(command, "%s%s", place, plain_text(call));
	else if (code == CHAND_UNREACHABLE || code == CHAND_GIBBERISH)
		report(command, "%s%s", place, plain_text(call));
	else if (code == CHAND_UNKNOWN)
		report(command, "%s%s: %s", place, chand_call_text(call),
		       command->verb->lost);
	else
		report(command, "%s%s", place, chand_call_text(call));
	return tool_status(tool, call);
}

int
tool_do(struct tool *tool, struct chand_call *call)
{
	int status;

	tool_settle(tool, call);
	status = tool_judge(tool, "", call);
	chand_call_free(call);
	return status;
}

/* ---- from the command to its status ---- */

static void
take_signal(struct loop_watch *watch)
{
	signals_read(watch->context);
}

static enum chand_code
set_up(struct tool *tool)
{
	int64_t patience = CONNECT_MOST;
	char name[40]; /* by which ps shows us */
	enum chand_code code =
	    chand_set_url(tool->client, tool->command->options.server);

	if (tool->timeout > 0 && tool->timeout < patience)
		patience = tool->timeout;
	if (code == CHAND_OK)
		code = chand_set_connect_timeout(tool->client, patience);
	snprintf(name, sizeof name, "chanctl %s", tool->command->verb->name);
	if (code == CHAND_OK)
		code = chand_set_name(tool->client, name);
	/* One call can be withdrawn while others, and what is held, stay. */
	if (code == CHAND_OK)
		code = chand_set_concurrent(tool->client, true);
	return code;
}

static int
set_tls(struct tool *tool)
{
	const struct options *options = &tool->command->options;
	enum chand_code code = chand_set_tls(
	    tool->client, options->tls_ca, options->tls_cert, options->tls_key);

	if (code == CHAND_MISUSE)
		return report_use(tool->command, "--tls-key: %s",
				  chand_text(tool->client));
	return code == CHAND_OK ? 0 : report_memory(tool->command);
}

static int
open_client(struct tool *tool)
{
	tool->client = chand_new();
	if (tool->client == NULL)
		return report_memory(tool->command);
	tool->loop.client = tool->client;
	switch (set_up(tool)) {
	case CHAND_OK:
		return set_tls(tool);
	case CHAND_MISUSE:
		return report_use(tool->command, "-s: %s",
				  chand_text(tool->client));
	default:
		return report_memory(tool->command);
	}
}

static int
catch_signals(struct tool *tool)
{
	int r = signals_take(&tool->signals);

	tool->signalled = (struct loop_watch){ .fd = tool->signals.fd,
					       .events = POLLIN,
					       .ready = take_signal,
					       .context = &tool->signals };
	if (r == 0)
		r = loop_add(&tool->loop, &tool->signalled);
	if (r == 0)
		return 0;
	report(tool->command, "cannot wait for signals: %s", strerror(-r));
	return STATUS_OTHER;
}

static int64_t
timeout_of(const struct options *options)
{
	if (options->no_wait)
		return 0;
	return options->timeout >= 0 ? options->timeout : CHAND_FOREVER;
}

int
tool_run(const struct command *command)
{
	struct tool tool = { .command = command,
			     .timeout = timeout_of(&command->options) };
	int status;

	/* Better not to take a value than to have nowhere to put it. */
	if (command->verb->writes && !output_is_open(STDOUT_FILENO)) {
		report(command, "standard output is closed; nothing was sent");
		return STATUS_OTHER;
	}
	loop_init(&tool.loop, NULL);
	status = catch_signals(&tool);
	if (status == 0)
		status = open_client(&tool);
	if (status == 0)
		status = command->verb->run(&tool);
	chand_free(tool.client);
	loop_fini(&tool.loop);
	signals_give_back(&tool.signals);
	return status;
}
