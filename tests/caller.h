/* SPDX-License-Identifier: MIT */
/*
 * caller.h - clients without connections: each call is run by a task of its
 * own, and answered into an outbox.
 */
#ifndef TESTS_CALLER_H
#define TESTS_CALLER_H

#include "bytes.h"
#include "rpc/dispatch.h"

#include <msgpack.h>

enum { ANSWER_MOST = 64 << 10 };

struct ask {
	struct client client;
	struct outbox out;
	const struct frame *frame;
	struct frame own; /* from ask(), with its bytes */
	struct bytes own_bytes;
	int r; /* of dispatch(), once it is done */
	bool is_done;
	/* From ask_answer(). */
	size_t size; /* of the answer; 0: there was none */
	char bytes[ANSWER_MOST];
	msgpack_unpacked answer;
	const char *error; /* NULL: it succeeded */
	const msgpack_object *result;
};

extern struct service caller_service;

/* How much later it is than when the round began. */
extern int64_t caller_ahead;

/* A service of up to `max_channels` channels, on an empty ring. */
int caller_open(size_t max_channels);
/* All calls are done; no stack was more than half full. */
void caller_close(void);

/* Begin to run this frame in a task, or -ENOMEM. Nobody runs yet. */
int ask_frame(struct ask *ask, const struct frame *frame);

/* Look at what was answered; aborts when that is no response to msgid 7. */
void ask_answer(struct ask *ask);
void ask_fini(struct ask *ask);

/*
 * Run "method" with `params`, an array in the notation of bytes.h, as far as
 * it goes; if it is done, look at the answer.
 */
void ask(struct ask *ask, const char *method, const char *params);
/* Only put it on the ring. */
void ask_begin(struct ask *ask, const char *method, const char *params);
/* Go on with one that waited. */
void ask_go_on(struct ask *ask);
/* The same as a notification. */
void ask_nothing(struct ask *ask, const char *method, const char *params);

/* A field of a map; aborts when it is not there. */
const msgpack_object *field(const msgpack_object *map, const char *name);
bool is_text(const msgpack_object *object, const char *text);

#endif
