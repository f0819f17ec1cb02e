/* SPDX-License-Identifier: MIT */
/*
 * tls_context.c - certificate, key and authorities, and what is spoken.
 */
#include "net/tls_parts.h"

#include <openssl/err.h>
#include <openssl/x509_vfy.h>

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* As in RFC 7301: its length, and the name. */
static const unsigned char our_protocol[] = "\5chand";

/* What TLS 1.2 may use; of TLS 1.3 all is good. */
#define CIPHERS "ECDHE+AESGCM:ECDHE+CHACHA20"

const char *
tls_error_text(void)
{
	unsigned long error = ERR_peek_error();
	const char *text;

	if (error == 0)
		return "";
	if (ERR_SYSTEM_ERROR(error))
		return strerror(ERR_GET_REASON(error));
	text = ERR_reason_error_string(error);
	return text != NULL ? text : "unknown";
}

static bool FORMAT(2) fail(char *reason, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(reason, TLS_REASON, format, arguments);
	va_end(arguments);
	return false;
}

/* Nobody is asked for a passphrase: the daemon has no terminal. */
static int
give_no_passphrase(char *text, int size, int is_writing, void *context)
{
	(void)text;
	(void)size;
	(void)is_writing;
	(void)context;
	return -1;
}

static int
select_protocol(SSL *ssl, const unsigned char **chosen, unsigned char *size,
		const unsigned char *offered, unsigned offered_size,
		void *context)
{
	unsigned char *found;

	(void)ssl;
	(void)context;
	if (SSL_select_next_proto(&found, size, our_protocol,
				  sizeof our_protocol - 1, offered,
				  offered_size) != OPENSSL_NPN_NEGOTIATED)
		return SSL_TLSEXT_ERR_ALERT_FATAL;
	*chosen = found;
	return SSL_TLSEXT_ERR_OK;
}

static bool
set_protocol(SSL_CTX *ssl, char *reason)
{
	SSL_CTX_set_options(
	    ssl, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
		     SSL_OP_NO_TICKET | SSL_OP_CIPHER_SERVER_PREFERENCE |
		     SSL_OP_NO_SESSION_RESUMPTION_ON_RENEGOTIATION);
	SSL_CTX_set_session_cache_mode(ssl, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_mode(ssl, SSL_MODE_RELEASE_BUFFERS |
				  SSL_MODE_ENABLE_PARTIAL_WRITE |
				  SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	SSL_CTX_set_read_ahead(ssl, 1);
	SSL_CTX_set_default_passwd_cb(ssl, give_no_passphrase);
	SSL_CTX_set_alpn_select_cb(ssl, select_protocol, NULL);
	if (SSL_CTX_set_min_proto_version(ssl, TLS1_2_VERSION) == 1 &&
	    SSL_CTX_set_num_tickets(ssl, 0) == 1 &&
	    SSL_CTX_set_cipher_list(ssl, CIPHERS) == 1)
		return true;
	return fail(reason, "OpenSSL offers no TLS 1.2: %s", tls_error_text());
}

static bool
can_read(const char *what, const char *path, char *reason)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return fail(reason, "cannot read the %s %s: %s", what, path,
			    strerror(errno));
	close(fd);
	return true;
}

static bool
set_certificate(SSL_CTX *ssl, const struct tls_settings *settings, char *reason)
{
	const char *path = settings->certificate;
	const char *key = settings->key;

	if (!can_read("certificate", path, reason) ||
	    !can_read("key", key, reason))
		return false;
	if (SSL_CTX_use_certificate_chain_file(ssl, path) != 1)
		return fail(reason, "%s is no certificate in PEM: %s", path,
			    tls_error_text());
	ERR_clear_error();
	if (SSL_CTX_use_PrivateKey_file(ssl, key, SSL_FILETYPE_PEM) == 1)
		return true;
	if (ERR_GET_REASON(ERR_peek_error()) == X509_R_KEY_VALUES_MISMATCH)
		return fail(reason,
			    "the key %s does not belong to the certificate %s",
			    key, path);
	return fail(reason,
		    "%s is no private key in PEM without passphrase: %s", key,
		    tls_error_text());
}

static bool
set_authorities(SSL_CTX *ssl, const char *path, char *reason)
{
	STACK_OF(X509_NAME) * names;

	if (!can_read("authorities", path, reason))
		return false;
	if (SSL_CTX_load_verify_file(ssl, path) != 1)
		return fail(reason, "%s holds no certificates in PEM: %s", path,
			    tls_error_text());
	names = SSL_load_client_CA_file(path);
	if (names == NULL)
		return fail(reason, "%s: %s", path, tls_error_text());
	SSL_CTX_set_client_CA_list(ssl, names); /* it takes them */
	return true;
}

static bool
set_clients(SSL_CTX *ssl, const struct tls_settings *settings, char *reason)
{
	int mode = SSL_VERIFY_PEER;

	if (settings->clients == TLS_CLIENTS_NO)
		return true;
	if (settings->authorities == NULL)
		return fail(reason, "who vouches for clients? tls_clients "
				    "needs tls_authorities");
	if (settings->clients == TLS_CLIENTS_REQUIRED)
		mode |= SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
	SSL_CTX_set_verify(ssl, mode, NULL);
	return set_authorities(ssl, settings->authorities, reason);
}

/* It can be used, but clients will not believe it. */
static void
look_at_dates(SSL_CTX *ssl, const char *path, char *reason)
{
	const X509 *certificate = SSL_CTX_get0_certificate(ssl);

	if (X509_cmp_current_time(X509_get0_notAfter(certificate)) < 0)
		fail(reason, "the certificate %s has expired", path);
	else if (X509_cmp_current_time(X509_get0_notBefore(certificate)) > 0)
		fail(reason, "the certificate %s is not valid yet", path);
}

static bool
fill(struct tls_context *context, const struct tls_settings *settings,
     char *reason)
{
	if (context->ssl == NULL || context->method == NULL)
		return fail(reason, "out of memory");
	return set_protocol(context->ssl, reason) &&
	       set_certificate(context->ssl, settings, reason) &&
	       set_clients(context->ssl, settings, reason);
}

struct tls_context *
tls_context_new(const struct tls_settings *settings, char *reason)
{
	struct tls_context *context = calloc(1, sizeof *context);

	*reason = '\0';
	if (context == NULL) {
		fail(reason, "out of memory");
		return NULL;
	}
	ERR_clear_error();
	context->users = 1;
	context->method = tls_method_new();
	context->ssl = SSL_CTX_new(TLS_server_method());
	if (!fill(context, settings, reason))
		return tls_context_unref(context);
	look_at_dates(context->ssl, settings->certificate, reason);
	return context;
}

struct tls_context *
tls_context_ref(struct tls_context *context)
{
	context->users++;
	return context;
}

struct tls_context *
tls_context_unref(struct tls_context *context)
{
	if (context == NULL || --context->users > 0)
		return NULL;
	SSL_CTX_free(context->ssl);
	BIO_meth_free(context->method);
	free(context);
	return NULL;
}
