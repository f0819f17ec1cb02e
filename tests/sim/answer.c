/* SPDX-License-Identifier: MIT */
#include "answer.h"

#include "client.h"
#include "sim.h"

#include <string.h>

struct answer answer;

static const char *const names[] = {
#define ERROR(code, number, exit, text) #code,
#include "proto/errors.def"
#undef ERROR
};

const char *
answer_code_name(unsigned code)
{
	return names[code - CODE_OK - 1];
}

static unsigned
find_code(struct span text)
{
	for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++)
		if (text.size >= strlen(names[i]) &&
		    memcmp(text.data, names[i], strlen(names[i])) == 0)
			return CODE_OK + 1 + i;
	violation("an error that there is not");
}

static void
keep_text(struct span text)
{
	size_t size = text.size < sizeof answer.text - 1
			  ? text.size
			  : sizeof answer.text - 1;

	memcpy(answer.text, text.data, size);
	answer.text[size] = '\0';
}

/* "CODE: text", or [CODE, text, data]. */
static void
read_error(struct span error)
{
	struct reader at = { error.data, error.data + error.size };
	struct span code = { 0 }, rest = { 0 };
	uint32_t count;
	const uint8_t *colon;

	answer.text[0] = '\0';
	answer.code = CODE_OK;
	if (read_nil(&at) == 0)
		return;
	if (read_array(&at, &count) == 0) {
		must(count == 3 && read_string(&at, &code) == 0 &&
			 read_string(&at, &rest) == 0,
		     "an error of another shape");
		keep_text(rest);
	} else {
		must(read_string(&at, &code) == 0, "an error of another shape");
		colon = memchr(code.data, ':', code.size);
		must(colon != NULL && colon + 2 <= code.data + code.size,
		     "an error without a text");
		keep_text((struct span){
		    colon + 2, (size_t)(code.data + code.size - colon - 2) });
	}
	answer.code = find_code(code);
}

void
answer_read(struct span error, struct span result)
{
	read_error(error);
	answer.result =
	    (struct reader){ result.data, result.data + result.size };
}

void
answer_check_code(const struct request *r)
{
	switch (answer.code) {
	case CODE_OK:
		break;
	case CODE_TIMEOUT:
		must(r->verb == VERB_wait || r->timeout > 0,
		     "a call without a timeout has timed out");
		must(r->verb == VERB_wait || sim.now >= r->issued + r->timeout,
		     "a call has timed out too early");
		break;
	case CODE_WOULDBLOCK:
		must(r->timeout == 0 || r->verb == VERB_atomic,
		     "a call that may wait did not");
		break;
	case CODE_CLOSED:
	case CODE_STOP:
		for (unsigned i = 0; i < CHANNELS_MOST; i++)
			if (sim.closes[i])
				return;
		if (r->verb != VERB_wait)
			violation("closed, but nobody has closed it");
		break;
	case CODE_KILLED:
		must(sim.kills || sockets[r->conn].is_half_closed ||
			 sockets[r->conn].is_hurt || sim.fails_memory ||
			 conns[r->conn].has_erred || !conns[r->conn].is_there ||
			 r->verb == VERB_wait,
		     "killed, but nobody has killed it");
		break;
	case CODE_INVALID:
		must(r->verb == VERB_invalid || r->verb == VERB_wait,
		     "invalid, but it was not");
		break;
	case CODE_INTERNAL:
	case CODE_NOMETHOD:
	case CODE_DENIED:
	case CODE_TOOBIG:
		violation("a fault of the daemon");
	default:
		break;
	}
}
