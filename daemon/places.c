/* SPDX-License-Identifier: MIT */
#include "places.h"

#include "base/log.h"
#include "net/bind.h"
#include "rights.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SOCKETS_MOST = PASSED_MOST + LISTEN_MOST * BIND_MOST };

/* A socket file of ours: to be removed, if it is still the same. */
struct socket_file {
	char path[URL_PATH_MAX + 1];
	dev_t device;
	ino_t inode;
};

struct places {
	struct loop *loop;
	struct entrance *entrance;
	struct passed passed;
	struct listener *listeners[SOCKETS_MOST];
	unsigned listener_count;
	struct socket_file files[LISTEN_MOST];
	unsigned file_count;
};

/* ---- one ---- */

static void
remember_file(struct places *places, const char *path)
{
	struct socket_file *file = &places->files[places->file_count];
	struct stat found;

	if (lstat(path, &found) < 0)
		return;
	strcpy(file->path, path);
	file->device = found.st_dev;
	file->inode = found.st_ino;
	places->file_count++;
}

static int
add_listener(struct places *places, const struct url *url, int fd)
{
	accepted_fn *accepted =
	    url->scheme == URL_TLS ? entrance_accept_tls : entrance_accept;
	struct listener *listener =
	    listener_new(places->loop, fd, accepted, places->entrance);
	char text[URL_TEXT_MAX];
	struct url name;

	if (listener == NULL) {
		close(fd);
		log_event(EVENT_cannot_start,
			  LOG_TEXT("reason", "cannot listen"),
			  LOG_TEXT("error", strerror(ENOMEM)));
		return -ENOMEM;
	}
	places->listeners[places->listener_count++] = listener;
	bind_name(url, fd, &name);
	url_print(&name, text);
	log_event(EVENT_listening, LOG_TEXT("url", text));
	return 0;
}

static int
listen_at(struct places *places, const struct url *url, unsigned mode)
{
	char text[URL_TEXT_MAX], reason[BIND_REASON];
	int fds[BIND_MOST];
	int count = bind_url(url, mode, fds, reason);
	int r = 0;

	if (count < 0) {
		url_print(url, text);
		log_event(EVENT_cannot_listen, LOG_TEXT("url", text),
			  LOG_TEXT("reason", reason));
		return count;
	}
	if (url->scheme == URL_UNIX)
		remember_file(places, url->path);
	for (int i = 0; i < count; i++)
		if (r < 0)
			close(fds[i]);
		else
			r = add_listener(places, url, fds[i]);
	return r;
}

/* ---- all ---- */

struct places *
places_new(struct loop *loop, struct entrance *entrance)
{
	struct places *places = calloc(1, sizeof *places);

	if (places == NULL) {
		log_event(EVENT_cannot_start,
			  LOG_TEXT("reason", "out of memory"));
		return NULL;
	}
	places->loop = loop;
	places->entrance = entrance;
	return passed_take(&places->passed) == 0 ? places : places_free(places);
}

/* What was passed will do, where nothing was said. */
static size_t
asked_for(const struct places *places, const struct options *options)
{
	bool is_said = options->origins[ROW_listen_listen].place != NULL;

	return places->passed.count > 0 && !is_said ? 0 : options->listen.count;
}

static bool
have_tls(const struct url *urls, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (urls[i].scheme == URL_TLS)
			return true;
	return false;
}

bool
places_need_tls(const struct places *places, const struct options *options)
{
	return have_tls(places->passed.urls, places->passed.count) ||
	       have_tls(options->listen.items, asked_for(places, options));
}

/* Wherever the sockets come from. */
static int
check_reach(const struct places *places, const struct options *options,
	    const struct access *access)
{
	const struct passed *passed = &places->passed;
	char reason[OPTIONS_REASON];
	int r = rights_check_reach(options, access, passed->urls, passed->count,
				   reason);

	if (r == 0)
		r = rights_check_reach(options, access, options->listen.items,
				       options->listen.count, reason);
	if (r < 0)
		log_event(EVENT_cannot_listen, LOG_TEXT("reason", reason));
	return r;
}

int
places_open(struct places *places, const struct options *options,
	    const struct access *access)
{
	const struct passed *passed = &places->passed;
	size_t count = asked_for(places, options);
	int r = check_reach(places, options, access);

	for (unsigned i = 0; i < passed->count; i++)
		if (r < 0)
			close(passed->fds[i]);
		else
			r = add_listener(places, &passed->urls[i],
					 passed->fds[i]);
	for (size_t i = 0; i < count && r == 0; i++)
		if (!passed_has(passed, &options->listen.items[i]))
			r = listen_at(places, &options->listen.items[i],
				      (unsigned)options->socket_mode);
	return r;
}

static void
remove_files(struct places *places)
{
	struct stat found;

	while (places->file_count > 0) {
		struct socket_file *file = &places->files[--places->file_count];

		if (lstat(file->path, &found) == 0 &&
		    found.st_dev == file->device && found.st_ino == file->inode)
			unlink(file->path);
	}
}

void
places_close(struct places *places)
{
	while (places->listener_count > 0)
		listener_free(places->listeners[--places->listener_count]);
	remove_files(places);
}

struct places *
places_free(struct places *places)
{
	if (places != NULL)
		places_close(places);
	free(places);
	return NULL;
}

int
places_confine(const struct places *places, struct sandbox *sandbox)
{
	int r = 0;

	for (unsigned i = 0; i < places->file_count && r == 0; i++)
		r = sandbox_add(sandbox, places->files[i].path,
				LANDLOCK_UNLINK);
	return r;
}
