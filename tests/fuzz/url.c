/* SPDX-License-Identifier: MIT */
/*
 * url.c - any text, as the url of a daemon.
 *
 * A finding is: a refusal without a reason, or that changes something; a url
 * that, written as text, is another one.
 */
#include "proto/url.h"

#include <errno.h>
#include <string.h>

#include "target.h"

static void
check_url(const struct url *url)
{
	if (url->scheme == URL_UNIX) {
		must(url->path[0] == '/' && url->host[0] == '\0',
		     "a path that is not absolute");
		return;
	}
	must((url->scheme == URL_TCP || url->scheme == URL_TLS) &&
		 url->path[0] == '\0',
	     "no scheme");
	must(url->host[0] != '\0' && strpbrk(url->host, "/[] ") == NULL,
	     "a host that is none");
}

static void
check_round(const struct url *url)
{
	char text[URL_TEXT_MAX + 1];
	struct url again;
	const char *reason = NULL;

	text[URL_TEXT_MAX] = 'x';
	url_print(url, text);
	must(memchr(text, '\0', URL_TEXT_MAX) != NULL &&
		 text[URL_TEXT_MAX] == 'x',
	     "it is longer than it may be");
	must(url_parse(text, &again, &reason) == 0 && reason == NULL,
	     "what was printed is no url");
	must(again.scheme == url->scheme && again.port == url->port &&
		 strcmp(again.host, url->host) == 0 &&
		 strcmp(again.path, url->path) == 0,
	     "what was printed is another url");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	const char *reason = NULL;
	struct url url, before;
	int r;

	must(text != NULL, "no memory");
	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	memset(&url, 0x55, sizeof url);
	before = url;
	r = url_parse(text, &url, &reason);
	must(r == 0 || r == -EINVAL, "another error");
	must((r == 0) == (reason == NULL), "a reason, or none");
	if (r == 0) {
		check_url(&url);
		check_round(&url);
	} else {
		must(memcmp(&url, &before, sizeof url) == 0,
		     "a refusal has changed the url");
		must(reason[0] != '\0' && strchr(reason, '\n') == NULL,
		     "a reason of one line");
	}
	free(text);
	return 0;
}
