/* SPDX-License-Identifier: MIT */
#include "client/verb/verb_send.h"

#include "client/base/params.h"
#include "client/tool/message.h"
#include "client/tool/report.h"
#include "client/tool/source.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

/* How one of these verbs gives a message, and what it does with the answer. */
struct manner {
	struct chand_call *(*start)(struct tool *tool,
				    struct chand_value value);
	bool answers; /* on standard output */
	bool waits;   /* for somebody */
};

static struct chand_call *
start_send(struct tool *tool, struct chand_value value)
{
	return chand_start_send(tool->client, tool->command->args[0], value,
				tool->timeout);
}

static struct chand_call *
start_broadcast(struct tool *tool, struct chand_value value)
{
	struct params params;

	params_init(&params, 2);
	params_string(&params, tool->command->args[0]);
	params_value(&params, value);
	return params_start(&params, tool->client, "broadcast");
}

/* A pipe whose reader has left is an old way to say "enough": no noise. */
static int
report_output(struct tool *tool, int r)
{
	if (r == -EINTR)
		return tool_withdrawn(tool);
	if (r != -EPIPE)
		report(tool->command,
		       "the message was taken, but its answer is lost: cannot "
		       "write it: %s",
		       strerror(-r));
	return STATUS_OTHER;
}

static int
write_answer(struct tool *tool, const struct chand_call *call,
	     const struct message_format *format)
{
	struct message answer = {
		.channel = tool->command->args[0],
		.value = chand_call_value(call),
	};
	int r = message_write(tool, &answer, format);

	return r < 0 ? report_output(tool, r) : 0;
}

static int
give(struct tool *tool, const struct manner *manner,
     const struct source *source, struct chand_value value,
     const struct message_format *format)
{
	struct chand_call *call = manner->start(tool, value);
	char place[40];
	int status;

	if (!manner->waits)
		tool_hurry(call);
	tool_finish(tool, call);
	status = tool_judge(tool, source_place(source, place), call);
	if (status == 0 && manner->answers)
		status = write_answer(tool, call, format);
	chand_call_free(call);
	return status;
}

static int
give_all(struct tool *tool, const struct manner *manner)
{
	const struct options *options = &tool->command->options;
	struct source source;
	struct message_format format;
	struct chand_value value;
	int status = source_init(&source, tool, tool->command->args[1]);
	int64_t given = 0;
	int r;

	format = message_format(options, source.split.by != SPLIT_WHOLE,
				isatty(STDOUT_FILENO) == 1);
	while (status == 0 && (r = source_next(&source, &value)) != 0) {
		status =
		    r > 0 ? give(tool, manner, &source, value, &format) : -r;
		given += status == 0;
	}
	source_fini(&source);
	report_note(tool->command, "%" PRId64 " given", given);
	return status;
}

int
verb_send(struct tool *tool)
{
	static const struct manner manner = { start_send, false, true };

	return give_all(tool, &manner);
}

int
verb_call(struct tool *tool)
{
	static const struct manner manner = { start_send, true, true };

	return give_all(tool, &manner);
}

int
verb_broadcast(struct tool *tool)
{
	static const struct manner manner = { start_broadcast, true, false };

	return give_all(tool, &manner);
}
