/* SPDX-License-Identifier: MIT */
#include "client/lib/client.h"
#include "client/lib/codes.h"

#include "proto/error.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool
is_nil(struct span span)
{
	return span.size == 1 && span.data[0] == 0xc0;
}

/* One whole value as it is handed out; it points to where it lies. */
static struct chand_value
value_of(struct span span)
{
	struct reader reader = { span.data, span.data + span.size };
	const char *kind = reader_kind(&reader);
	struct span string;

	if (is_nil(span))
		return chand_nil();
	if (read_string(&reader, &string) < 0)
		return chand_encoded(span.data, span.size);
	if (strcmp(kind, "binary") == 0)
		return chand_binary(string.data, string.size);
	return (struct chand_value){ CHAND_STRING, string.data, string.size };
}

static bool
read_text(struct reader *reader, struct span *text)
{
	return read_string(reader, text) == 0 &&
	       memchr(text->data, '\0', text->size) == NULL;
}

/*
 * [value, delivery, attempt, peer?], from a newer daemon perhaps more, in bytes
 * of our own and one more: the byte behind a text, which has been read by then
 * or is that one, becomes its NUL. A peer may be nil.
 */
static int
take_delivery(struct chand_call *call, struct span result)
{
	struct reader reader = { result.data, result.data + result.size };
	struct span value, delivery, peer = { NULL, 0 };
	uint64_t attempt;
	uint32_t count;

	if (read_array(&reader, &count) < 0 || count < 3 ||
	    read_any(&reader, &value) < 0 || !read_text(&reader, &delivery) ||
	    read_unsigned(&reader, &attempt) < 0)
		return -EPROTO;
	if (count > 3 && read_nil(&reader) < 0 && !read_text(&reader, &peer))
		return -EPROTO;
	call->answer[delivery.data + delivery.size - call->answer] = '\0';
	if (peer.data != NULL)
		call->answer[peer.data + peer.size - call->answer] = '\0';
	call->peer = (const char *)peer.data;
	call->value = value_of(value);
	call->delivery = (const char *)delivery.data;
	call->attempt = attempt;
	return 0;
}

/* That it is nil needs no memory: who only wants to know, gets to know. */
static int
take_result(struct chand_call *call, struct span result)
{
	if (is_nil(result) && !call->takes_delivery)
		return 0;
	call->answer = malloc(result.size + 1);
	if (call->answer == NULL)
		return -ENOMEM;
	memcpy(call->answer, result.data, result.size);
	result.data = call->answer;
	if (call->takes_delivery)
		return take_delivery(call, result);
	call->value = value_of(result);
	return 0;
}

struct failure {
	struct span code;
	struct span text;
	struct span data; /* of size 0: none */
};

/* "CODE: text", or what is no such thing, as it is. */
static void
split(struct span message, struct failure *failure)
{
	const uint8_t *colon = memchr(message.data, ':', message.size);
	size_t size =
	    colon != NULL ? (size_t)(colon - message.data) : message.size;
	size_t skipped = size + 2 < message.size ? size + 2 : message.size;

	failure->code = (struct span){ message.data, size };
	failure->text =
	    (struct span){ message.data + skipped, message.size - skipped };
}

/* A string or [CODE, text, data], perhaps with more behind. 0 or -EPROTO. */
static int
read_failure(struct span error, struct failure *failure)
{
	struct reader reader = { error.data, error.data + error.size };
	struct span message;
	uint32_t count;

	*failure = (struct failure){ .data = { NULL, 0 } };
	if (read_string(&reader, &message) == 0) {
		split(message, failure);
		return 0;
	}
	if (read_array(&reader, &count) < 0 || count < 3 ||
	    read_string(&reader, &failure->code) < 0 ||
	    read_string(&reader, &failure->text) < 0 ||
	    read_any(&reader, &failure->data) < 0)
		return -EPROTO;
	return 0;
}

/* A code that came alone has the text that everybody gives it. */
static void
complete(struct failure *failure)
{
	const struct error *known =
	    error_parse((const char *)failure->code.data, failure->code.size);

	if (failure->text.size == 0 && known != NULL)
		failure->text = (struct span){ (const uint8_t *)known->text,
					       strlen(known->text) };
}

/* In pieces, as far as there is room: "CODE: text" with its NUL. */
static void
write_text(char *to, size_t room, const struct failure *failure)
{
	snprintf(to, room, "%.*s%s%.*s", (int)failure->code.size,
		 (const char *)failure->code.data,
		 failure->text.size > 0 ? ": " : "", (int)failure->text.size,
		 (const char *)failure->text.data);
}

/*
 * An error is definite: where there is no memory for all of its text and its
 * data, as much is said of it as there is room for in the call.
 */
static int
take_error(struct chand_call *call, struct span error)
{
	struct failure failure;
	size_t room;

	if (read_failure(error, &failure) < 0)
		return -EPROTO;
	complete(&failure);
	call->code = code_find(failure.code.data, failure.code.size);
	room = failure.code.size + 2 + failure.text.size + 1;
	call->answer = malloc(room + failure.data.size);
	if (call->answer == NULL) {
		write_text(call->said, sizeof call->said, &failure);
		call->text = call->said;
		return 0;
	}
	write_text((char *)call->answer, room, &failure);
	call->text = (const char *)call->answer;
	if (failure.data.size == 0)
		return 0;
	memcpy(call->answer + room, failure.data.data, failure.data.size);
	call->data =
	    value_of((struct span){ call->answer + room, failure.data.size });
	return 0;
}

int
answer_take(struct chand_call *call, const struct frame *frame)
{
	if (!is_nil(frame->error))
		return take_error(call, frame->error);
	call->code = CHAND_OK;
	return take_result(call, frame->result);
}
