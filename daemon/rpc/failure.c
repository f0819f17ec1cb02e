/* SPDX-License-Identifier: MIT */
/*
 * failure.c - error responses: "CODE: text", or [CODE, text, data].
 */
#include "proto/error.h"
#include "rpc/call.h"

#include <errno.h>
#include <string.h>

enum { TEXTS = 5 };

struct failure {
	const char *code;
	struct span texts[TEXTS]; /* one behind the other */
	struct span data;	  /* an encoded value, or empty: nil */
};

static struct span
span_of(const char *text)
{
	return (struct span){ (const uint8_t *)text, strlen(text) };
}

static size_t
text_size(const struct failure *failure)
{
	size_t size = 0;

	for (int i = 0; i < TEXTS; i++)
		size += failure->texts[i].size;
	return size;
}

static void
append(struct blob *blob, struct span span)
{
	if (span.size > 0)
		blob_append(blob, span.data, span.size);
}

static void
append_to(struct blob *blob, const uint8_t *bytes, const uint8_t *end)
{
	blob_append(blob, bytes, (size_t)(end - bytes));
}

static void
append_text(struct blob *blob, const struct failure *failure, size_t prefix)
{
	uint8_t head[PUT_MAX];

	append_to(
	    blob, head,
	    put_string_head(head, (uint32_t)(prefix + text_size(failure))));
	if (prefix > 0) {
		append(blob, span_of(failure->code));
		append(blob, span_of(": "));
	}
	for (int i = 0; i < TEXTS; i++)
		append(blob, failure->texts[i]);
}

static void
append_array(struct blob *blob, const struct failure *failure)
{
	uint8_t bytes[2 * PUT_MAX];
	struct span code = span_of(failure->code);

	append_to(blob, bytes,
		  put_string_head(put_array(bytes, 3), (uint32_t)code.size));
	append(blob, code);
	append_text(blob, failure, 0);
	append(blob, failure->data);
	if (failure->data.size == 0)
		append_to(blob, bytes, put_nil(bytes));
}

static int
answer(struct outbox *out, uint32_t msgid, const struct failure *failure,
       bool as_array)
{
	size_t code_size = strlen(failure->code);
	uint8_t bytes[FRAME_HEAD_MAX];
	struct blob *blob = blob_new(FRAME_HEAD_MAX + 5 * PUT_MAX + code_size +
				     text_size(failure) + failure->data.size);

	if (blob == NULL)
		return -ENOMEM;
	append_to(blob, bytes, put_response(bytes, msgid));
	if (as_array)
		append_array(blob, failure);
	else
		append_text(blob, failure, code_size + 2);
	append_to(blob, bytes, put_nil(bytes));
	outbox_give(out, blob);
	return 0;
}

int
call_refuse(struct outbox *out, uint32_t msgid, int error, const char *reason,
	    bool as_array)
{
	const struct error *row = error_find(error);
	struct failure failure = {
		.code = row->code,
		.texts[0] = span_of(reason[0] != '\0' ? reason : row->text),
	};

	return answer(out, msgid, &failure, as_array);
}

/* "TYPE: message", or the error's own text. */
static void
describe(const struct call *call, const struct error *row, struct span texts[3])
{
	struct blob *error = call->error;
	struct reader reader;
	uint32_t count;

	texts[0] = span_of(row->text);
	if (error == NULL)
		return;
	reader = (struct reader){ blob_data(error),
				  blob_data(error) + blob_size(error) };
	/* It is what call_make_error() has made. */
	if (read_array(&reader, &count) == 0 &&
	    read_string(&reader, &texts[0]) == 0 &&
	    read_string(&reader, &texts[2]) == 0)
		texts[1] = span_of(": ");
}

static int
answer_raised(struct call *call)
{
	const struct error *row = error_find(-EREMOTEIO);
	struct failure failure = {
		.code = row->code,
		.data = { blob_data(call->error), blob_size(call->error) },
	};

	describe(call, row, failure.texts);
	return answer(call->out, call->msgid, &failure,
		      call->client->errors_are_arrays);
}

/* "2 of 5 taken: ", and then why not all. */
static int
answer_part(struct call *call, int error)
{
	uint8_t taken[PUT_MAX];
	const struct error *row = error_find(error);
	struct failure failure = {
		.code = row->code,
		.texts = { span_of(call->reason), span_of(": ") },
		.data = { taken,
			  (size_t)(put_integer(taken, call->taken) - taken) },
	};

	describe(call, row, failure.texts + 2);
	return answer(call->out, call->msgid, &failure,
		      call->client->errors_are_arrays);
}

int
call_answer_failure(struct call *call, int error)
{
	int r;

	if (call->taken >= 0)
		r = answer_part(call, error);
	else if (error == -EREMOTEIO && call->error != NULL)
		r = answer_raised(call);
	else
		r = call_refuse(call->out, call->msgid, error, call->reason,
				call->client->errors_are_arrays);
	call->error = blob_unref(call->error);
	return r;
}
