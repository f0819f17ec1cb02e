/* SPDX-License-Identifier: MIT */
#include "tls_peer.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_ROUNDS = 200000 };

/* ---- certificates ---- */

struct issuer {
	EVP_PKEY *key;
	X509 *certificate;
};

static void
extend(X509 *certificate, int what, const char *value)
{
	X509_EXTENSION *extension =
	    X509V3_EXT_conf_nid(NULL, NULL, what, value);

	world_must(extension != NULL &&
		   X509_add_ext(certificate, extension, -1) == 1);
	X509_EXTENSION_free(extension);
}

static void
set_name(X509 *certificate, const char *name)
{
	X509_NAME *subject = X509_get_subject_name(certificate);

	world_must(X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
					      (const unsigned char *)name, -1,
					      -1, 0) == 1);
}

/* Signed by `by`, or by itself. */
static struct issuer
issue(const char *name, const char *alternatives, const struct issuer *by)
{
	struct issuer made = { EVP_EC_gen("P-256"), X509_new() };
	X509 *x = made.certificate;
	const struct issuer *signer = by != NULL ? by : &made;
	static long serial = 1;

	X509_set_version(x, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(x), serial++);
	X509_gmtime_adj(X509_getm_notBefore(x), -60);
	X509_gmtime_adj(X509_getm_notAfter(x), 3600);
	X509_set_pubkey(x, made.key);
	set_name(x, name);
	X509_set_issuer_name(x, X509_get_subject_name(signer->certificate));
	if (by == NULL)
		extend(x, NID_basic_constraints, "critical,CA:TRUE");
	if (alternatives != NULL)
		extend(x, NID_subject_alt_name, alternatives);
	world_must(X509_sign(x, signer->key, EVP_sha256()) > 0);
	return made;
}

static void
discard(struct issuer *made)
{
	EVP_PKEY_free(made->key);
	X509_free(made->certificate);
}

static void
save(const struct issuer *made, const char *path, const char *key_path)
{
	FILE *file = fopen(path, "w");

	world_must(file != NULL &&
		   PEM_write_X509(file, made->certificate) == 1);
	fclose(file);
	if (key_path == NULL)
		return;
	file = fopen(key_path, "w");
	world_must(file != NULL &&
		   PEM_write_PrivateKey(file, made->key, NULL, NULL, 0, NULL,
					NULL) == 1);
	fclose(file);
}

static void
name_files(struct tls_files *files)
{
	char *paths[] = { files->authority,   files->server,
			  files->server_key,  files->client,
			  files->client_key,  files->plain,
			  files->plain_key,   files->stranger,
			  files->stranger_key };

	for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++)
		snprintf(paths[i], TLS_PATH, "%.80s/%zu.pem", files->folder, i);
}

void
tls_files_make(struct tls_files *files)
{
	struct issuer authority = issue("authority", NULL, NULL);
	struct issuer server = issue("server", "DNS:localhost", &authority);
	struct issuer client =
	    issue("client",
		  "DNS:worker.example,IP:10.0.0.1,email:a@b.example,"
		  "URI:spiffe://example/w,DNS:two words,IP:::1",
		  &authority);
	struct issuer plain = issue("plain", NULL, &authority);
	struct issuer stranger = issue("stranger", NULL, NULL);

	strcpy(files->folder, "/tmp/chand-tls-XXXXXX");
	world_must(mkdtemp(files->folder) != NULL);
	name_files(files);
	save(&authority, files->authority, NULL);
	save(&server, files->server, files->server_key);
	save(&client, files->client, files->client_key);
	save(&plain, files->plain, files->plain_key);
	save(&stranger, files->stranger, files->stranger_key);
	discard(&authority);
	discard(&server);
	discard(&client);
	discard(&plain);
	discard(&stranger);
}

void
tls_files_remove(struct tls_files *files)
{
	const char *paths[] = { files->authority,   files->server,
				files->server_key,  files->client,
				files->client_key,  files->plain,
				files->plain_key,   files->stranger,
				files->stranger_key };

	for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++)
		unlink(paths[i]);
	rmdir(files->folder);
}

SSL_CTX *
tls_client(const char *certificate, const char *key)
{
	SSL_CTX *context = SSL_CTX_new(TLS_client_method());

	world_must(context != NULL);
	if (certificate == NULL)
		return context;
	world_must(SSL_CTX_use_certificate_chain_file(context, certificate) ==
		   1);
	world_must(
	    SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) == 1);
	return context;
}

/* ---- the peer ---- */

void
peer_open(struct peer *peer, SSL_CTX *context, int fd)
{
	*peer = (struct peer){ .ssl = SSL_new(context),
			       .in = BIO_new(BIO_s_mem()),
			       .out = BIO_new(BIO_s_mem()),
			       .fd = fd,
			       .chunk = SIZE_MAX };
	world_must(peer->ssl != NULL && peer->in != NULL && peer->out != NULL);
	SSL_set_bio(peer->ssl, peer->in, peer->out);
	SSL_set_connect_state(peer->ssl);
}

void
peer_close(struct peer *peer)
{
	SSL_free(peer->ssl);
	if (peer->fd >= 0)
		close(peer->fd);
	peer->fd = -1;
}

/* As much of it as the chunk and the socket allow. */
static void
hand_over(struct peer *peer)
{
	char *data;
	long size = BIO_get_mem_data(peer->out, &data);
	size_t most = (size_t)size < peer->chunk ? (size_t)size : peer->chunk;
	char dropped[4096];
	ssize_t n = most > 0 ? write(peer->fd, data, most) : 0;

	while (n > 0)
		n -= BIO_read(peer->out, dropped,
			      (size_t)n < sizeof dropped ? (int)n
							 : (int)sizeof dropped);
}

void
peer_pump(struct peer *peer)
{
	char data[4096];
	ssize_t n = 1;

	hand_over(peer);
	while (!peer->is_deaf && n > 0) {
		n = read(peer->fd, data, sizeof data);
		if (n > 0)
			BIO_write(peer->in, data, (int)n);
		if (n == 0)
			BIO_set_mem_eof_return(peer->in, 0);
	}
	world_rounds(1);
}

void
peer_flush(struct peer *peer)
{
	for (int i = 0; i < MOST_ROUNDS && BIO_pending(peer->out) > 0; i++)
		peer_pump(peer);
	world_must(BIO_pending(peer->out) == 0);
}

/* The queue of errors is one for both ends. */
static bool
wants_more(const struct peer *peer, int r)
{
	int error = SSL_get_error(peer->ssl, r);

	ERR_clear_error();
	return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE;
}

int
peer_connect(struct peer *peer)
{
	int r = -1;

	for (int i = 0; i < MOST_ROUNDS; i++) {
		r = SSL_connect(peer->ssl);
		if (r == 1 || !wants_more(peer, r))
			break;
		peer_pump(peer);
	}
	peer_flush(peer);
	return r == 1;
}

void
peer_write(struct peer *peer, const void *data, size_t size)
{
	world_must(SSL_write(peer->ssl, data, (int)size) == (int)size);
	peer_flush(peer);
}

size_t
peer_read(struct peer *peer, void *data, size_t size)
{
	size_t done = 0;
	int r;

	for (int i = 0; i < MOST_ROUNDS && done < size; i++) {
		r = SSL_read(peer->ssl, (char *)data + done,
			     (int)(size - done));
		if (r > 0)
			done += (size_t)r;
		else if (wants_more(peer, r))
			peer_pump(peer);
		else
			break;
	}
	return done;
}

void
peer_end(struct peer *peer)
{
	SSL_shutdown(peer->ssl);
	peer_flush(peer);
}
