/* SPDX-License-Identifier: MIT */
#include "tls_peer.h"

#include <openssl/err.h>

#include <errno.h>
#include <unistd.h>

enum { MOST_ROUNDS = 200000 };

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
