/* SPDX-License-Identifier: MIT */
/*
 * pack.h - writes a request.
 *
 * What goes wrong is remembered, and what follows then does nothing: it is
 * looked at once, in the end.
 */
#ifndef CLIENT_LIB_PACK_H
#define CLIENT_LIB_PACK_H

#include "client/chand.h"

struct pack {
	uint8_t *data; /* to free() */
	size_t size;
	size_t room;
	enum chand_code fault; /* CHAND_OK, CHAND_MISUSE, CHAND_NOMEMORY */
	const char *reason;    /* of misuse */
};

/* The head of a request; as many parameters must follow. */
void pack_begin(struct pack *pack, uint32_t msgid, const char *method,
		uint32_t parameters);

/* A text that must be given: `what` is it, as in "a channel is missing". */
void pack_text(struct pack *pack, const char *what, const char *text);

void pack_value(struct pack *pack, struct chand_value value);
void pack_unsigned(struct pack *pack, uint64_t number);
void pack_boolean(struct pack *pack, bool is_true);
void pack_map(struct pack *pack, uint32_t pairs);

/* As seconds. */
void pack_milliseconds(struct pack *pack, int64_t milliseconds);

/* Bytes as they are. */
void pack_raw(struct pack *pack, const void *data, size_t size);

/* Is it one whole message now? If not, it is misuse. */
void pack_end(struct pack *pack);

/* Remember a wrong use; the first stays. */
void pack_refuse(struct pack *pack, const char *reason);

#endif
