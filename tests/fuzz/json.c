/* SPDX-License-Identifier: MIT */
/*
 * json.c - any text as what chanctl reads with --json: where a value ends, and
 * what it is as msgpack.
 *
 * A finding is: a value that ends elsewhere for jansson; text that jansson
 * accepts within our limits and we do not, or the other way round; a value
 * that, written as JSON and read again, is another one.
 */
#include "client/value/jsonpack.h"
#include "client/value/jsonscan.h"
#include "client/value/render.h"
#include "proto/scan.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "target.h"

enum { DEPTH = LIMIT_DEPTH - 2 };

static const size_t FLAGS =
    JSON_DECODE_ANY | JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL;

/* ---- where it ends ---- */

static bool
is_blank(char byte)
{
	return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

/* The bytes of the first value; 0: it does not end here. */
static size_t
scan(const char *text, size_t size, bool *is_bare)
{
	struct json_scan scan = { 0 };
	bool is_whole = false;
	size_t used = 0;

	while (used < size && !is_whole)
		used += json_scan_step(&scan, text[used], &is_whole);
	*is_bare = scan.is_bare;
	return is_whole || scan.is_bare ? used : 0;
}

/*
 * Jansson reads the value that text begins with, and we end it at the same
 * place. A number may go on for us where jansson does not: then it is refused.
 */
static void
check_end(const char *text, size_t size)
{
	json_error_t error;
	json_t *json =
	    json_loadb(text, size, FLAGS | JSON_DISABLE_EOF_CHECK, &error);
	bool is_bare;
	size_t used = scan(text, size, &is_bare);

	if (json == NULL)
		return;
	must(is_bare ? used >= (size_t)error.position
		     : used == (size_t)error.position,
	     "it ends elsewhere");
	json_decref(json);
}

/* ---- what it is ---- */

/* Are there integers that only we hold, or more levels than we do? */
static bool
is_beyond(const json_error_t *error)
{
	return json_error_code(error) == json_error_numeric_overflow;
}

static size_t
depth_of(const json_t *json)
{
	size_t most = 0, i, depth;
	const char *key;
	json_t *item;

	if (json_is_array(json)) {
		json_array_foreach(json, i, item)
		{
			depth = depth_of(item);
			most = depth > most ? depth : most;
		}
	} else if (json_is_object(json)) {
		json_object_foreach((json_t *)(uintptr_t)json, key, item)
		{
			depth = depth_of(item);
			most = depth > most ? depth : most;
		}
	} else {
		return 0;
	}
	return most + 1;
}

/* 0, or -EINVAL with a fault; `buffer` is empty then. */
static int
pack(msgpack_sbuffer *buffer, const char *text, size_t size)
{
	char *copy = malloc(size > 0 ? size : 1);
	char fault[JSONPACK_FAULT_MOST];
	int r;

	must(copy != NULL, "no memory");
	if (size > 0)
		memcpy(copy, text, size);
	memset(fault, 'x', sizeof fault);
	r = jsonpack(buffer, copy, size, DEPTH, fault);
	free(copy);
	must(r == 0 || r == -EINVAL, "another error");
	must(r == 0 || (memchr(fault, '\0', sizeof fault) != NULL &&
			fault[0] != '\0'),
	     "no fault is told");
	must(r == 0 || buffer->size == 0, "a refusal has left something");
	must(r < 0 || size == 0 || memchr(text, '\0', size) == NULL,
	     "a byte 0 is accepted");
	return r;
}

static void
check_agrees(int r, const char *text, size_t size)
{
	json_error_t error;
	json_t *json = json_loadb(text, size, FLAGS, &error);

	if (json != NULL)
		must((r == 0) == (depth_of(json) <= DEPTH),
		     "jansson accepts what is refused, or it is too deep");
	else
		must(r < 0 || is_beyond(&error),
		     "jansson refuses what is accepted");
	json_decref(json);
}

/* ---- and back ---- */

static void
unpack(msgpack_unpacked *unpacked, const msgpack_sbuffer *buffer)
{
	struct scan scan;
	size_t offset = 0;

	scan_init(&scan, LIMIT_MESSAGE);
	must(scan_more(&scan, (const uint8_t *)buffer->data, buffer->size) ==
		     1 &&
		 scan.offset == buffer->size,
	     "what was packed is no one value");
	msgpack_unpacked_init(unpacked);
	must(msgpack_unpack_next(unpacked, buffer->data, buffer->size,
				 &offset) == MSGPACK_UNPACK_SUCCESS,
	     "what was packed cannot be unpacked");
}

static void
check_round(const msgpack_sbuffer *buffer)
{
	msgpack_unpacked unpacked;
	msgpack_sbuffer again;
	char *text = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);

	unpack(&unpacked, buffer);
	must(to != NULL && render_json(to, &unpacked.data) == 0 &&
		 fclose(to) == 0,
	     "it cannot be written");
	msgpack_sbuffer_init(&again);
	must(pack(&again, text, size) == 0, "what was written is refused");
	must(again.size == buffer->size &&
		 memcmp(again.data, buffer->data, again.size) == 0,
	     "what was written is another value");
	msgpack_sbuffer_destroy(&again);
	msgpack_unpacked_destroy(&unpacked);
	free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	msgpack_sbuffer buffer;
	bool has_nul;
	int r;

	while (size > 0 && is_blank(*text)) {
		text++;
		size--;
	}
	has_nul = size > 0 && memchr(text, '\0', size) != NULL;
	if (!has_nul) /* of these jansson loses count */
		check_end(text, size);
	msgpack_sbuffer_init(&buffer);
	r = pack(&buffer, text, size);
	if (!has_nul)
		check_agrees(r, text, size);
	if (r == 0)
		check_round(&buffer);
	msgpack_sbuffer_destroy(&buffer);
	return 0;
}
