/* SPDX-License-Identifier: MIT */
#include "client/lib/client.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

struct chand_call *
call_new(struct chand *client)
{
	struct chand_call *call = calloc(1, sizeof *call);

	if (call == NULL)
		return NULL;
	call->client = client;
	call->code = CHAND_PENDING;
	call->text = "";
	call->unsent_until = call->patience = call->due = NEVER;
	return call;
}

static struct call_list *
list_of(struct chand_call *call)
{
	struct chand *client = call->client;

	switch (call->state) {
	case CALL_WAITING:
		return &client->waiting;
	case CALL_FLYING:
		return &client->flying;
	case CALL_DONE:
		return &client->done;
	default:
		return &client->kept;
	}
}

size_t
call_cost(const struct chand_call *call)
{
	return sizeof *call + call->size;
}

void
call_add(struct chand_call *call, enum call_state state)
{
	call->state = state;
	TAILQ_INSERT_TAIL(list_of(call), call, entry);
	if (state == CALL_WAITING)
		call->client->unsent += call_cost(call);
}

static void
take_off(struct chand_call *call)
{
	TAILQ_REMOVE(list_of(call), call, entry);
	if (call->state == CALL_WAITING)
		call->client->unsent -= call_cost(call);
}

void
call_move(struct chand_call *call, enum call_state state)
{
	take_off(call);
	call_add(call, state);
}

void
call_destroy(struct chand_call *call)
{
	take_off(call);
	free(call->request);
	free(call->answer);
	free(call);
}

void
call_end(struct chand_call *call, enum chand_code code, const char *format, ...)
{
	va_list arguments;
	int n;

	call->code = code;
	if (format != NULL) {
		n = snprintf(call->said, sizeof call->said,
			     "%s: ", chand_code_name(code));
		va_start(arguments, format);
		vsnprintf(call->said + n, sizeof call->said - (size_t)n, format,
			  arguments);
		va_end(arguments);
		call->text = call->said;
	}
	free(call->request);
	call->request = NULL;
	if (call->is_abandoned)
		call_destroy(call);
	else
		call_move(call, CALL_DONE);
}

void
call_check_size(struct chand_call *call)
{
	if (call->size > call->client->largest)
		call_end(call, CHAND_TOOBIG,
			 "a message of %zu bytes; the daemon takes %zu",
			 call->size, call->client->largest);
}

struct chand_call *
call_find(const struct chand *client, uint32_t msgid)
{
	struct chand_call *call;

	TAILQ_FOREACH(call, &client->flying, entry)
	if (call->msgid == msgid)
		return call;
	/* It may be refused before all of it was sent. */
	call = client->sent > 0 ? TAILQ_FIRST(&client->waiting) : NULL;
	return call != NULL && call->msgid == msgid ? call : NULL;
}

struct chand_call *
chand_done(struct chand *client)
{
	struct chand_call *call = TAILQ_FIRST(&client->done);

	if (call != NULL)
		call_move(call, CALL_KEPT);
	return call;
}

/* It is on its way, or would be: nobody else can finish what is half sent. */
void
chand_call_free(struct chand_call *call)
{
	if (call == NULL)
		return;
	if (call->state < CALL_DONE)
		call->is_abandoned = true;
	else
		call_destroy(call);
}

struct chand_call *
chand_next(struct chand *client)
{
	chand_process(client);
	while (TAILQ_EMPTY(&client->done) &&
	       !(TAILQ_EMPTY(&client->waiting) && TAILQ_EMPTY(&client->flying)))
		process_wait(client);
	return chand_done(client);
}

enum chand_code
chand_wait(struct chand_call *call)
{
	if (call == NULL)
		return CHAND_NOMEMORY;
	if (call->state < CALL_DONE)
		chand_process(call->client);
	while (call->state < CALL_DONE)
		process_wait(call->client);
	if (call->state == CALL_DONE)
		call_move(call, CALL_KEPT);
	return call->code;
}

void
chand_call_set_context(struct chand_call *call, void *context)
{
	call->context = context;
}

void *
chand_call_context(const struct chand_call *call)
{
	return call->context;
}

enum chand_code
chand_call_code(const struct chand_call *call)
{
	return call != NULL ? call->code : CHAND_NOMEMORY;
}

const char *
chand_call_text(const struct chand_call *call)
{
	return call != NULL ? call->text : "NOMEMORY: out of memory";
}

struct chand_value
chand_call_value(const struct chand_call *call)
{
	return call->value;
}

const char *
chand_call_delivery(const struct chand_call *call)
{
	return call->delivery;
}

const char *
chand_call_peer(const struct chand_call *call)
{
	return call->peer;
}

uint64_t
chand_call_attempt(const struct chand_call *call)
{
	return call->attempt;
}

struct chand_value
chand_call_data(const struct chand_call *call)
{
	return call->data;
}
