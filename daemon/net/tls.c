/* SPDX-License-Identifier: MIT */
/*
 * tls.c - one connection: its handshake, and then a layer.
 */
#include "net/tls.h"

#include "base/list.h"
#include "net/tls_parts.h"

#include <openssl/err.h>

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HANDSHAKE = 22 }; /* a record's first byte, as in RFC 8446 */
enum { RECORDS = 256 };	 /* that one reading looks at, as they may be tiny */

struct tls {
	struct layer layer;
	struct tls_context *context;
	SSL *ssl;
	const struct sys *sys;
	int fd;
	int system_error; /* of the descriptor: what has ended it, or 0 */
	bool is_cut;	  /* the descriptor has ended */
	bool has_begun;	  /* something has come */
	bool is_other;	  /* and it was no TLS */
};

/* ---- what lies below: the descriptor, through a struct sys ---- */

/*
 * What begins otherwise is for OpenSSL the hello of a protocol from before
 * TLS, perhaps: then it waits for the rest of that, and a client that does not
 * speak TLS with it.
 */
static bool
is_expected(struct tls *tls, const char *data)
{
	tls->is_other |= !tls->has_begun && data[0] != HANDSHAKE;
	tls->has_begun = true;
	return !tls->is_other;
}

static int
below_read(BIO *bio, char *data, int size)
{
	struct tls *tls = BIO_get_data(bio);
	ssize_t n = tls->sys->read(tls->fd, data, (size_t)size);

	BIO_clear_retry_flags(bio);
	if (n == 0)
		tls->is_cut = true;
	if (n > 0 && !is_expected(tls, data))
		return -1;
	if (n == -EAGAIN || n == -EINTR)
		BIO_set_retry_read(bio);
	else if (n < 0)
		tls->system_error = (int)n;
	return n > 0 ? (int)n : n == 0 ? 0 : -1;
}

static int
below_write(BIO *bio, const char *data, int size)
{
	struct tls *tls = BIO_get_data(bio);
	struct iovec vector = { .iov_len = (size_t)size };
	ssize_t n;

	memcpy(&vector.iov_base, &data, sizeof data); /* it is only read */
	n = tls->sys->writev(tls->fd, &vector, 1);
	BIO_clear_retry_flags(bio);
	if (n == -EAGAIN || n == -EINTR)
		BIO_set_retry_write(bio);
	else if (n < 0)
		tls->system_error = (int)n;
	return n > 0 ? (int)n : -1;
}

static long
below_control(BIO *bio, int what, long number, void *pointer)
{
	const struct tls *tls = BIO_get_data(bio);

	(void)number;
	(void)pointer;
	if (what == BIO_CTRL_EOF)
		return tls->is_cut;
	return what == BIO_CTRL_FLUSH;
}

BIO_METHOD *
tls_method_new(void)
{
	BIO_METHOD *method = BIO_meth_new(BIO_TYPE_SOURCE_SINK, "chand");

	if (method == NULL)
		return NULL;
	BIO_meth_set_read(method, below_read);
	BIO_meth_set_write(method, below_write);
	BIO_meth_set_ctrl(method, below_control);
	return method;
}

/* ---- the connection ---- */

static void tls_free(struct layer *layer, bool is_told);
static ssize_t tls_read(struct layer *layer, void *data, size_t size);
static ssize_t tls_writev(struct layer *layer, const struct iovec *vectors,
			  int count);

static const struct layer_kind kind = {
	.read = tls_read,
	.writev = tls_writev,
	.free = tls_free,
};

struct tls *
tls_new(struct tls_context *context, const struct sys *sys, int fd)
{
	struct tls *tls = calloc(1, sizeof *tls);
	BIO *below = BIO_new(context->method);

	if (tls != NULL)
		tls->ssl = SSL_new(context->ssl);
	if (tls == NULL || tls->ssl == NULL || below == NULL) {
		SSL_free(tls != NULL ? tls->ssl : NULL);
		BIO_free(below);
		free(tls);
		return NULL;
	}
	tls->layer.kind = &kind;
	tls->context = tls_context_ref(context);
	tls->sys = sys;
	tls->fd = fd;
	BIO_set_data(below, tls);
	BIO_set_init(below, 1);
	SSL_set_bio(tls->ssl, below, below); /* it takes the one reference */
	SSL_set_accept_state(tls->ssl);
	return tls;
}

static void
tls_free(struct layer *layer, bool is_told)
{
	struct tls *tls = list_entry(layer, struct tls, layer);

	ERR_clear_error();
	if (is_told && tls->layer.failure == 0 &&
	    SSL_is_init_finished(tls->ssl))
		SSL_shutdown(tls->ssl); /* if it does not fit, it is late */
	SSL_free(tls->ssl);
	ERR_clear_error();
	tls_identity_free(tls->layer.identity);
	tls_context_unref(tls->context);
	free(tls);
}

struct layer *
tls_layer(struct tls *tls)
{
	return &tls->layer;
}

/* What was in the way of a call that returned `r`; failures last. */
static int
verdict(struct tls *tls, int r)
{
	int error = SSL_get_error(tls->ssl, r);

	tls->layer.reads_when_written = error == SSL_ERROR_WANT_WRITE;
	if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE)
		return -EAGAIN;
	if (error == SSL_ERROR_ZERO_RETURN)
		return 0;
	if (tls->system_error < 0)
		tls->layer.failure = tls->system_error;
	else
		tls->layer.failure = tls->is_cut ? -ECONNABORTED : -EBADMSG;
	return tls->layer.failure;
}

bool
tls_wants_to_write(const struct tls *tls)
{
	return tls->layer.reads_when_written;
}

/* ---- the handshake ---- */

static void
explain(struct tls *tls, char *reason)
{
	long verified = SSL_get_verify_result(tls->ssl);
	const char *text = tls_error_text();

	if (verified != X509_V_OK)
		text = X509_verify_cert_error_string(verified);
	else if (tls->system_error < 0)
		text = strerror(-tls->system_error);
	else if (tls->is_other)
		text = "it does not speak TLS";
	else if (tls->is_cut)
		text = "the client closed the connection";
	snprintf(reason, TLS_REASON, "%s", text);
}

/* Who was verified is known by name; no memory for that: not let in. */
static int
identify(struct tls *tls, char *reason)
{
	X509 *certificate = SSL_get0_peer_certificate(tls->ssl);

	if (certificate == NULL)
		return 0;
	tls->layer.identity = tls_identity_new(certificate);
	if (tls->layer.identity != NULL)
		return 0;
	snprintf(reason, TLS_REASON, "out of memory");
	return -ENOMEM;
}

int
tls_accept(struct tls *tls, char *reason)
{
	int r;

	ERR_clear_error();
	r = SSL_accept(tls->ssl);
	if (r == 1) {
		tls->layer.reads_when_written = false;
		return identify(tls, reason);
	}
	r = verdict(tls, r);
	if (r == 0)
		r = tls->layer.failure =
		    -ECONNABORTED; /* it has changed its mind */
	if (r != -EAGAIN)
		explain(tls, reason);
	return r;
}

/* ---- the layer ---- */

/*
 * As many records as there are, and as fit: what is left behind in OpenSSL's
 * memory makes no descriptor readable.
 */
static ssize_t
tls_read(struct layer *layer, void *data, size_t size)
{
	struct tls *tls = list_entry(layer, struct tls, layer);
	size_t done = 0, n;
	int records = 0;
	int r = 1;

	if (tls->layer.failure < 0)
		return tls->layer.failure;
	ERR_clear_error();
	while (done < size && records++ < RECORDS) {
		r = SSL_read_ex(tls->ssl, (char *)data + done, size - done, &n);
		if (r != 1)
			break;
		done += n;
	}
	if (r != 1)
		r = verdict(tls, r);
	layer->has_more = r != -EAGAIN;
	layer->has_ended = r <= 0 && r != -EAGAIN;
	layer->is_amid = SSL_has_pending(tls->ssl) != 0;
	return done > 0 ? (ssize_t)done : r;
}

/* Small ones go into one record together. */
static size_t
gather(uint8_t *into, const struct iovec *vectors, int count)
{
	size_t size = 0, part;

	for (int i = 0; i < count && size < TLS_RECORD; i++) {
		part = vectors[i].iov_len;
		if (part > TLS_RECORD - size)
			part = TLS_RECORD - size;
		memcpy(into + size, vectors[i].iov_base, part);
		size += part;
	}
	return size;
}

static ssize_t
tls_writev(struct layer *layer, const struct iovec *vectors, int count)
{
	struct tls *tls = list_entry(layer, struct tls, layer);
	const void *data = vectors[0].iov_base;
	size_t size = vectors[0].iov_len, n;
	bool waits = layer->reads_when_written;
	int r;

	if (tls->layer.failure < 0)
		return tls->layer.failure;
	if (count > 1 && size < TLS_RECORD) {
		data = tls->context->gather;
		size = gather(tls->context->gather, vectors, count);
	}
	ERR_clear_error();
	r = SSL_write_ex(tls->ssl, data, size, &n);
	layer->has_more = SSL_has_pending(tls->ssl) != 0;
	if (r == 1) {
		layer->reads_when_written = false;
		return (ssize_t)n;
	}
	r = verdict(tls, r);
	layer->reads_when_written = waits; /* said of reading alone */
	return r == 0 ? -EPIPE : r;
}
