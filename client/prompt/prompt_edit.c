/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "client/prompt/prompt_edit.h"

#ifdef HAVE_LIBEDIT
#include "client/base/text.h"
#include "client/command/shellwords.h"
#include "client/prompt/complete.h"

#include <errno.h>
#include <histedit.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>
#include <wchar.h>

enum { HISTORY_MOST = 1000, SHOWN_MOST = 200 };

struct prompt_edit {
	EditLine *el;
	History *history;
	const char *file;
	int signals;
	int signal; /* that ended the line; 0: none */
	char *line;
};

static struct prompt_edit *
edit_of(EditLine *el)
{
	void *edit = NULL;

	el_get(el, EL_CLIENTDATA, &edit);
	return edit;
}

static const char *
prompt(EditLine *el)
{
	(void)el;
	return "chand> ";
}

/* ---- keys ---- */

/* 0: nothing that would end the line. */
static int
take_signal(struct prompt_edit *edit)
{
	struct signalfd_siginfo info;

	if (read(edit->signals, &info, sizeof info) != sizeof info)
		return 0;
	if (info.ssi_signo != SIGWINCH)
		return edit->signal = (int)info.ssi_signo;
	el_resize(edit->el);
	el_set(edit->el, EL_REFRESH);
	return 0;
}

/* 1, 0 at the end, or -1 a signal. */
static int
await_byte(struct prompt_edit *edit, char *byte)
{
	struct pollfd polls[] = {
		{ .fd = STDIN_FILENO, .events = POLLIN },
		{ .fd = edit->signals, .events = POLLIN },
	};

	while (poll(polls, 2, -1) >= 0 || errno == EINTR) {
		if ((polls[1].revents & POLLIN) != 0 && take_signal(edit) != 0)
			return -1;
		if (polls[0].revents != 0)
			return read(STDIN_FILENO, byte, 1) == 1;
	}
	return 0;
}

/* As libedit's own, but that it sees signals, too. */
static int
read_character(EditLine *el, wchar_t *character)
{
	struct prompt_edit *edit = edit_of(el);
	mbstate_t state = { 0 };
	char byte;
	int r;

	while ((r = await_byte(edit, &byte)) > 0) {
		size_t size = mbrtowc(character, &byte, 1, &state);

		if (size == (size_t)-2)
			continue; /* there is more to come of it */
		if (size == (size_t)-1)
			*character = L'?';
		return 1;
	}
	return r;
}

/* ---- completion ---- */

static size_t
common_length(const struct completion *completion)
{
	const char *first = completion->words[0].text;
	size_t length = strlen(first);

	for (size_t i = 1; i < completion->count; i++) {
		const char *text = completion->words[i].text;
		size_t n = 0;

		while (n < length && text[n] == first[n])
			n++;
		length = n;
	}
	while (((unsigned char)first[length] & 0xc0) == 0x80)
		length--; /* no half characters */
	return length;
}

/* libedit deletes characters, not bytes. */
static int
count_characters(const char *text)
{
	int count = 0;

	for (; *text != '\0'; text++)
		count += ((unsigned char)*text & 0xc0) != 0x80;
	return count;
}

/* In place of `written`, what all candidates have in common. */
static int
put_common(EditLine *el, const char *written, const struct completion *found)
{
	char *common = strndup(found->words[0].text, common_length(found));
	char *quoted = common != NULL ? shellwords_quote(common) : NULL;
	size_t length = quoted != NULL ? strlen(quoted) : 0;

	free(common);
	if (quoted == NULL)
		return -ENOMEM;
	if (found->count > 1 && quoted[length - 1] == '\'')
		quoted[length - 1] = '\0'; /* its end is still open */
	el_deletestr(el, count_characters(written));
	el_insertstr(el, quoted);
	if (found->count == 1)
		el_insertstr(el, " ");
	free(quoted);
	return 0;
}

static size_t
widest(const struct completion *found)
{
	size_t width = 0;

	for (size_t i = 0; i < found->count; i++)
		if (text_width(found->words[i].text) > width)
			width = text_width(found->words[i].text);
	return width;
}

static void
show_all(const struct completion *found)
{
	size_t width = widest(found) + 2;
	size_t in_line = width < 80 ? 80 / width : 1;

	for (size_t i = 0; i < found->count && i < SHOWN_MOST; i++) {
		const char *text = found->words[i].text;

		printf("%s%s%*s", i % in_line == 0 ? "\n" : "", text,
		       (int)(width - text_width(text)), "");
	}
	if (found->count > SHOWN_MOST)
		printf("\nand %zu more", found->count - SHOWN_MOST);
	putchar('\n');
	fflush(stdout);
}

static unsigned char
offer(EditLine *el, const struct shellwords *words, const char *written)
{
	struct completion found;
	unsigned char answer = CC_ERROR;
	const char *word = words->at[words->count - 1];

	if (complete((int)words->count, words->at, &found) == 0 &&
	    found.count > 0) {
		if (found.count > 1 && common_length(&found) <= strlen(word)) {
			show_all(&found);
			answer = CC_REDISPLAY;
		} else if (put_common(el, written, &found) == 0) {
			answer = CC_REFRESH;
		}
	}
	completion_free(&found);
	return answer;
}

static unsigned char
complete_key(EditLine *el, int key)
{
	const LineInfo *line = el_line(el);
	char *written =
	    strndup(line->buffer, (size_t)(line->cursor - line->buffer));
	struct shellwords words;
	unsigned char answer = CC_ERROR;

	(void)key;
	if (written == NULL || shellwords_split(written, true, &words) < 0) {
		free(written);
		return CC_ERROR;
	}
	answer = offer(el, &words, written + words.last);
	shellwords_free(&words);
	free(written);
	return answer;
}

/* ---- the whole ---- */

static void
open_history(struct prompt_edit *edit)
{
	HistEvent event;

	history(edit->history, &event, H_SETSIZE, HISTORY_MOST);
	history(edit->history, &event, H_SETUNIQUE, 1);
	if (edit->file != NULL)
		history(edit->history, &event, H_LOAD, edit->file);
	el_set(edit->el, EL_HIST, history, edit->history);
}

static void
open_line(struct prompt_edit *edit)
{
	EditLine *el = edit->el;

	el_set(el, EL_CLIENTDATA, edit);
	el_set(el, EL_PROMPT, prompt);
	el_set(el, EL_EDITOR, "emacs");
	el_set(el, EL_SIGNAL, 0);
	el_set(el, EL_GETCFN, read_character);
	el_set(el, EL_ADDFN, "chanctl-complete", "Complete a word",
	       complete_key);
	el_set(el, EL_BIND, "^I", "chanctl-complete", NULL);
	el_set(el, EL_BIND, "^R", "em-inc-search-prev", NULL);
	open_history(edit);
	el_source(el, NULL);
}

struct prompt_edit *
prompt_edit_new(const char *name, int signals, const char *file)
{
	struct prompt_edit *edit = calloc(1, sizeof *edit);

	if (edit == NULL)
		return NULL;
	edit->signals = signals;
	edit->file = file;
	edit->history = history_init();
	edit->el = el_init(name, stdin, stdout, stderr);
	if (edit->history == NULL || edit->el == NULL) {
		prompt_edit_free(edit);
		return NULL;
	}
	open_line(edit);
	return edit;
}

void
prompt_edit_free(struct prompt_edit *edit)
{
	if (edit == NULL)
		return;
	if (edit->el != NULL)
		el_end(edit->el);
	if (edit->history != NULL)
		history_end(edit->history);
	free(edit->line);
	free(edit);
}

enum prompt_read
prompt_edit_read(struct prompt_edit *edit, const char **line)
{
	const char *got;
	int count = 0;

	edit->signal = 0;
	got = el_gets(edit->el, &count);
	free(edit->line);
	edit->line = NULL;
	if (edit->signal == SIGINT) {
		el_reset(edit->el);
		return PROMPT_INTERRUPTED;
	}
	if (got == NULL || count <= 0 || edit->signal != 0)
		return PROMPT_END;
	edit->line = strndup(got, strcspn(got, "\n"));
	*line = edit->line;
	return edit->line != NULL ? PROMPT_LINE : PROMPT_END;
}

/* libedit lets nobody but us read the file. */
void
prompt_edit_remember(struct prompt_edit *edit, const char *line)
{
	HistEvent event;

	history(edit->history, &event, H_ENTER, line);
	if (edit->file != NULL)
		history(edit->history, &event, H_SAVE, edit->file);
}

#else

struct prompt_edit *
prompt_edit_new(const char *name, int signals, const char *file)
{
	(void)name;
	(void)signals;
	(void)file;
	return NULL;
}

void
prompt_edit_free(struct prompt_edit *edit)
{
	(void)edit;
}

enum prompt_read
prompt_edit_read(struct prompt_edit *edit, const char **line)
{
	(void)edit;
	(void)line;
	return PROMPT_END;
}

void
prompt_edit_remember(struct prompt_edit *edit, const char *line)
{
	(void)edit;
	(void)line;
}

#endif
