/* SPDX-License-Identifier: MIT */
#include "client/lib/client.h"

#include <errno.h>

void
conn_alarm_at(struct chand *client, int64_t when)
{
	if (when < client->alarm)
		client->alarm = when;
}

void
conn_limit_state(struct chand *client, int64_t now, int64_t span)
{
	client->state_until = sys_after(now, span);
	conn_alarm_at(client, client->state_until);
}

void
conn_turn(struct chand_call *call, int64_t now)
{
	if (call->due != NEVER || call->patience == NEVER)
		return;
	call->due = sys_after(now, call->patience);
	conn_alarm_at(call->client, call->due);
}

/* Calls one after the other: it is only the first that is being run. */
void
conn_give_turn(struct chand *client, int64_t now)
{
	struct chand_call *call = TAILQ_FIRST(&client->flying);

	if (call == NULL && client->state == CLIENT_OPEN)
		call = TAILQ_FIRST(&client->waiting);
	if (call != NULL)
		conn_turn(call, now);
}

static void
give_up_unsent(struct chand *client, int64_t now)
{
	struct chand_call *call, *next;

	for (call = TAILQ_FIRST(&client->waiting); call != NULL; call = next) {
		next = TAILQ_NEXT(call, entry);
		if (call->unsent_until <= now)
			call_end(call, CHAND_UNREACHABLE,
				 "cannot reach %s in time", client->where);
		else
			conn_alarm_at(client, call->unsent_until);
	}
}

/* Whether somebody has waited too long for an answer. */
static bool
is_overdue(struct chand *client, const struct call_list *list, int64_t now)
{
	const struct chand_call *call;

	TAILQ_FOREACH(call, list, entry)
	{
		if (call->due <= now)
			return true;
		conn_alarm_at(client, call->due);
	}
	return false;
}

void
conn_expire(struct chand *client, int64_t now)
{
	if (now < client->alarm)
		return;
	client->alarm = NEVER;
	if (client->state < CLIENT_OPEN)
		give_up_unsent(client, now);
	if (client->state == CLIENT_PAUSED && client->state_until <= now)
		conn_dial(client, now);
	else if ((client->state == CLIENT_SECURING ||
		  client->state == CLIENT_GREETING) &&
		 client->state_until <= now)
		conn_lose_unreachable(client, -ETIMEDOUT, "it does not answer");
	else if (client->state_until <= now ||
		 is_overdue(client, &client->flying, now) ||
		 (client->state == CLIENT_OPEN &&
		  is_overdue(client, &client->waiting, now)))
		conn_lose(client, CHAND_UNREACHABLE,
			  "lost the connection to %s (it does not answer)",
			  client->where);
	conn_alarm_at(client, client->state_until);
}

int64_t
chand_deadline(const struct chand *client)
{
	int64_t now;

	if (client->alarm == NEVER)
		return CHAND_FOREVER;
	now = sys_now();
	return client->alarm > now ? client->alarm - now : 0;
}
