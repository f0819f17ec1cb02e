/* SPDX-License-Identifier: MIT */
#include "client/lib/wire.h"

#include "client/lib/conf.h"
#include "client/lib/tls.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* ---- the beginning ---- */

static const char *
choose(const char *given, const struct conf *conf, enum conf_name name)
{
	const struct conf_setting *setting = &conf->settings[name];

	if (given != NULL || setting->line == 0)
		return given;
	return setting->text;
}

/* A key without its certificate is of no use: both are of one place. */
static void
choose_files(const struct chand *client, const struct conf *conf,
	     struct tls_files *files)
{
	const char *own = client->certificate;

	files->authorities = choose(client->authorities, conf, CONF_tls_ca);
	files->certificate = choose(own, conf, CONF_tls_cert);
	files->key =
	    own != NULL ? client->key : choose(NULL, conf, CONF_tls_key);
}

enum chand_code
wire_prepare(struct chand *client)
{
	char reason[TEXT_MAX] = "";
	struct tls_files files;
	struct conf conf;
	int r;

	if (client->url.scheme != URL_TLS)
		return CHAND_OK;
	r = conf_read(&conf, reason, sizeof reason);
	if (r == 0) {
		choose_files(client, &conf, &files);
		r = tls_new(&files, client->url.host, &client->tls, reason);
	}
	if (r == -ENOMEM)
		conn_lose(client, CHAND_NOMEMORY, "out of memory");
	else if (r < 0)
		conn_lose(client, CHAND_MISUSE, "%s", reason);
	return r < 0 ? client->failure : CHAND_OK;
}

void
wire_shake(struct chand *client)
{
	char reason[TEXT_MAX];
	const char *advice;
	int r = tls_shake(client->tls, client->fd, reason, &advice);

	if (r < 0)
		conn_lose(client, CHAND_UNREACHABLE, "cannot reach %s: %s (%s)",
			  client->where, reason, advice);
	else if (r == 1)
		client->state = CLIENT_GREETING;
}

/* ---- bytes ---- */

ssize_t
wire_read(struct chand *client, void *data, size_t size)
{
	ssize_t n;

	if (client->tls != NULL)
		return tls_read(client->tls, data, size);
	do
		n = read(client->fd, data, size);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : n;
}

ssize_t
wire_send(struct chand *client, const struct iovec *pieces, int count)
{
	struct msghdr message = { .msg_iovlen = (size_t)count };
	ssize_t n;

	if (client->tls != NULL)
		return tls_send(client->tls, pieces, count);
	memcpy(&message.msg_iov, &pieces, sizeof pieces); /* only read */
	do
		n = sendmsg(client->fd, &message, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : n;
}

int
wire_flush(struct chand *client)
{
	return client->tls != NULL ? tls_flush(client->tls) : 0;
}

bool
wire_is_full(const struct chand *client)
{
	return client->tls != NULL && tls_is_full(client->tls);
}

bool
wire_has_more(const struct chand *client)
{
	return client->tls != NULL && tls_has_more(client->tls);
}

const char *
wire_reason(const struct chand *client, int r)
{
	const char *fault = client->tls != NULL ? tls_fault(client->tls) : NULL;

	if (r == 0)
		return "it hung up";
	if (client->tls != NULL && r == -ECONNABORTED)
		return "it was cut off";
	return fault != NULL ? fault : strerror(-r);
}

/* ---- the end ---- */

/*
 * A daemon that waits for somebody reads only so much ahead, and may never come
 * to a goodbye behind that: it is to see the end of the bytes, too. Behind half
 * a request nothing can follow, so it may end there.
 */
void
wire_shut(struct chand *client, bool is_amid)
{
	if (client->tls != NULL)
		tls_shut(client->tls);
	if (is_amid || !wire_is_full(client))
		shutdown(client->fd, SHUT_WR);
}

void
wire_close(struct chand *client)
{
	tls_free(client->tls);
	client->tls = NULL;
	if (client->fd >= 0)
		close(client->fd);
	client->fd = -1;
}
