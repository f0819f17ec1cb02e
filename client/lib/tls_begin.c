/* SPDX-License-Identifier: MIT */
/*
 * tls_begin.c - whom we believe, who we are, and why a daemon was not
 * believed.
 */
#include "client/lib/client.h"
#include "client/lib/tls_parts.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* As in RFC 7301: its length, and the name. */
static const unsigned char our_protocol[] = "\5chand";

/* ---- files ---- */

/* OpenSSL's own words for what is not there tell nobody what to do. */
static const char *
file_fault(unsigned long error)
{
	int reason = ERR_GET_REASON(error);
	const char *text = ERR_reason_error_string(error);

	if (ERR_SYSTEM_ERROR(error))
		return strerror(reason);
	if (reason == ERR_R_UNSUPPORTED || reason == PEM_R_NO_START_LINE ||
	    text == NULL)
		return "there is none in it, in PEM without passphrase";
	return text;
}

static int
fail_file(const char *what, const char *path, char *reason)
{
	snprintf(reason, TEXT_MAX, "cannot use the %s %.200s: %s", what, path,
		 file_fault(ERR_peek_error()));
	return -EINVAL;
}

/* Nobody is asked for a passphrase: a library has no terminal. */
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
use_files(SSL_CTX *context, const struct tls_files *files, char *reason)
{
	const char *certificate = files->certificate;
	const char *key = files->key != NULL ? files->key : certificate;

	ERR_clear_error();
	SSL_CTX_set_default_passwd_cb(context, give_no_passphrase);
	if (files->authorities == NULL) {
		if (SSL_CTX_set_default_verify_paths(context) != 1)
			return -ENOMEM;
	} else if (SSL_CTX_load_verify_file(context, files->authorities) != 1) {
		return fail_file("authorities", files->authorities, reason);
	}
	if (certificate == NULL)
		return 0;
	if (SSL_CTX_use_certificate_chain_file(context, certificate) != 1)
		return fail_file("certificate", certificate, reason);
	if (SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) != 1)
		return fail_file("key", key, reason);
	return 0;
}

/* ---- whom we call ---- */

static bool
is_address(const char *host)
{
	struct in_addr ipv4;

	return strchr(host, ':') != NULL ||
	       inet_pton(AF_INET, host, &ipv4) == 1;
}

/* A certificate knows of no zone: fe80::1%eth0. */
static bool
expect_address(SSL *ssl, const char *host)
{
	char address[INET6_ADDRSTRLEN];
	size_t size = strcspn(host, "%");

	if (size >= sizeof address)
		return false;
	memcpy(address, host, size);
	address[size] = '\0';
	return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), address) == 1;
}

static bool
expect(SSL *ssl, const char *host)
{
	char *name;

	if (is_address(host))
		return expect_address(ssl, host);
	memcpy(&name, &host, sizeof host); /* it is only read */
	SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	return SSL_set1_host(ssl, host) == 1 &&
	       SSL_set_tlsext_host_name(ssl, name) == 1;
}

static int
prepare(struct tls *tls, const struct tls_files *files, const char *host,
	char *reason)
{
	int r;

	tls->context = SSL_CTX_new(TLS_client_method());
	if (tls->context == NULL)
		return -ENOMEM;
	SSL_CTX_set_options(tls->context,
			    SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
	SSL_CTX_set_verify(tls->context, SSL_VERIFY_PEER, NULL);
	if (SSL_CTX_set_min_proto_version(tls->context, TLS1_2_VERSION) != 1)
		return -ENOMEM;
	r = use_files(tls->context, files, reason);
	if (r < 0)
		return r;
	tls->ssl = SSL_new(tls->context);
	if (tls->ssl == NULL ||
	    SSL_set_alpn_protos(tls->ssl, our_protocol,
				sizeof our_protocol - 1) != 0)
		return -ENOMEM;
	if (expect(tls->ssl, host))
		return 0;
	snprintf(reason, TEXT_MAX, "no certificate can be for %.200s", host);
	return -EINVAL;
}

int
tls_new(const struct tls_files *files, const char *host, struct tls **tls,
	char *reason)
{
	struct tls *made = calloc(1, sizeof *made);
	int r = -ENOMEM;

	if (made != NULL) {
		made->fd = -1;
		r = prepare(made, files, host, reason);
	}
	ERR_clear_error();
	if (r < 0)
		tls_free(made);
	else
		*tls = made;
	return r;
}

/* ---- why not ---- */

static const char *
advice_on(long verified)
{
	switch (verified) {
	case X509_V_ERR_HOSTNAME_MISMATCH:
	case X509_V_ERR_IP_ADDRESS_MISMATCH:
		return "call it by a name that its certificate has";
	case X509_V_ERR_CERT_HAS_EXPIRED:
	case X509_V_ERR_CERT_NOT_YET_VALID:
		return "it needs a new one, unless this clock is wrong";
	default:
		return "whom to believe is said by --tls-ca, or by tls_ca in "
		       "chanctl.conf";
	}
}

void
tls_explain(const struct tls *tls, int r, char *reason, const char **advice)
{
	long verified = SSL_get_verify_result(tls->ssl);
	int what = ERR_GET_REASON(ERR_peek_error());

	*advice = "is it a tls:// url of a chand's?";
	if (verified != X509_V_OK) {
		snprintf(reason, TEXT_MAX, "its certificate is not valid: %s",
			 X509_verify_cert_error_string(verified));
		*advice = advice_on(verified);
	} else if (r == 0 || r == -ECONNABORTED) {
		strcpy(reason, "it hung up before TLS had begun");
	} else if (tls->fault == NULL) {
		snprintf(reason, TEXT_MAX, "%s", strerror(-r));
	} else if (what == SSL_R_WRONG_VERSION_NUMBER) {
		strcpy(reason, "it does not speak TLS");
	} else {
		snprintf(reason, TEXT_MAX, "TLS failed: %s", tls->fault);
		*advice = "if it asks for a certificate: --tls-cert, or "
			  "tls_cert in chanctl.conf";
	}
}
