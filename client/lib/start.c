/* SPDX-License-Identifier: MIT */
#include "client/lib/client.h"
#include "client/lib/pack.h"

#include <stdlib.h>

static bool
is_taken(const struct chand *client, uint32_t msgid)
{
	const struct chand_call *call;

	TAILQ_FOREACH(call, &client->waiting, entry)
	if (call->msgid == msgid)
		return true;
	return call_find(client, msgid) != NULL;
}

/* 0 is hello's. */
static uint32_t
next_msgid(struct chand *client)
{
	do {
		if (++client->last_msgid == 0) {
			client->has_wrapped = true;
			client->last_msgid = 1;
		}
	} while (client->has_wrapped && is_taken(client, client->last_msgid));
	return client->last_msgid;
}

/* A call that is being written. */
struct draft {
	struct chand *client;
	struct pack pack;
	uint32_t msgid;
	int64_t timeout; /* that it has, or CHAND_FOREVER */
	bool takes_delivery;
};

static void
begin(struct draft *draft, struct chand *client, const char *method,
      uint32_t parameters)
{
	*draft = (struct draft){ .client = client,
				 .msgid = next_msgid(client),
				 .timeout = CHAND_FOREVER };
	pack_begin(&draft->pack, draft->msgid, method, parameters);
}

/* How long it may go unsent; who would not wait gives the connection time. */
static int64_t
time_to_connect(const struct draft *draft)
{
	return draft->timeout > 0 ? draft->timeout
				  : draft->client->connect_timeout;
}

/* The draft as a call; its bytes are the call's, or are freed. */
static struct chand_call *
call_of(struct draft *draft)
{
	struct chand_call *call = NULL;

	if (draft->pack.fault != CHAND_NOMEMORY)
		call = call_new(draft->client);
	if (call == NULL) {
		free(draft->pack.data);
		client_say(draft->client, CHAND_NOMEMORY, "out of memory");
		return NULL;
	}
	call->msgid = draft->msgid;
	call->request = draft->pack.data;
	call->size = draft->pack.size;
	call->takes_delivery = draft->takes_delivery;
	if (draft->timeout == CHAND_FOREVER)
		return call;
	call->unsent_until = sys_after(sys_now(), time_to_connect(draft));
	call->patience = sys_after(SILENCE_MS, draft->timeout);
	return call;
}

static struct chand_call *
finish(struct draft *draft)
{
	struct chand_call *call;

	pack_end(&draft->pack);
	call = call_of(draft);
	if (call == NULL)
		return NULL;
	if (draft->pack.fault == CHAND_MISUSE) {
		call_add(call, CALL_WAITING);
		call_end(call, CHAND_MISUSE, "%s", draft->pack.reason);
		client_say(draft->client, CHAND_MISUSE, "%s",
			   draft->pack.reason);
	} else {
		conn_take(call);
	}
	return call;
}

struct chand_call *
chand_start(struct chand *client, const char *method, struct chand_value params)
{
	struct draft draft;

	begin(&draft, client, method, 0);
	if (draft.pack.size > 0)
		draft.pack.size--; /* the array is the caller's */
	if (params.kind == CHAND_NIL)
		pack_raw(&draft.pack, "\x90", 1);
	else if (params.kind != CHAND_ENCODED || params.data == NULL)
		pack_refuse(&draft.pack, "the parameters are not encoded");
	else
		pack_raw(&draft.pack, params.data, params.size);
	return finish(&draft);
}

static void
add_channel(struct draft *draft, const char *channel)
{
	pack_text(&draft->pack, "a channel must be named", channel);
}

static void
add_key(struct draft *draft, const char *key)
{
	pack_text(&draft->pack, key, key);
}

static bool
has(int64_t timeout)
{
	return timeout != CHAND_FOREVER;
}

static void
add_timeout(struct draft *draft, int64_t timeout)
{
	if (!has(timeout))
		return;
	if (timeout < 0)
		pack_refuse(&draft->pack, "a timeout is from 0 ms, or "
					  "CHAND_FOREVER");
	draft->timeout = timeout;
	add_key(draft, "timeout");
	pack_milliseconds(&draft->pack, timeout);
}

/* The map of options of a call that knows no other. */
static void
add_timeout_alone(struct draft *draft, int64_t timeout)
{
	if (has(timeout))
		pack_map(&draft->pack, 1);
	add_timeout(draft, timeout);
}

struct chand_call *
chand_start_send(struct chand *client, const char *channel,
		 struct chand_value value, int64_t timeout)
{
	struct draft draft;

	begin(&draft, client, "send", 2 + has(timeout));
	add_channel(&draft, channel);
	pack_value(&draft.pack, value);
	add_timeout_alone(&draft, timeout);
	return finish(&draft);
}

static void
add_exception(struct draft *draft, const char *type, const char *message)
{
	pack_text(&draft->pack, "an exception must have a type", type);
	pack_text(&draft->pack, "an exception must have a message", message);
}

struct chand_call *
chand_start_send_exception(struct chand *client, const char *channel,
			   const char *type, const char *message,
			   int64_t timeout)
{
	struct draft draft;

	begin(&draft, client, "send_exception", 3 + has(timeout));
	add_channel(&draft, channel);
	add_exception(&draft, type, message);
	add_timeout_alone(&draft, timeout);
	return finish(&draft);
}

static void
begin_recv(struct draft *draft, struct chand *client, const char *channel,
	   unsigned how, uint32_t options)
{
	bool is_next = (how & CHAND_NEXT) != 0;
	bool has_ack = (how & CHAND_ACK) != 0;
	bool has_peer = (how & CHAND_PEER) != 0;

	options += has_ack + has_peer;
	begin(draft, client, is_next ? "next" : "recv", 1u + (options > 0));
	if ((how & ~(unsigned)(CHAND_ACK | CHAND_NEXT | CHAND_PEER)) != 0)
		pack_refuse(&draft->pack, "there is no such way to receive");
	if (has_peer && !has_ack)
		pack_refuse(&draft->pack, "CHAND_PEER needs CHAND_ACK");
	draft->takes_delivery = has_ack;
	add_channel(draft, channel);
	if (options > 0)
		pack_map(&draft->pack, options);
	if (!has_ack)
		return;
	add_key(draft, "ack");
	pack_boolean(&draft->pack, true);
	if (!has_peer)
		return;
	add_key(draft, "peer");
	pack_boolean(&draft->pack, true);
}

struct chand_call *
chand_start_recv(struct chand *client, const char *channel, unsigned how,
		 int64_t timeout)
{
	struct draft draft;

	begin_recv(&draft, client, channel, how, has(timeout));
	add_timeout(&draft, timeout);
	return finish(&draft);
}

static void
add_delivery(struct draft *draft, const char *delivery)
{
	pack_text(&draft->pack, "a delivery must be given", delivery);
}

struct chand_call *
chand_start_done_recv(struct chand *client, const char *done,
		      struct chand_value reply, const char *channel,
		      unsigned how, int64_t timeout)
{
	struct draft draft;

	begin_recv(&draft, client, channel, how, 2u + has(timeout));
	add_key(&draft, "done");
	add_delivery(&draft, done);
	add_key(&draft, "reply");
	pack_value(&draft.pack, reply);
	add_timeout(&draft, timeout);
	return finish(&draft);
}

struct chand_call *
chand_start_ack(struct chand *client, const char *delivery,
		struct chand_value reply)
{
	struct draft draft;

	begin(&draft, client, "ack", 2);
	add_delivery(&draft, delivery);
	pack_value(&draft.pack, reply);
	return finish(&draft);
}

struct chand_call *
chand_start_nack(struct chand *client, const char *delivery)
{
	struct draft draft;

	begin(&draft, client, "nack", 1);
	add_delivery(&draft, delivery);
	return finish(&draft);
}

struct chand_call *
chand_start_fail(struct chand *client, const char *delivery, const char *type,
		 const char *message)
{
	struct draft draft;

	begin(&draft, client, "fail", 3);
	add_delivery(&draft, delivery);
	add_exception(&draft, type, message);
	return finish(&draft);
}

struct chand_call *
chand_start_extend(struct chand *client, const char *delivery, int64_t lease)
{
	struct draft draft;

	begin(&draft, client, "extend", 2);
	if (lease < 1)
		pack_refuse(&draft.pack, "a lease is from 1 ms");
	add_delivery(&draft, delivery);
	pack_milliseconds(&draft.pack, lease);
	return finish(&draft);
}

enum chand_code
chand_call_set_patience(struct chand_call *call, int64_t milliseconds)
{
	if (call == NULL)
		return CHAND_NOMEMORY;
	if (milliseconds < 0 && milliseconds != CHAND_FOREVER)
		return client_say(call->client, CHAND_MISUSE,
				  "patience is from 0 ms, or CHAND_FOREVER");
	if (call->state >= CALL_DONE)
		return CHAND_OK;
	call->patience = has(milliseconds) ? milliseconds : NEVER;
	call->unsent_until = sys_after(sys_now(), call->patience);
	call->due = NEVER;
	if (call->state == CALL_FLYING && call->client->is_concurrent)
		conn_turn(call, sys_now());
	call->client->alarm = 0; /* look at all of them again */
	return CHAND_OK;
}

/* What `sent` counts before that is of hello. */
static bool
is_half_sent(const struct chand_call *call)
{
	const struct chand *client = call->client;

	return client->state >= CLIENT_OPEN && client->sent > 0 &&
	       call == TAILQ_FIRST(&client->waiting);
}

enum chand_code
chand_cancel(struct chand_call *call)
{
	struct chand_call *cancel;
	enum chand_code code;
	struct draft draft;

	if (call == NULL)
		return CHAND_NOMEMORY;
	if (call->state >= CALL_DONE)
		return CHAND_OK;
	if (call->state == CALL_WAITING && !is_half_sent(call)) {
		call_end(call, CHAND_KILLED, "withdrawn before it was sent");
		return CHAND_OK;
	}
	if (!call->client->is_concurrent)
		return client_say(call->client, CHAND_MISUSE,
				  "only a concurrent client can cancel a call");
	begin(&draft, call->client, "cancel", 1);
	pack_unsigned(&draft.pack, call->msgid);
	cancel = finish(&draft);
	code = chand_call_code(cancel);
	chand_call_free(cancel);
	return code == CHAND_PENDING ? CHAND_OK : code;
}
