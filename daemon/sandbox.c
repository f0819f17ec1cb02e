/* SPDX-License-Identifier: MIT */
#include "sandbox.h"

#include "base/log.h"
#include "config.h"
#include "host/filter.h"

#include <errno.h>
#include <libgen.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#ifdef HAVE_VALGRIND_MEMCHECK_H
#include <valgrind/valgrind.h>
#endif

struct sandbox {
	struct landlock_folder *folders;
	char **paths; /* what these point to */
	size_t count;
};

struct sandbox *
sandbox_free(struct sandbox *sandbox)
{
	if (sandbox == NULL)
		return NULL;
	while (sandbox->count > 0)
		free(sandbox->paths[--sandbox->count]);
	free(sandbox->paths);
	free(sandbox->folders);
	free(sandbox);
	return NULL;
}

static int
make_room(struct sandbox *sandbox)
{
	size_t size = sandbox->count + 1;
	char **paths = reallocarray(sandbox->paths, size, sizeof *paths);
	struct landlock_folder *folders;

	if (paths == NULL)
		return -ENOMEM;
	sandbox->paths = paths;
	folders = reallocarray(sandbox->folders, size, sizeof *folders);
	if (folders == NULL)
		return -ENOMEM;
	sandbox->folders = folders;
	return 0;
}

/* What is no file that could be replaced is itself what is needed. */
static const char *
folder_of(char *path)
{
	struct stat found;

	if (stat(path, &found) == 0 && !S_ISREG(found.st_mode) &&
	    !S_ISSOCK(found.st_mode))
		return path;
	return dirname(path);
}

int
sandbox_add(struct sandbox *sandbox, const char *path,
	    enum landlock_right right)
{
	char *copy;

	if (make_room(sandbox) < 0)
		return -ENOMEM;
	copy = strdup(path);
	if (copy == NULL)
		return -ENOMEM;
	sandbox->folders[sandbox->count].path = folder_of(copy);
	sandbox->folders[sandbox->count].right = right;
	sandbox->paths[sandbox->count++] = copy;
	return 0;
}

static int
add_files(struct sandbox *sandbox, const struct options *options)
{
	const char *path;
	unsigned row = 0;
	int r = 0;

	for (size_t i = 0; i < options->file_count && r == 0; i++)
		r = sandbox_add(sandbox, options->files[i], LANDLOCK_READ);
	while (r == 0 && (path = options_next_path(options, &row)) != NULL)
		r = sandbox_add(sandbox, path, LANDLOCK_READ);
	return r;
}

/* A token file with no / in its name is a credential. */
static int
add_tokens(struct sandbox *sandbox, const struct options *options)
{
	const char *credentials = getenv("CREDENTIALS_DIRECTORY");
	const char *file;
	int r = 0;

	if (credentials != NULL)
		r = sandbox_add(sandbox, credentials, LANDLOCK_READ);
	for (size_t i = 0; i < options->principal_count && r == 0; i++) {
		file = options->principals[i].token_file;
		if (file != NULL && strchr(file, '/') != NULL)
			r = sandbox_add(sandbox, file, LANDLOCK_READ);
	}
	return r;
}

struct sandbox *
sandbox_new(const struct options *options, const char *default_file)
{
	struct sandbox *sandbox = calloc(1, sizeof *sandbox);
	int r = 0;

	if (sandbox == NULL)
		return NULL;
	if (default_file != NULL)
		r = sandbox_add(sandbox, default_file, LANDLOCK_READ);
	if (r == 0)
		r = add_files(sandbox, options);
	if (r == 0)
		r = add_tokens(sandbox, options);
	return r == 0 ? sandbox : sandbox_free(sandbox);
}

/*
 * What looks at us from within (a leak checker, valgrind) needs what we give
 * up; it is then as if the kernel had none of it.
 */
static bool
is_looked_into(void)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
	return true;
#endif
#ifdef __has_feature
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
	return true;
#endif
#endif
#ifdef RUNNING_ON_VALGRIND
	return RUNNING_ON_VALGRIND != 0;
#else
	return false;
#endif
}

static const char *
describe(int r)
{
	return r > 0 ? "yes" : strerror(-r);
}

static const char *
state(enum sandbox_wish wish, int r)
{
	return wish == SANDBOX_NO ? "no" : describe(r);
}

int
sandbox_enter(const struct sandbox *sandbox, enum sandbox_wish wish)
{
	int files = -ECANCELED, calls = -ECANCELED;

	if (wish != SANDBOX_NO && !is_looked_into()) {
		files = landlock_enter(sandbox->folders, sandbox->count);
		calls = filter_enter();
	}
	if (wish == SANDBOX_REQUIRE && (files < 0 || calls < 0)) {
		log_event(EVENT_sandbox_missing,
			  LOG_TEXT("landlock", describe(files)),
			  LOG_TEXT("seccomp", describe(calls)));
		return files < 0 ? files : calls;
	}
	log_event(EVENT_sandboxed, LOG_TEXT("landlock", state(wish, files)),
		  LOG_TEXT("seccomp", state(wish, calls)));
	return 0;
}
