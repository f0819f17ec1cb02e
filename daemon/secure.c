/* SPDX-License-Identifier: MIT */
#include "secure.h"

#include "base/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PEER = 512 }; /* bytes of a name, with its NUL */

struct secure {
	struct service *service;
	struct handshakes *handshakes;
	secured_fn *secured;
	void (*left)(void *context, struct source_count *source);
	void *context;
};

/* ---- who comes ---- */

static void
print_hex(const uint8_t *data, size_t size, char *text)
{
	for (size_t i = 0; i < size; i++)
		sprintf(text + 2 * i, "%02x", data[i]);
}

static void
name_peer(const char *peer, const struct tls_identity *identity, char *text)
{
	char print[2 * CERTIFICATE_PRINT + 1];
	const struct certificate *certificate;
	const char *name = "";

	if (identity == NULL) {
		snprintf(text, PEER, "tls:%s", peer);
		return;
	}
	certificate = &identity->certificate;
	if (certificate->name_count > 0)
		name = certificate->names[0];
	print_hex(certificate->fingerprint, CERTIFICATE_PRINT, print);
	snprintf(text, PEER, "tls:%s,%s%ssha256:%s", peer, name,
		 *name != '\0' ? "," : "", print);
}

static void
admit(void *context, int fd, struct layer *layer, const char *peer, void *owner)
{
	struct secure *secure = context;
	char text[PEER];

	secure->service->tls_handshakes++;
	name_peer(peer, layer->identity, text);
	secure->secured(secure->context, fd, layer, text, owner);
}

static void
count_failure(void *context)
{
	struct secure *secure = context;

	secure->service->tls_failures++;
}

static void
leave(void *context, void *owner)
{
	struct secure *secure = context;

	secure->left(secure->context, owner);
}

void
secure_begin(struct secure *secure, int fd, const char *peer,
	     struct source_count *source)
{
	handshakes_begin(secure->handshakes, fd, peer, source);
}

size_t
secure_coming(const struct secure *secure)
{
	return secure != NULL ? handshakes_count(secure->handshakes) : 0;
}

/* ---- with what ---- */

/* What is wrong, behind the place where it is written. */
static void
fail(char *reason, const struct origin *origin, const char *said)
{
	char place[ORIGIN_TEXT];

	snprintf(reason, OPTIONS_REASON, "%s: %s", origin_print(origin, place),
		 said);
}

struct tls_context *
secure_read(const struct options *options, char *reason)
{
	const struct tls_settings settings = {
		.certificate = options->tls_certificate,
		.key = options->tls_key,
		.authorities = options->tls_authorities,
		.clients = (enum tls_clients)options->tls_clients,
	};
	const struct origin *origins = options->origins;
	struct tls_context *tls;
	char said[TLS_REASON];

	if (settings.certificate == NULL || settings.key == NULL) {
		fail(reason, &origins[ROW_listen_listen],
		     "a tls:// url needs certificate and key in [tls] "
		     "(--tls-certificate, --tls-key)");
		return NULL;
	}
	tls = tls_context_new(&settings, said);
	if (tls == NULL)
		fail(reason, &origins[ROW_tls_tls_certificate], said);
	else if (*said != '\0')
		log_event(EVENT_certificate_doubtful, LOG_TEXT("reason", said));
	return tls;
}

void
secure_use(struct secure *secure, const struct options *options,
	   struct tls_context *tls)
{
	const struct handshake_limits limits = {
		.most = options->tls_max_handshakes,
		.timeout = (int64_t)options->tls_handshake_timeout * 1000000,
	};

	handshakes_use(secure->handshakes, tls, &limits);
	tls_context_unref(tls);
}

/* ---- all of it ---- */

struct secure *
secure_new(struct loop *loop, struct service *service, secured_fn *secured,
	   void (*left)(void *context, struct source_count *source),
	   void *context)
{
	struct secure *secure = calloc(1, sizeof *secure);
	const struct handshake_events events = { admit, count_failure, leave,
						 secure };

	if (secure == NULL)
		return NULL;
	*secure = (struct secure){ service, handshakes_new(loop, &events),
				   secured, left, context };
	return secure->handshakes != NULL ? secure : secure_free(secure);
}

struct secure *
secure_free(struct secure *secure)
{
	if (secure != NULL)
		handshakes_free(secure->handshakes);
	free(secure);
	return NULL;
}
