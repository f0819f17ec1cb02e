/* SPDX-License-Identifier: MIT */
#include "client/lib/client.h"
#include "client/lib/place.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Doublings of the span behind which any `most` has been reached. */
enum { DOUBLINGS_MOST = 27 };

/* ---- what is due when ---- */

static void
alarm_at(struct chand *client, int64_t when)
{
	if (when < client->alarm)
		client->alarm = when;
}

static void
limit_state(struct chand *client, int64_t now, int64_t span)
{
	client->state_until = sys_after(now, span);
	alarm_at(client, client->state_until);
}

void
conn_turn(struct chand_call *call, int64_t now)
{
	if (call->due != NEVER || call->patience == NEVER)
		return;
	call->due = sys_after(now, call->patience);
	alarm_at(call->client, call->due);
}

/* Calls one after the other: it is only the first that is being run. */
static void
give_turn(struct chand *client, int64_t now)
{
	struct chand_call *call = TAILQ_FIRST(&client->flying);

	if (call == NULL && client->state == CLIENT_OPEN)
		call = TAILQ_FIRST(&client->waiting);
	if (call != NULL)
		conn_turn(call, now);
}

/* ---- the end of a connection ---- */

static void
close_all(struct chand *client)
{
	if (client->fd >= 0)
		close(client->fd);
	client->fd = -1;
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
	limit_state(client, sys_now(),
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
	limit_state(client, sys_now(), SILENCE_MS);
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
	shutdown(client->fd, SHUT_WR);
}

/* ---- its beginning ---- */

static const char *
advice(int negative_errno)
{
	if (negative_errno == -EACCES || negative_errno == -EPERM)
		return "its owner must let this user in";
	return "is chand running? start it, or say where it listens";
}

static void
lose_unreachable(struct chand *client, int r, const char *reason)
{
	conn_lose(client, CHAND_UNREACHABLE, "cannot reach %s: %s (%s)",
		  client->where, reason, advice(r));
}

static void
settle(struct chand *client, int r, int64_t now)
{
	if (r < 0) {
		lose_unreachable(client, r, strerror(-r));
	} else if (r == 0) {
		alarm_at(client, dial_alarm(&client->dial));
	} else {
		client->fd = client->dial.fd;
		client->dial.fd = -1;
		client->sent = 0;
		io_forget(client); /* and begin to scan */
		client->state = CLIENT_GREETING;
		limit_state(client, now, client->dial.deadline - now);
	}
}

static void
dial(struct chand *client, int64_t now)
{
	const char *reason;
	int r = 0;

	client->was_withdrawn = false;
	client->failure = CHAND_OK;
	client->state = CLIENT_DIALING;
	client->state_until = NEVER; /* dial.h looks after that */
	if (client->dial.addresses == NULL)
		r = dial_look_up(&client->dial, &client->url, &reason);
	if (r < 0)
		lose_unreachable(client, r, reason);
	else if (greet_prepare(client) != CHAND_OK)
		conn_lose(client, CHAND_NOMEMORY, "out of memory");
	else
		settle(client,
		       dial_begin(&client->dial, now,
				  sys_after(now, client->connect_timeout)),
		       now);
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
		dial(client, sys_now());
	return client->failure;
}

enum chand_code
chand_connect(struct chand *client)
{
	enum chand_code code = chand_start_connect(client);

	if (client->state == CLIENT_PAUSED)
		client->failure = CHAND_OK; /* of the next attempt */
	while (code == CHAND_OK && client->state != CLIENT_OPEN) {
		struct pollfd wait = { .fd = chand_fd(client),
				       .events = chand_events(client) };
		int64_t left = chand_deadline(client);

		sys_poll(&wait, left == CHAND_FOREVER ? NEVER : left);
		chand_process(client);
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
	alarm_at(client, call->unsent_until);
	if (client->state == CLIENT_OPEN)
		call_check_size(call);
	else
		chand_start_connect(client);
}

/* ---- its life ---- */

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
			alarm_at(client, call->unsent_until);
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
		alarm_at(client, call->due);
	}
	return false;
}

static void
expire(struct chand *client, int64_t now)
{
	if (now < client->alarm)
		return;
	client->alarm = NEVER;
	if (client->state < CLIENT_OPEN)
		give_up_unsent(client, now);
	if (client->state == CLIENT_PAUSED && client->state_until <= now)
		dial(client, now);
	else if (client->state == CLIENT_GREETING && client->state_until <= now)
		lose_unreachable(client, -ETIMEDOUT, "it does not answer");
	else if (client->state_until <= now ||
		 is_overdue(client, &client->flying, now) ||
		 (client->state == CLIENT_OPEN &&
		  is_overdue(client, &client->waiting, now)))
		conn_lose(client, CHAND_UNREACHABLE,
			  "lost the connection to %s (it does not answer)",
			  client->where);
	alarm_at(client, client->state_until);
}

void
chand_process(struct chand *client)
{
	int64_t now = sys_now();

	expire(client, now);
	if (client->state == CLIENT_DIALING)
		settle(client, dial_step(&client->dial, now), now);
	if (client->fd >= 0)
		io_write(client);
	if (client->fd >= 0)
		io_read(client);
	if (client->state == CLIENT_OPEN) /* it may have become so */
		io_write(client);
	give_turn(client, now);
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
	bool has_more = client->state == CLIENT_GREETING
			    ? client->hello.request != NULL
			    : client->state == CLIENT_OPEN &&
				  !TAILQ_EMPTY(&client->waiting);

	if (chand_fd(client) < 0)
		return 0;
	if (client->state == CLIENT_DIALING)
		return POLLOUT;
	return (short)(POLLIN | (has_more ? POLLOUT : 0));
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
