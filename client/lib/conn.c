/* SPDX-License-Identifier: MIT */
#include "client/lib/client.h"
#include "client/lib/place.h"
#include "client/lib/wire.h"

#include <errno.h>
#include <string.h>

static const char *
advice(int negative_errno)
{
	if (negative_errno == -EACCES || negative_errno == -EPERM)
		return "its owner must let this user in";
	return "is chand running? start it, or say where it listens";
}

void
conn_lose_unreachable(struct chand *client, int r, const char *reason)
{
	conn_lose(client, CHAND_UNREACHABLE, "cannot reach %s: %s (%s)",
		  client->where, reason, advice(r));
}

void
conn_settle(struct chand *client, int r, int64_t now)
{
	if (r < 0) {
		conn_lose_unreachable(client, r, strerror(-r));
	} else if (r == 0) {
		conn_alarm_at(client, dial_alarm(&client->dial));
	} else {
		client->fd = client->dial.fd;
		client->dial.fd = -1;
		client->sent = 0;
		io_forget(client); /* and begin to scan */
		client->state =
		    client->tls != NULL ? CLIENT_SECURING : CLIENT_GREETING;
		conn_limit_state(client, now, client->dial.deadline - now);
	}
}

void
conn_dial(struct chand *client, int64_t now)
{
	const char *reason;
	int r = 0;

	client->was_withdrawn = false;
	client->failure = CHAND_OK;
	client->state = CLIENT_DIALING;
	client->state_until = NEVER; /* dial.h looks after that */
	if (wire_prepare(client) != CHAND_OK)
		return;
	if (client->dial.addresses == NULL)
		r = dial_look_up(&client->dial, &client->url, &reason);
	if (r == 0 && greet_prepare(client) != CHAND_OK)
		r = -ENOMEM;
	if (r == -ENOMEM)
		conn_lose(client, CHAND_NOMEMORY, "out of memory");
	else if (r < 0)
		conn_lose_unreachable(client, r, reason);
	else
		conn_settle(client,
			    dial_begin(&client->dial, now,
				       sys_after(now, client->connect_timeout)),
			    now);
}

/* The unsent are the caller's to bound, and ours if he does not. */
static bool
is_over_limit(const struct chand_call *call)
{
	const struct chand *client = call->client;

	return client->unsent - call_cost(call) >= client->unsent_limit;
}

static void
refuse(struct chand_call *call)
{
	struct chand *client = call->client;

	client_say(client, CHAND_LIMIT,
		   "%zu bytes of calls wait to be sent already; the limit is "
		   "%zu",
		   client->unsent - call_cost(call), client->unsent_limit);
	call_end(call, CHAND_LIMIT, "%s", client->text);
}

static int
find_url(struct chand *client)
{
	char fault[TEXT_MAX];

	if (client->is_given) {
		client->url = client->given;
	} else if (place_find(&client->url, fault, sizeof fault) < 0) {
		client->was_withdrawn = false;
		conn_lose(client, CHAND_MISUSE, "%s", fault);
		return -EINVAL;
	}
	url_print(&client->url, client->where);
	return 0;
}

enum chand_code
chand_start_connect(struct chand *client)
{
	if (client->state != CLIENT_IDLE)
		return CHAND_OK;
	dial_fini(&client->dial);
	client->failures = 0;
	if (find_url(client) == 0)
		conn_dial(client, sys_now());
	return client->failure;
}

enum chand_code
chand_connect(struct chand *client)
{
	enum chand_code code = chand_start_connect(client);

	if (client->state == CLIENT_PAUSED)
		client->failure = CHAND_OK; /* of the next attempt */
	while (code == CHAND_OK && client->state != CLIENT_OPEN) {
		process_wait(client);
		code = client->failure;
	}
	return code;
}

void
conn_take(struct chand_call *call)
{
	struct chand *client = call->client;

	call_add(call, CALL_WAITING);
	if (client->state == CLIENT_ENDING && client->was_withdrawn) {
		client_say(client, CHAND_MISUSE,
			   "the client was withdrawn, and its connection has "
			   "not ended yet");
		call_end(call, CHAND_MISUSE, "%s", client->text);
		return;
	}
	if (is_over_limit(call)) {
		refuse(call);
		return;
	}
	conn_alarm_at(client, call->unsent_until);
	if (client->state == CLIENT_OPEN)
		call_check_size(call);
	else
		chand_start_connect(client);
}
