/* SPDX-License-Identifier: MIT */
#include "client/tool/message.h"
#include "client/value/unpack.h"

#include "client/base/text.h"
#include "client/value/render.h"

#include "proto/utf8.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct message_format
message_format(const struct options *options, bool several, bool to_terminal)
{
	struct message_format format = { .style = MESSAGE_TEXT,
					 .end = "",
					 .skips_nil = !several };

	if (options->raw)
		return format;
	if (options->objects)
		format.style = MESSAGE_OBJECTS;
	else if (options->json)
		format.style = MESSAGE_JSON;
	format.ends_json = true;
	if (options->null) {
		format.end_size = 1;
	} else if (options->delimiter != NULL) {
		format.end = options->delimiter;
		format.end_size = strlen(format.end);
	} else if (format.style != MESSAGE_TEXT || options->lines || several ||
		   to_terminal) {
		format.end = "\n";
		format.end_size = 1;
	}
	return format;
}

static int
render_value(FILE *to, struct chand_value value)
{
	msgpack_unpacked unpacked;
	msgpack_object object;
	int r = unpack_value(value, &unpacked, &object);

	if (r == 0)
		r = render_json(to, &object);
	msgpack_unpacked_destroy(&unpacked);
	return r;
}

/* A binary stands under another key, so that nobody takes it for a text. */
static int
render_object(FILE *to, const struct message *message)
{
	struct chand_value value = message->value;
	bool is_binary = value.kind == CHAND_BINARY ||
			 (value.kind == CHAND_STRING &&
			  !utf8_is_valid(value.data, value.size));
	int r;

	fputs("{\"channel\":", to);
	r = render_value(to, chand_string(message->channel));
	fprintf(to, ",\"%s\":", is_binary ? "base64" : "value");
	if (r == 0)
		r = render_value(to, value);
	if (message->attempt > 0)
		fprintf(to, ",\"attempt\":%" PRIu64, message->attempt);
	if (message->peer != NULL && r == 0) {
		fputs(",\"peer\":", to);
		r = render_value(to, chand_string(message->peer));
	}
	putc('}', to);
	return r;
}

/* As what renders does: 0. */
static int
put_end(FILE *to, const struct message_format *format)
{
	fwrite(format->end, 1, format->end_size, to);
	return 0;
}

/* What is no text is JSON. */
static int
render_text_style(FILE *to, const struct message *message,
		  const struct message_format *format)
{
	struct chand_value value = message->value;
	int r;

	if (value.kind == CHAND_NIL)
		return format->skips_nil ? 0 : put_end(to, format);
	if (value.kind != CHAND_ENCODED) {
		if (value.size > 0)
			fwrite(value.data, 1, value.size, to);
		return put_end(to, format);
	}
	r = render_value(to, value);
	if (format->ends_json && format->end_size == 0)
		putc('\n', to);
	return r == 0 ? put_end(to, format) : r;
}

static int
render_message(FILE *to, const struct message *message,
	       const struct message_format *format)
{
	int r;

	if (format->style == MESSAGE_TEXT)
		return render_text_style(to, message, format);
	r = format->style == MESSAGE_OBJECTS ? render_object(to, message)
					     : render_value(to, message->value);
	return r == 0 ? put_end(to, format) : r;
}

int
message_print(const struct message *message,
	      const struct message_format *format, char **data, size_t *size)
{
	FILE *to = open_memstream(data, size);
	int r;

	if (to == NULL)
		return -ENOMEM;
	r = render_message(to, message, format);
	if (fclose(to) != 0)
		r = -ENOMEM;
	if (r == 0)
		return 0;
	free(*data);
	return -ENOMEM;
}

int
message_write(struct tool *tool, const struct message *message,
	      const struct message_format *format)
{
	char *data;
	size_t size;
	int r = message_print(message, format, &data, &size);

	if (r < 0)
		return r;
	r = tool_write(tool, STDOUT_FILENO, data, size);
	free(data);
	return r;
}
