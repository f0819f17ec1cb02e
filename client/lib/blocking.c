/* SPDX-License-Identifier: MIT */
#include "client/lib/client.h"

#include <stddef.h>

/* Wait for it; what came of it, and chand_text() says what that was. */
static enum chand_code
wait_for(struct chand *client, struct chand_call *call)
{
	enum chand_code code = chand_wait(call);

	return client_say(client, code, "%s", chand_call_text(call));
}

static enum chand_code
wait_and_free(struct chand *client, struct chand_call *call)
{
	enum chand_code code = wait_for(client, call);

	chand_call_free(call);
	return code;
}

/* The call is handed out if it has something that is worth it. */
static enum chand_code
wait_and_keep(struct chand *client, struct chand_call *call,
	      struct chand_call **kept)
{
	enum chand_code code = wait_for(client, call);

	*kept = code == CHAND_OK ? call : NULL;
	if (code != CHAND_OK)
		chand_call_free(call);
	return code;
}

enum chand_code
chand_send(struct chand *client, const char *channel, struct chand_value value,
	   int64_t timeout)
{
	return wait_and_free(client,
			     chand_start_send(client, channel, value, timeout));
}

enum chand_code
chand_request(struct chand *client, const char *channel,
	      struct chand_value value, int64_t timeout,
	      struct chand_call **call)
{
	return wait_and_keep(
	    client, chand_start_send(client, channel, value, timeout), call);
}

enum chand_code
chand_recv(struct chand *client, const char *channel, unsigned how,
	   int64_t timeout, struct chand_call **call)
{
	return wait_and_keep(
	    client, chand_start_recv(client, channel, how, timeout), call);
}

enum chand_code
chand_ack(struct chand *client, const char *delivery, struct chand_value reply)
{
	return wait_and_free(client, chand_start_ack(client, delivery, reply));
}

enum chand_code
chand_nack(struct chand *client, const char *delivery)
{
	return wait_and_free(client, chand_start_nack(client, delivery));
}

enum chand_code
chand_fail(struct chand *client, const char *delivery, const char *type,
	   const char *message)
{
	return wait_and_free(client,
			     chand_start_fail(client, delivery, type, message));
}

enum chand_code
chand_extend(struct chand *client, const char *delivery, int64_t lease)
{
	return wait_and_free(client,
			     chand_start_extend(client, delivery, lease));
}
