/* SPDX-License-Identifier: MIT */
#include "secure.h"

#include "base/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PEER = 512 }; /* bytes of a name, with its NUL */

struct secure {
	const struct options *options;
	struct service *service;
	struct handshakes *handshakes;
	admitted_fn *admitted;
	void *context;
};

/* ---- who comes ---- */

static void
name_peer(const char *peer, const struct tls_identity *identity, char *text)
{
	const char *name = "";

	if (identity == NULL) {
		snprintf(text, PEER, "tls:%s", peer);
		return;
	}
	if (identity->name_count > 0)
		name = identity->names[0];
	snprintf(text, PEER, "tls:%s,%s%ssha256:%s", peer, name,
		 *name != '\0' ? "," : "", identity->fingerprint);
}

static void
admit(void *context, int fd, struct layer *layer, const char *peer)
{
	struct secure *secure = context;
	char text[PEER];

	secure->service->tls_handshakes++;
	name_peer(peer, layer->identity, text);
	secure->admitted(secure->context, fd, layer, text);
}

static void
count_failure(void *context)
{
	struct secure *secure = context;

	secure->service->tls_failures++;
}

void
secure_begin(struct secure *secure, int fd, const char *peer)
{
	handshakes_begin(secure->handshakes, fd, peer);
}

size_t
secure_coming(const struct secure *secure)
{
	return secure != NULL ? handshakes_count(secure->handshakes) : 0;
}

/* ---- with what ---- */

static struct tls_context *
read_files(const struct options *options, char *reason)
{
	const struct tls_settings settings = {
		.certificate = options->tls_certificate,
		.key = options->tls_key,
		.authorities = options->tls_authorities,
		.clients = (enum tls_clients)options->tls_clients,
	};
	struct tls_context *tls;

	if (settings.certificate == NULL || settings.key == NULL) {
		strcpy(reason, "it needs tls_certificate and tls_key");
		return NULL;
	}
	tls = tls_context_new(&settings, reason);
	if (tls != NULL && *reason != '\0')
		log_line(LOG_WARNING, "TLS clients may stay away reason=\"%s\"",
			 reason);
	return tls;
}

void
secure_reload(struct secure *secure)
{
	char reason[TLS_REASON];
	struct tls_context *tls = read_files(secure->options, reason);

	if (tls == NULL) {
		log_line(LOG_ERROR,
			 "certificates stay as they were reason=\"%s\"",
			 reason);
		return;
	}
	handshakes_use(secure->handshakes, tls);
	tls_context_unref(tls);
	log_line(LOG_INFO, "certificates were read again");
}

static struct handshakes *
new_handshakes(struct secure *secure, struct loop *loop,
	       struct tls_context *tls)
{
	const struct options *options = secure->options;
	const struct handshake_limits limits = {
		.most = options->tls_max_handshakes,
		.timeout = (int64_t)options->tls_handshake_timeout * 1000000000,
	};
	const struct handshake_events events = { admit, count_failure, secure };

	return handshakes_new(loop, tls, &limits, &events);
}

struct secure *
secure_new(struct loop *loop, const struct options *options,
	   struct service *service, admitted_fn *admitted, void *context)
{
	struct secure *secure = calloc(1, sizeof *secure);
	char reason[TLS_REASON] = "out of memory";
	struct tls_context *tls = NULL;

	if (secure != NULL) {
		*secure = (struct secure){ options, service, NULL, admitted,
					   context };
		tls = read_files(options, reason);
	}
	if (tls != NULL) {
		strcpy(reason, "out of memory");
		secure->handshakes = new_handshakes(secure, loop, tls);
		tls_context_unref(tls);
	}
	if (secure != NULL && secure->handshakes != NULL)
		return secure;
	log_line(LOG_ERROR, "cannot offer TLS reason=\"%s\"", reason);
	return secure_free(secure);
}

struct secure *
secure_free(struct secure *secure)
{
	if (secure != NULL)
		handshakes_free(secure->handshakes);
	free(secure);
	return NULL;
}
