/* SPDX-License-Identifier: MIT */
#include "client/lib/client.h"

#include "proto/limits.h"
#include "proto/utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DAY_MS = 86400000 };

struct chand *
chand_new(void)
{
	struct chand *client = calloc(1, sizeof *client);

	if (client == NULL)
		return NULL;
	client->connect_timeout = CONNECT_MS;
	client->unsent_limit = UNSENT_MOST;
	client->fd = -1;
	client->alarm = NEVER;
	dial_init(&client->dial);
	TAILQ_INIT(&client->waiting);
	TAILQ_INIT(&client->flying);
	TAILQ_INIT(&client->done);
	TAILQ_INIT(&client->kept);
	STAILQ_INIT(&client->events);
	return client;
}

static void
destroy_all(struct call_list *list)
{
	while (!TAILQ_EMPTY(list))
		call_destroy(TAILQ_FIRST(list));
}

void
chand_free(struct chand *client)
{
	if (client == NULL)
		return;
	chand_disconnect(client);
	destroy_all(&client->done);
	destroy_all(&client->kept);
	event_forget_all(client);
	dial_fini(&client->dial);
	free(client->name);
	free(client->token);
	free(client->authorities);
	free(client->certificate);
	free(client->key);
	free(client);
}

enum chand_code
client_say(struct chand *client, enum chand_code code, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(client->text, sizeof client->text, format, arguments);
	va_end(arguments);
	return code;
}

const char *
chand_text(const struct chand *client)
{
	return client->text;
}

enum chand_code
chand_set_url(struct chand *client, const char *url)
{
	const char *reason;
	struct url given;

	if (url != NULL && url_parse(url, &given, &reason) < 0)
		return client_say(client, CHAND_MISUSE, "%s; not \"%.120s\"",
				  reason, url);
	client->is_given = url != NULL;
	if (client->is_given)
		client->given = given;
	return CHAND_OK;
}

static enum chand_code
set_text(struct chand *client, char **setting, const char *text)
{
	char *copy = NULL;

	if (text != NULL) {
		copy = malloc(strlen(text) + 1);
		if (copy == NULL)
			return client_say(client, CHAND_NOMEMORY,
					  "out of memory");
		strcpy(copy, text);
	}
	free(*setting);
	*setting = copy;
	return CHAND_OK;
}

enum chand_code
chand_set_name(struct chand *client, const char *name)
{
	size_t size = name != NULL ? strlen(name) : 1;

	if (size < 1 || size > LIMIT_LABEL ||
	    (name != NULL && !utf8_is_clean(name, size)))
		return client_say(client, CHAND_MISUSE,
				  "a client's name has 1 to %d bytes of UTF-8, "
				  "without control characters",
				  LIMIT_LABEL);
	return set_text(client, &client->name, name);
}

enum chand_code
chand_set_token(struct chand *client, const char *token)
{
	if (token != NULL && !utf8_is_valid(token, strlen(token)))
		return client_say(client, CHAND_MISUSE, "a token is UTF-8");
	return set_text(client, &client->token, token);
}

enum chand_code
chand_set_tls(struct chand *client, const char *authorities,
	      const char *certificate, const char *key)
{
	const char *const texts[] = { authorities, certificate, key };
	char **settings[] = { &client->authorities, &client->certificate,
			      &client->key };
	char *copies[] = { NULL, NULL, NULL };
	bool is_short = false;

	if (key != NULL && certificate == NULL)
		return client_say(client, CHAND_MISUSE,
				  "a key is of no use without its certificate");
	for (int i = 0; i < 3; i++)
		if (texts[i] != NULL && (copies[i] = strdup(texts[i])) == NULL)
			is_short = true;
	for (int i = 0; i < 3; i++) {
		free(is_short ? copies[i] : *settings[i]);
		if (!is_short)
			*settings[i] = copies[i];
	}
	return is_short ? client_say(client, CHAND_NOMEMORY, "out of memory")
			: CHAND_OK;
}

enum chand_code
chand_set_concurrent(struct chand *client, bool concurrent)
{
	client->wants_concurrent = concurrent;
	return CHAND_OK;
}

enum chand_code
chand_set_connect_timeout(struct chand *client, int64_t milliseconds)
{
	if (milliseconds < 1)
		return client_say(client, CHAND_MISUSE,
				  "the time to connect is from 1 ms");
	client->connect_timeout = milliseconds;
	return CHAND_OK;
}

enum chand_code
chand_set_reconnect(struct chand *client, int64_t first, int64_t most)
{
	if (first < 0 || first > DAY_MS || most > DAY_MS ||
	    (first > 0 && most < first))
		return client_say(client, CHAND_MISUSE,
				  "reconnecting begins after 1 ms or more (0: "
				  "never), and at most after a day");
	client->first = first;
	client->most = most;
	return CHAND_OK;
}

enum chand_code
chand_set_unsent_limit(struct chand *client, size_t bytes)
{
	if (bytes < 1)
		return client_say(client, CHAND_MISUSE,
				  "what may wait to be sent is from 1 byte");
	client->unsent_limit = bytes;
	return CHAND_OK;
}
