/* SPDX-License-Identifier: MIT */
#include "value.h"

#include <stdlib.h>
#include <string.h>

struct head {
	uint32_t number, sequence;
};

enum { SHIFTS = 251 }; /* contents of values that follow one another differ */

static uint8_t *made, *pattern;
static unsigned made_size;

static void
prepare(unsigned size)
{
	uint32_t random = 1;

	if (made_size >= size)
		return;
	made = realloc(made, size);
	pattern = realloc(pattern, size + SHIFTS);
	made_size = size;
	for (unsigned i = 0; i < size + SHIFTS; i++) {
		random = random * 1664525 + 1013904223;
		pattern[i] = (uint8_t)(random >> 24);
	}
}

const void *
value_make(unsigned number, uint32_t sequence, unsigned size)
{
	struct head head = { number, sequence };

	prepare(size);
	memcpy(made, &head, sizeof head);
	memcpy(made + sizeof head, pattern + sequence % SHIFTS,
	       size - sizeof head);
	return made;
}

bool
value_check(const struct event *event, unsigned size, unsigned *number,
	    uint32_t *sequence)
{
	struct head head;

	prepare(size);
	if (event->size != size)
		return false;
	memcpy(&head, event->data, sizeof head);
	*number = head.number;
	*sequence = head.sequence;
	return memcmp(event->data + sizeof head,
		      pattern + head.sequence % SHIFTS,
		      size - sizeof head) == 0;
}
