/* SPDX-License-Identifier: MIT */
#include "client/lib/client.h"
#include "client/lib/wire.h"

#include <stdarg.h>
#include <stdio.h>

/* Doublings of the span behind which any `most` has been reached. */
enum { DOUBLINGS_MOST = 27 };

static void
close_all(struct chand *client)
{
	wire_close(client);
	dial_stop(&client->dial);
	io_forget(client);
	client->state = CLIENT_IDLE;
	client->state_until = NEVER;
}

/* Whether it is of use to come again. */
static bool
may_pass(enum chand_code code)
{
	return code == CHAND_UNREACHABLE || code == CHAND_NOMEMORY ||
	       code == CHAND_LIMIT || code == CHAND_SHUTDOWN;
}

static void
pause_before_next(struct chand *client)
{
	unsigned doublings = client->failures < DOUBLINGS_MOST
				 ? client->failures
				 : DOUBLINGS_MOST;
	int64_t span = client->first << doublings;

	if (span > client->most)
		span = client->most;
	client->failures++;
	client->state = CLIENT_PAUSED;
	conn_limit_state(client, sys_now(),
			 (int64_t)(sys_random() % ((uint64_t)span + 1)));
}

/* All that the connection takes along; `code` of what was not sent. */
static void
end_calls(struct chand *client, enum chand_code code, bool stay)
{
	enum chand_code lost = code == CHAND_GIBBERISH ? code : CHAND_UNKNOWN;
	bool is_half_sent = client->sent > 0;

	client->sent = 0;
	while (!TAILQ_EMPTY(&client->flying))
		call_end(TAILQ_FIRST(&client->flying), lost, "%s",
			 client->text);
	if (is_half_sent && !TAILQ_EMPTY(&client->waiting))
		call_end(TAILQ_FIRST(&client->waiting), code, "%s",
			 client->text);
	while (!stay && !TAILQ_EMPTY(&client->waiting))
		call_end(TAILQ_FIRST(&client->waiting), code, "%s",
			 client->text);
}

void
conn_lose(struct chand *client, enum chand_code code, const char *format, ...)
{
	bool again =
	    client->first > 0 && may_pass(code) && !client->was_withdrawn;
	char text[TEXT_MAX];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	client_say(client, code, "%s", text);
	client->failure = code;
	if (client->state == CLIENT_GREETING)
		greet_forget(client);
	close_all(client);
	end_calls(client, code, again);
	client->alarm = NEVER;
	if (!again)
		return;
	pause_before_next(client);
	client->alarm = 0; /* those that stay have alarms, too */
}

void
conn_stop_sending(struct chand *client)
{
	if (client->state == CLIENT_GREETING)
		greet_forget(client);
	else
		client->state = CLIENT_ENDING;
	conn_limit_state(client, sys_now(), SILENCE_MS);
}

void
chand_disconnect(struct chand *client)
{
	client->was_withdrawn = true; /* it is not to come again */
	if (client->state != CLIENT_IDLE)
		conn_lose(client, CHAND_UNREACHABLE, "disconnected");
	greet_forget(client);
	dial_fini(&client->dial);
}

void
chand_withdraw(struct chand *client)
{
	bool is_there =
	    client->state == CLIENT_OPEN || client->state == CLIENT_ENDING;
	bool is_amid = client->sent > 0;

	while (!TAILQ_EMPTY(&client->waiting))
		call_end(TAILQ_FIRST(&client->waiting), CHAND_KILLED,
			 "withdrawn before it was sent");
	client->sent = 0;
	if (!is_there) {
		chand_disconnect(client);
		return;
	}
	client->was_withdrawn = true;
	conn_stop_sending(client);
	wire_shut(client, is_amid);
}
