/* SPDX-License-Identifier: MIT */
#include "client/lib/pack.h"

#include "proto/frame.h"
#include "proto/utf8.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_ROOM = 128 };

/* Where `size` more bytes can be written, or NULL and nothing more is. */
static uint8_t *
more(struct pack *pack, size_t size)
{
	size_t room = pack->room > 0 ? 2 * pack->room : FIRST_ROOM;
	uint8_t *data;

	if (pack->fault != CHAND_OK)
		return NULL;
	if (size <= pack->room - pack->size)
		return pack->data + pack->size;
	if (size > LIMIT_MESSAGE_MAX) {
		pack_refuse(pack, "a call has at most 1 GiB");
		return NULL;
	}
	if (room < pack->size + size)
		room = pack->size + size;
	data = realloc(pack->data, room);
	if (data == NULL) {
		pack->fault = CHAND_NOMEMORY;
		return NULL;
	}
	pack->data = data;
	pack->room = room;
	return data + pack->size;
}

/* What was written up to `end`; NULL: nothing. */
static void
keep(struct pack *pack, const uint8_t *end)
{
	if (end != NULL)
		pack->size = (size_t)(end - pack->data);
}

void
pack_refuse(struct pack *pack, const char *reason)
{
	if (pack->fault != CHAND_OK)
		return;
	pack->fault = CHAND_MISUSE;
	pack->reason = reason;
}

void
pack_raw(struct pack *pack, const void *data, size_t size)
{
	uint8_t *at = more(pack, size);

	if (at == NULL)
		return;
	if (size > 0)
		memcpy(at, data, size);
	pack->size += size;
}

void
pack_begin(struct pack *pack, uint32_t msgid, const char *method,
	   uint32_t parameters)
{
	uint8_t *at;

	*pack = (struct pack){ .fault = CHAND_OK };
	if (method == NULL || strlen(method) > LIMIT_METHOD) {
		pack_refuse(pack, "a method has a name of up to 64 bytes");
		return;
	}
	at = more(pack, FRAME_HEAD_MAX + PUT_MAX + strlen(method));
	if (at != NULL)
		keep(pack, put_request(at, msgid, method, parameters));
}

static void
pack_string(struct pack *pack, const void *text, size_t size)
{
	uint8_t *at = more(pack, PUT_MAX);

	if (at != NULL)
		keep(pack, put_string_head(at, (uint32_t)size));
	pack_raw(pack, text, size);
}

void
pack_text(struct pack *pack, const char *what, const char *text)
{
	if (text == NULL)
		pack_refuse(pack, what);
	else
		pack_string(pack, text, strlen(text));
}

static void
pack_nil(struct pack *pack)
{
	uint8_t *at = more(pack, PUT_MAX);

	if (at != NULL)
		keep(pack, put_nil(at));
}

static void
pack_binary(struct pack *pack, const void *data, size_t size)
{
	uint8_t *at = more(pack, PUT_MAX);

	if (at != NULL)
		keep(pack, put_binary_head(at, (uint32_t)size));
	pack_raw(pack, data, size);
}

static void
pack_encoded(struct pack *pack, const void *data, size_t size)
{
	struct scan scan;

	scan_init(&scan, LIMIT_MESSAGE_MAX);
	if (scan_more(&scan, data, size) != 1 || scan.offset != size)
		pack_refuse(pack, "what is said to be encoded is not one "
				  "MessagePack value");
	else
		pack_raw(pack, data, size);
}

void
pack_value(struct pack *pack, struct chand_value value)
{
	if (value.kind != CHAND_NIL && value.data == NULL && value.size > 0)
		pack_refuse(pack, "a value has no data");
	else if (value.size > LIMIT_MESSAGE_MAX)
		pack_refuse(pack, "a call has at most 1 GiB");
	else if (value.kind == CHAND_NIL)
		pack_nil(pack);
	else if (value.kind == CHAND_BINARY)
		pack_binary(pack, value.data, value.size);
	else if (value.kind == CHAND_ENCODED)
		pack_encoded(pack, value.data, value.size);
	else if (value.kind != CHAND_STRING)
		pack_refuse(pack, "there is no such kind of value");
	else if (!utf8_is_valid(value.data, value.size))
		pack_refuse(pack, "a string is not UTF-8: use chand_bytes()");
	else
		pack_string(pack, value.data, value.size);
}

void
pack_unsigned(struct pack *pack, uint64_t number)
{
	uint8_t *at = more(pack, PUT_MAX);

	if (at != NULL)
		keep(pack, put_unsigned(at, number));
}

void
pack_boolean(struct pack *pack, bool is_true)
{
	uint8_t *at = more(pack, PUT_MAX);

	if (at != NULL)
		keep(pack, put_boolean(at, is_true));
}

void
pack_map(struct pack *pack, uint32_t pairs)
{
	uint8_t *at = more(pack, PUT_MAX);

	if (at != NULL)
		keep(pack, put_map(at, pairs));
}

void
pack_milliseconds(struct pack *pack, int64_t milliseconds)
{
	uint8_t *at = more(pack, PUT_MAX);

	if (at != NULL)
		keep(pack, put_float(at, (double)milliseconds / 1000));
}

void
pack_end(struct pack *pack)
{
	struct frame_scan scan;
	struct frame frame;
	int r;

	if (pack->fault != CHAND_OK)
		return;
	frame_scan_init(&scan, LIMIT_MESSAGE_MAX);
	r = frame_more(&scan, pack->data, pack->size, &frame);
	if (r < 0)
		pack_refuse(pack, frame_fault(r));
	else if (r == 0 || scan.scan.offset != pack->size)
		pack_refuse(pack, "the parameters are not one array");
}
