/* SPDX-License-Identifier: MIT */
#include "client/lib/client.h"
#include "client/lib/wire.h"

void
chand_process(struct chand *client)
{
	int64_t now = sys_now();

	conn_expire(client, now);
	if (client->state == CLIENT_DIALING)
		conn_settle(client, dial_step(&client->dial, now), now);
	if (client->state == CLIENT_SECURING)
		wire_shake(client);
	if (client->state >= CLIENT_GREETING)
		io_write(client);
	if (client->state >= CLIENT_GREETING)
		io_read(client);
	if (client->state == CLIENT_OPEN) /* it may have become so */
		io_write(client);
	conn_give_turn(client, now);
}

void
process_wait(struct chand *client)
{
	struct pollfd wait = { .fd = chand_fd(client),
			       .events = chand_events(client) };
	int64_t left = chand_deadline(client);

	sys_poll(&wait, left == CHAND_FOREVER ? NEVER : left);
	chand_process(client);
}

/* ---- for a loop ---- */

bool
chand_is_connected(const struct chand *client)
{
	return client->state == CLIENT_OPEN;
}

const char *
chand_url(const struct chand *client)
{
	return client->where;
}

int
chand_fd(const struct chand *client)
{
	if (client->state == CLIENT_DIALING)
		return client->dial.is_begun ? client->dial.fd : -1;
	return client->fd;
}

short
chand_events(const struct chand *client)
{
	bool has_more =
	    wire_is_full(client) || (client->state == CLIENT_GREETING
					 ? client->hello.request != NULL
					 : client->state == CLIENT_OPEN &&
					       !TAILQ_EMPTY(&client->waiting));

	if (chand_fd(client) < 0)
		return 0;
	if (client->state == CLIENT_DIALING)
		return POLLOUT;
	return (short)(POLLIN | (has_more ? POLLOUT : 0));
}

size_t
chand_unsent(const struct chand *client)
{
	return client->unsent;
}
