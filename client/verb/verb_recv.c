/* SPDX-License-Identifier: MIT */
#include "client/verb/verb_recv.h"

#include "client/base/params.h"
#include "client/tool/message.h"
#include "client/tool/report.h"
#include "client/value/unpack.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct recv {
	struct tool *tool;
	const char *channel;
	struct message_format format;
	unsigned how; /* enum chand_receive */
	bool several;
	int64_t left; /* so many more; -1: as many as come */
	int64_t taken;
	struct chand_call *held; /* written, and to be acknowledged */
};

/* One request acknowledges what was written and asks for the next. */
static struct chand_call *
ask(const struct recv *recv)
{
	struct tool *tool = recv->tool;

	if (recv->held == NULL)
		return chand_start_recv(tool->client, recv->channel, recv->how,
					tool->timeout);
	return chand_start_done_recv(
	    tool->client, chand_call_delivery(recv->held), chand_nil(),
	    recv->channel, recv->how, tool->timeout);
}

static void
let_go(struct recv *recv)
{
	chand_call_free(recv->held);
	recv->held = NULL;
}

/* It could not be written: it is for somebody who can. */
static int
give_back(struct recv *recv, struct chand_call *call, int r)
{
	struct tool *tool = recv->tool;
	bool is_held = (recv->how & CHAND_ACK) != 0;

	if (is_held) {
		struct chand_call *nack =
		    chand_start_nack(tool->client, chand_call_delivery(call));

		is_held = tool_settle(tool, nack) == CHAND_OK;
		chand_call_free(nack);
	}
	if (r == -EINTR)
		return tool_withdrawn(tool);
	if (r == -EPIPE && is_held)
		return STATUS_OTHER;
	if (is_held)
		report(tool->command,
		       "cannot write: %s; the value was given back",
		       strerror(-r));
	else if (r != -EPIPE)
		report(tool->command,
		       "a value was taken, and is lost: cannot write it: %s",
		       strerror(-r));
	return STATUS_OTHER;
}

/* Write it; from then on it is to be acknowledged. */
static int
put(struct recv *recv, struct chand_call *call)
{
	struct message message = {
		.channel = recv->channel,
		.value = chand_call_value(call),
		.attempt = chand_call_attempt(call),
		.peer = chand_call_peer(call),
	};
	int r = message_write(recv->tool, &message, &recv->format);

	if (r < 0) {
		int status = give_back(recv, call, r);

		chand_call_free(call);
		return status;
	}
	recv->taken++;
	recv->left -= recv->left > 0;
	if ((recv->how & CHAND_ACK) != 0)
		recv->held = call;
	else
		chand_call_free(call);
	return 0;
}

/*
 * What a call failed with, as a negative exit status. That a sender did not
 * wait for us ends nothing but its one message.
 */
static int
judge(const struct recv *recv, const struct chand_call *call)
{
	enum chand_code code = chand_call_code(call);
	int status = tool_judge(recv->tool, "", call);

	return recv->several && (code == CHAND_GONE || code == CHAND_STALE)
		   ? 0
		   : -status;
}

/* 0 go on, 1 the channel is at its end, or a negative exit status. */
static int
receive(struct recv *recv)
{
	struct tool *tool = recv->tool;
	struct chand_call *call = ask(recv);
	enum chand_code code = tool_finish(tool, call);
	int status;

	let_go(recv);
	if (code == CHAND_OK)
		return -put(recv, call);
	if (code == CHAND_STOP && (recv->how & CHAND_NEXT) != 0)
		status = 1;
	else
		status = judge(recv, call);
	chand_call_free(call);
	return status;
}

static int
acknowledge(struct recv *recv)
{
	struct tool *tool = recv->tool;
	struct chand_call *call = chand_start_ack(
	    tool->client, chand_call_delivery(recv->held), chand_nil());
	int status;

	tool_settle(tool, call);
	status = judge(recv, call);
	chand_call_free(call);
	let_go(recv);
	return status;
}

int
verb_recv(struct tool *tool)
{
	const struct options *options = &tool->command->options;
	bool has_count = (options->given & FLAG_BIT(count)) != 0;
	struct recv recv = {
		.tool = tool,
		.channel = tool->command->args[0],
		.how = (options->plain ? CHAND_PLAIN : CHAND_ACK | CHAND_PEER) |
		       (options->follow ? CHAND_NEXT : 0),
		.several = options->follow || has_count,
		.left = has_count	  ? options->count
			: options->follow ? -1
					  : 1,
	};
	int r = 0;

	recv.format =
	    message_format(options, recv.several, isatty(STDOUT_FILENO) == 1);
	while (r == 0 && recv.left != 0 && tool_signal(tool) == 0)
		r = receive(&recv);
	if (r == 0 && recv.held != NULL)
		r = acknowledge(&recv);
	if (r == 0 && recv.left != 0)
		r = -tool_withdrawn(tool);
	let_go(&recv);
	report_note(tool->command, "%" PRId64 " taken", recv.taken);
	return r < 0 ? -r : 0;
}

/* ---- select ---- */

/* CH to receive from it, CH=VALUE to give it the value. */
static void
put_case(struct params *params, const char *word)
{
	const char *equals = strchr(word, '=');

	params_array(params, equals == NULL ? 2 : 3);
	params_string(params, equals == NULL ? "recv" : "send");
	if (equals == NULL) {
		params_string(params, word);
		return;
	}
	params_value(params, (struct chand_value){ CHAND_STRING, word,
						   (size_t)(equals - word) });
	params_value(params, chand_bytes(equals + 1, strlen(equals + 1)));
}

static struct chand_call *
start_select(struct tool *tool)
{
	const struct command *command = tool->command;
	struct params params;

	params_init(&params, 2);
	params_array(&params, (size_t)command->count);
	for (int i = 0; i < command->count; i++)
		put_case(&params, command->args[i]);
	params_timeout(&params, tool->timeout);
	return params_start(&params, tool->client, "select");
}

/* The channel, a tab, and what came of it, unless the flags say otherwise. */
static int
write_case(struct tool *tool, uint64_t place, struct chand_value value)
{
	const struct command *command = tool->command;
	const char *word = command->args[place];
	struct message message = { .value = value };
	struct message_format format =
	    message_format(&command->options, true, true);
	char *channel = strndup(word, strcspn(word, "="));
	int r = channel != NULL ? 0 : -ENOMEM;

	message.channel = channel;
	if (r == 0 && format.style == MESSAGE_TEXT && !command->options.raw)
		r = tool_write(tool, STDOUT_FILENO, channel, strlen(channel));
	if (r == 0 && format.style == MESSAGE_TEXT && !command->options.raw)
		r = tool_write(tool, STDOUT_FILENO, "\t", 1);
	if (r == 0)
		r = message_write(tool, &message, &format);
	free(channel);
	return r;
}

/* One value of an answer, as the library would have it. */
static int
repack(const msgpack_object *object, msgpack_sbuffer *buffer,
       struct chand_value *value)
{
	msgpack_packer packer;

	*value = chand_nil();
	if (object->type == MSGPACK_OBJECT_NIL)
		return 0;
	if (object->type == MSGPACK_OBJECT_STR ||
	    object->type == MSGPACK_OBJECT_BIN) {
		*value =
		    chand_binary(object->via.bin.ptr, object->via.bin.size);
		if (object->type == MSGPACK_OBJECT_STR)
			value->kind = CHAND_STRING;
		return 0;
	}
	msgpack_packer_init(&packer, buffer, msgpack_sbuffer_write);
	if (msgpack_pack_object(&packer, *object) != 0)
		return -ENOMEM;
	*value = chand_encoded(buffer->data, buffer->size);
	return 0;
}

static int
write_choice(struct tool *tool, const msgpack_object *answer)
{
	const msgpack_object *items = answer->via.array.ptr;
	msgpack_sbuffer buffer;
	struct chand_value value;
	int r;

	if (answer->type != MSGPACK_OBJECT_ARRAY ||
	    answer->via.array.size != 2 ||
	    items[0].type != MSGPACK_OBJECT_POSITIVE_INTEGER ||
	    items[0].via.u64 >= (uint64_t)tool->command->count)
		return -EPROTO;
	msgpack_sbuffer_init(&buffer);
	r = repack(&items[1], &buffer, &value);
	if (r == 0)
		r = write_case(tool, items[0].via.u64, value);
	msgpack_sbuffer_destroy(&buffer);
	return r;
}

static int
report_choice(struct tool *tool, int r)
{
	if (r == -EINTR)
		return tool_withdrawn(tool);
	if (r == -EPROTO)
		report(tool->command,
		       "not a chand at %s: its answer is of "
		       "another shape",
		       chand_url(tool->client));
	else if (r != -EPIPE)
		report(tool->command,
		       "a value changed hands, and is lost: cannot write it: "
		       "%s",
		       strerror(-r));
	return STATUS_OTHER;
}

int
verb_select(struct tool *tool)
{
	struct chand_call *call = start_select(tool);
	msgpack_unpacked unpacked;
	msgpack_object answer;
	int status;
	int r;

	tool_finish(tool, call);
	status = tool_judge(tool, "", call);
	if (status == 0) {
		r = unpack_value(chand_call_value(call), &unpacked, &answer);
		if (r == 0)
			r = write_choice(tool, &answer);
		msgpack_unpacked_destroy(&unpacked);
		status = r == 0 ? 0 : report_choice(tool, r);
	}
	chand_call_free(call);
	return status;
}
