/* SPDX-License-Identifier: MIT */
#include "tls_daemon.h"

#include "fake.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { TURNS = 30 };

struct secure secure;

static SSL_CTX *context;
static SSL *ssl; /* NULL: nobody has come */
static BIO *in, *out;

static void
must(bool claim)
{
	if (!claim)
		abort();
}

void
secure_open(const char *certificate, const char *key)
{
	secure.chunk = SIZE_MAX;
	secure_forget();
	context = SSL_CTX_new(TLS_server_method());
	must(context != NULL &&
	     SSL_CTX_use_certificate_chain_file(context, certificate) == 1 &&
	     SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) == 1);
	SSL_CTX_set_num_tickets(context, 0);
	fake.addresses[0] = "s";
}

void
secure_close(void)
{
	SSL_free(ssl);
	SSL_CTX_free(context);
	ssl = NULL;
	ERR_clear_error();
}

void
secure_forget(void)
{
	secure.size = 0;
	secure.has_ended = false;
}

static void
welcome(void)
{
	SSL_free(ssl);
	ssl = SSL_new(context);
	in = BIO_new(BIO_s_mem());
	out = BIO_new(BIO_s_mem());
	must(ssl != NULL && in != NULL && out != NULL);
	SSL_set_bio(ssl, in, out);
	SSL_set_accept_state(ssl);
	secure_forget();
}

static void
take(void)
{
	uint8_t bytes[65536];
	size_t most = secure.chunk < sizeof bytes ? secure.chunk : sizeof bytes;
	ssize_t n = fake.peer >= 0 ? read(fake.peer, bytes, most) : 0;

	if (n > 0)
		BIO_write(in, bytes, (int)n);
}

static void
decrypt(void)
{
	size_t n;

	while (SSL_read_ex(ssl, secure.got + secure.size,
			   sizeof secure.got - secure.size, &n) == 1)
		secure.size += n;
	secure.has_ended |=
	    (SSL_get_shutdown(ssl) & SSL_RECEIVED_SHUTDOWN) != 0;
}

static void
give(void)
{
	char bytes[65536];
	int n = BIO_read(out, bytes, sizeof bytes);

	if (n > 0 && fake.peer >= 0) /* who has left is not told */
		(void)!send(fake.peer, bytes, (size_t)n, MSG_NOSIGNAL);
}

void
secure_turn(void)
{
	if (fake_accept())
		welcome();
	if (ssl == NULL)
		return;
	take();
	decrypt(); /* the handshake first */
	give();
	ERR_clear_error();
}

void
secure_say(const void *bytes, size_t size)
{
	must(SSL_write(ssl, bytes, (int)size) == (int)size);
	give();
}

void
secure_end(void)
{
	SSL_shutdown(ssl);
	give();
	ERR_clear_error();
}

void
secure_go(struct chand *client)
{
	for (int i = 0; i < TURNS; i++) {
		chand_process(client);
		secure_turn();
	}
	chand_process(client);
}

void
secure_greet(struct chand *client)
{
	static const char hello[] = "\x94\0\0\xa5hello\x91";

	secure_go(client);
	ck_assert_uint_gt(secure.size, sizeof hello - 1);
	ck_assert_mem_eq(secure.got, hello, sizeof hello - 1);
	secure_forget();
	SECURE_SAY("\x94\1\0\xc0\x82\xa4task\1\xa6limits\x81\xa7message\xce\1\0"
		   "\0\0");
	chand_process(client);
	ck_assert(chand_is_connected(client));
}
