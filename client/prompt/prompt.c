/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "client/prompt/prompt.h"

#include "client/command/shellwords.h"
#include "client/prompt/prompt_edit.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct prompt {
	struct prompt_edit *edit;
	int count; /* of options, the program's name among them */
	char **options;
	int (*run)(int argc, char **argv);
	int signals;
	sigset_t former;
};

bool
prompt_is_possible(void)
{
#ifdef HAVE_LIBEDIT
	return isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1;
#else
	return false;
#endif
}

/* ---- where the history is ---- */

/* The folders on the way to a file, which are nobody else's business. */
static void
make_folders(char *path)
{
	for (char *at = strchr(path + 1, '/'); at != NULL;
	     at = strchr(at + 1, '/')) {
		*at = '\0';
		mkdir(path, 0700);
		*at = '/';
	}
}

/* To free(); NULL: there is no place for it. */
static char *
history_path(void)
{
	const char *state = getenv("XDG_STATE_HOME");
	const char *home = getenv("HOME");
	char *path = NULL;
	int r = -1;

	if (state != NULL && state[0] == '/')
		r = asprintf(&path, "%s/chand/history", state);
	else if (home != NULL && home[0] == '/')
		r = asprintf(&path, "%s/.local/state/chand/history", home);
	if (r < 0)
		return NULL;
	make_folders(path);
	return path;
}

/* ---- running a line ---- */

static void
drain_signals(struct prompt *prompt)
{
	struct signalfd_siginfo info;

	while (read(prompt->signals, &info, sizeof info) == sizeof info)
		continue;
}

/* The options that we were called with, and the line's own words. */
static void
run_here(struct prompt *prompt, const struct shellwords *words)
{
	size_t count = (size_t)prompt->count + words->count;
	char **argv = calloc(count + 1, sizeof *argv);

	if (argv == NULL)
		_exit(1);
	memcpy(argv, prompt->options,
	       (size_t)prompt->count * sizeof *prompt->options);
	memcpy(argv + prompt->count, words->at,
	       words->count * sizeof *words->at);
	close(prompt->signals);
	sigprocmask(SIG_SETMASK, &prompt->former, NULL);
	exit(prompt->run((int)count, argv));
}

/* What Ctrl-C meant for the line is none of the prompt's. */
static void
run_words(struct prompt *prompt, const struct shellwords *words)
{
	pid_t child;

	fflush(stdout);
	child = fork();
	if (child == 0)
		run_here(prompt, words);
	if (child < 0)
		fprintf(stderr, "chanctl: cannot run it: %s\n",
			strerror(errno));
	while (child > 0 && waitpid(child, NULL, 0) < 0 && errno == EINTR)
		continue;
	drain_signals(prompt);
}

/* Whoever pastes from a shell has the program's name in front. */
static void
drop_name(struct shellwords *words)
{
	if (words->count == 0 || strcmp(words->at[0], "chanctl") != 0)
		return;
	free(words->at[0]);
	memmove(words->at, words->at + 1, words->count * sizeof *words->at);
	words->count--;
}

static bool
is_end(const struct shellwords *words)
{
	return words->count == 1 && (strcmp(words->at[0], "exit") == 0 ||
				     strcmp(words->at[0], "quit") == 0);
}

/* Whether to go on. What is wrong is remembered, too: to be mended. */
static bool
do_line(struct prompt *prompt, const char *line)
{
	struct shellwords words;
	bool goes_on = true;
	int r = shellwords_split(line, false, &words);

	if (r < 0)
		fputs(r == -EINVAL ? "chanctl: a quote is not closed\n"
				   : "chanctl: out of memory\n",
		      stderr);
	if (r < 0 || words.count > 0)
		prompt_edit_remember(prompt->edit, line);
	drop_name(&words);
	if (words.count > 0) {
		goes_on = !is_end(&words);
		if (goes_on)
			run_words(prompt, &words);
	}
	shellwords_free(&words);
	return goes_on;
}

/* ---- the whole ---- */

static int
take_signals(struct prompt *prompt)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGWINCH);
	prompt->signals = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	if (prompt->signals < 0)
		return -errno;
	sigprocmask(SIG_BLOCK, &set, &prompt->former);
	return 0;
}

static void
read_lines(struct prompt *prompt)
{
	const char *line;
	bool goes_on = true;

	while (goes_on) {
		switch (prompt_edit_read(prompt->edit, &line)) {
		case PROMPT_LINE:
			goes_on = do_line(prompt, line);
			break;
		case PROMPT_INTERRUPTED:
			puts("^C");
			break;
		case PROMPT_END:
			goes_on = false;
			putchar('\n');
			break;
		}
	}
}

int
prompt_run(int count, char **options, int (*run)(int argc, char **argv))
{
	struct prompt prompt = { .count = count,
				 .options = options,
				 .run = run };
	char *file = history_path();
	int r = take_signals(&prompt);

	if (r == 0)
		prompt.edit = prompt_edit_new("chanctl", prompt.signals, file);
	if (prompt.edit != NULL) {
		puts("help lists what there is to do, exit or Ctrl-D ends.");
		read_lines(&prompt);
	} else {
		fputs("chanctl: this terminal cannot be used\n", stderr);
	}
	r = prompt.edit != NULL ? 0 : 1;
	prompt_edit_free(prompt.edit);
	free(file);
	return r;
}
