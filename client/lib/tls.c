/* SPDX-License-Identifier: MIT */
#include "client/lib/tls.h"

#include "client/lib/client.h"
#include "client/lib/tls_parts.h"

#include <openssl/err.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { RECORD = 16 << 10 }; /* bytes that fit into one */

void
tls_free(struct tls *tls)
{
	if (tls == NULL)
		return;
	tls_shut(tls);
	SSL_free(tls->ssl);
	SSL_CTX_free(tls->context);
	free(tls);
}

/* ---- to and from the socket ---- */

/* What OpenSSL wants to write lies in memory: only we write to a socket. */
static int
attach(struct tls *tls, int fd)
{
	BIO *in = BIO_new_socket(fd, BIO_NOCLOSE);
	BIO *out = BIO_new(BIO_s_mem());

	if (in == NULL || out == NULL) {
		BIO_free(in);
		BIO_free(out);
		return -ENOMEM;
	}
	SSL_set_bio(tls->ssl, in, out); /* it takes them */
	tls->fd = fd;
	return 0;
}

bool
tls_is_full(const struct tls *tls)
{
	return tls->fd >= 0 && BIO_ctrl_pending(SSL_get_wbio(tls->ssl)) > 0;
}

int
tls_flush(struct tls *tls)
{
	BIO *out = SSL_get_wbio(tls->ssl);
	char *data;
	size_t size;
	ssize_t n;

	while (tls_is_full(tls)) {
		size = (size_t)BIO_get_mem_data(out, &data);
		n = send(tls->fd, data + tls->flushed, size - tls->flushed,
			 MSG_NOSIGNAL);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return -EAGAIN;
		if (n >= 0)
			tls->flushed += (size_t)n;
		if (n < 0 || tls->flushed == size) {
			tls->flushed = 0;
			(void)BIO_reset(out);
		}
		if (n < 0)
			return -errno;
	}
	return 0;
}

/* What was in the way of a call that has returned `r`. */
static int
verdict(struct tls *tls, int r)
{
	int error = SSL_get_error(tls->ssl, r);
	unsigned long code = ERR_peek_error();

	if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE)
		return -EAGAIN;
	if (error == SSL_ERROR_ZERO_RETURN)
		return 0;
	tls->has_failed = true;
	if (error == SSL_ERROR_SYSCALL)
		return errno != 0 ? -errno : -ECONNABORTED;
	if (ERR_GET_REASON(code) == SSL_R_UNEXPECTED_EOF_WHILE_READING)
		return -ECONNABORTED;
	tls->fault = ERR_reason_error_string(code);
	return -EPROTO;
}

/* ---- the handshake ---- */

int
tls_shake(struct tls *tls, int fd, char *reason, const char **advice)
{
	int r;

	if (tls->fd < 0 && attach(tls, fd) < 0) {
		strcpy(reason, "out of memory");
		*advice = "nothing was sent";
		return -EPROTO;
	}
	ERR_clear_error();
	errno = 0;
	r = SSL_connect(tls->ssl);
	r = r == 1 ? 1 : verdict(tls, r);
	tls_flush(tls); /* if it cannot, reading tells */
	if (r == -EAGAIN)
		return 0;
	if (r == 1)
		return 1;
	tls_explain(tls, r, reason, advice);
	ERR_clear_error();
	return -EPROTO;
}

/* ---- the connection ---- */

/* As many records as there are, and as fit. */
ssize_t
tls_read(struct tls *tls, void *data, size_t size)
{
	size_t done = 0, n;
	int r = 1;

	if (tls->has_ended)
		return tls->end;
	ERR_clear_error();
	errno = 0;
	while (done < size && r == 1) {
		r = SSL_read_ex(tls->ssl, (char *)data + done, size - done, &n);
		if (r == 1)
			done += n;
	}
	if (r != 1) {
		tls->end = verdict(tls, r);
		tls->has_ended = tls->end != -EAGAIN;
		ERR_clear_error();
	}
	return done > 0 ? (ssize_t)done : tls->end;
}

bool
tls_has_more(const struct tls *tls)
{
	return tls->has_ended || SSL_pending(tls->ssl) > 0;
}

static size_t
gather(char *into, const struct iovec *pieces, int count)
{
	size_t size = 0, part;

	for (int i = 0; i < count && size < RECORD; i++) {
		part = pieces[i].iov_len;
		if (part > RECORD - size)
			part = RECORD - size;
		memcpy(into + size, pieces[i].iov_base, part);
		size += part;
	}
	return size;
}

ssize_t
tls_send(struct tls *tls, const struct iovec *pieces, int count)
{
	char record[RECORD];
	size_t n;
	int r = tls_flush(tls);

	if (r < 0)
		return r;
	ERR_clear_error();
	errno = 0;
	r = SSL_write_ex(tls->ssl, record, gather(record, pieces, count), &n);
	if (r != 1) {
		r = verdict(tls, r);
		return r == 0 ? -EPIPE : r;
	}
	r = tls_flush(tls);
	return r < 0 && r != -EAGAIN ? r : (ssize_t)n;
}

void
tls_shut(struct tls *tls)
{
	if (tls->fd < 0 || tls->has_failed || tls->is_shut ||
	    !SSL_is_init_finished(tls->ssl))
		return;
	tls->is_shut = true;
	ERR_clear_error();
	SSL_shutdown(tls->ssl);
	tls_flush(tls);
	ERR_clear_error();
}

const char *
tls_fault(const struct tls *tls)
{
	return tls->fault;
}
