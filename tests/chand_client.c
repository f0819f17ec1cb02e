/* SPDX-License-Identifier: MIT */
/*
 * A program that does with libchand what it is told, for the end-to-end tests.
 *
 * Each line of standard input is a command: words between blanks, the first
 * of which is its verb (verbs[] below). What begins a call names it with a
 * number. What came of a call is a line of standard output as soon as it is
 * known: "NUMBER CODE KIND SIZE HEX DELIVERY TEXT"; so is the answer of any
 * other command: "- ANSWER". The program has one loop over its input and the
 * library, and never blocks in it but in the command `block`.
 */
#include "client/chand.h"

#include <err.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WORDS = 6, CALLS = 4096, SHOWN = 64, INPUT = 65536 };

static struct chand *client;
static struct chand_call *calls[CALLS];
static char *words[WORDS];

/* ---- what is told ---- */

__attribute__((format(printf, 1, 2))) static void
tell(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	putchar('\n');
	fflush(stdout);
}

static void
print_value(struct chand_value value)
{
	const unsigned char *bytes = value.data;

	printf("%d %zu ", (int)value.kind, value.size);
	for (size_t i = 0; i < value.size && i < SHOWN; i++)
		printf("%02x", bytes[i]);
	printf("%s ", value.size == 0 ? "-" : "");
}

static void
tell_call(const struct chand_call *call)
{
	const char *delivery = chand_call_delivery(call);
	enum chand_code code = chand_call_code(call);

	printf("%s ", chand_code_name(code));
	print_value(code == CHAND_OK ? chand_call_value(call)
				     : chand_call_data(call));
	tell("%s %s", delivery != NULL ? delivery : "-", chand_call_text(call));
}

static void
tell_done(void)
{
	struct chand_call *call;
	intptr_t number;

	while ((call = chand_done(client)) != NULL) {
		number = (intptr_t)chand_call_context(call);
		printf("%d ", (int)number);
		tell_call(call);
		calls[number] = NULL;
		chand_call_free(call);
	}
}

/* ---- what is told to do ---- */

static int64_t
number_of(const char *word)
{
	return word != NULL ? strtoll(word, NULL, 10) : CHAND_FOREVER;
}

/* So many zeros, or the text that stands there. */
static struct chand_value
value_of(const char *word)
{
	static char *zeros;
	size_t size;

	if (word == NULL || word[0] != '*')
		return chand_string(word);
	size = (size_t)number_of(word + 1);
	free(zeros);
	zeros = calloc(1, size);
	if (zeros == NULL)
		err(1, "%zu bytes", size);
	return chand_binary(zeros, size);
}

/* The call that a command names. */
static intptr_t
which(void)
{
	int64_t number = number_of(words[1]);

	if (number < 0 || number >= CALLS)
		errx(1, "no number of a call: %s", words[1]);
	return (intptr_t)number;
}

static void
keep(struct chand_call *call)
{
	intptr_t number = which();

	if (call == NULL)
		errx(1, "out of memory");
	chand_call_set_context(call, (void *)number);
	calls[number] = call;
}

/* An array of one string of up to 31 bytes, or as #7 of a number below 128. */
static void
do_start(void)
{
	uint8_t params[64] = { 0x91 };
	const char *word = words[3];
	size_t size = word != NULL ? strlen(word) : 0;

	if (size > 31)
		errx(1, "too long: %s", word);
	if (word == NULL) {
		keep(chand_start(client, words[2], chand_nil()));
		return;
	}
	params[1] = (uint8_t)(word[0] == '#' ? number_of(word + 1)
					     : 0xa0 | (int64_t)size);
	memcpy(params + 2, word, size);
	if (word[0] == '#')
		size = 0;
	keep(chand_start(client, words[2], chand_encoded(params, size + 2)));
}

static void
do_send(void)
{
	keep(chand_start_send(client, words[2], value_of(words[4]),
			      number_of(words[3])));
}

static void
do_recv(void)
{
	keep(chand_start_recv(client, words[2], (unsigned)number_of(words[4]),
			      number_of(words[3])));
}

static void
do_ack(void)
{
	keep(chand_start_ack(client, words[2], value_of(words[3])));
}

static void
do_cancel(void)
{
	tell("- %s", chand_code_name(chand_cancel(calls[which()])));
}

static void
do_free(void)
{
	chand_call_free(calls[which()]);
	calls[which()] = NULL;
	tell("- freed");
}

/* The blocking face: send, recv, request, settle, in a row. */
static void
do_block(void)
{
	struct chand_call *got = NULL;
	enum chand_code code;

	if (strcmp(words[1], "connect") == 0)
		code = chand_connect(client);
	else if (strcmp(words[1], "send") == 0)
		code = chand_send(client, words[2], value_of(words[4]),
				  number_of(words[3]));
	else if (strcmp(words[1], "request") == 0)
		code = chand_request(client, words[2], value_of(words[4]),
				     number_of(words[3]), &got);
	else if (strcmp(words[1], "recv") == 0)
		code =
		    chand_recv(client, words[2], (unsigned)number_of(words[4]),
			       number_of(words[3]), &got);
	else if (strcmp(words[1], "nack") == 0)
		code = chand_nack(client, words[2]);
	else if (strcmp(words[1], "fail") == 0)
		code = chand_fail(client, words[2], words[3], words[4]);
	else if (strcmp(words[1], "extend") == 0)
		code = chand_extend(client, words[2], number_of(words[3]));
	else
		code = chand_ack(client, words[2], value_of(words[3]));
	printf("- ");
	if (got != NULL)
		tell_call(got);
	else
		tell("%s %s", chand_code_name(code), chand_text(client));
	chand_call_free(got);
}

static void
do_set(void)
{
	enum chand_code code;

	if (strcmp(words[1], "concurrent") == 0)
		code = chand_set_concurrent(client, true);
	else if (strcmp(words[1], "reconnect") == 0)
		code = chand_set_reconnect(client, number_of(words[2]),
					   number_of(words[3]));
	else if (strcmp(words[1], "limit") == 0)
		code =
		    chand_set_unsent_limit(client, (size_t)number_of(words[2]));
	else
		code = chand_set_name(client, words[2]);
	tell("- %s", chand_code_name(code));
}

static void
do_withdraw(void)
{
	chand_withdraw(client);
	tell("- withdrawn");
}

static void
do_event(void)
{
	printf("- ");
	print_value(chand_event(client));
	tell("%llu", (unsigned long long)chand_lost_events(client));
}

static void
do_look(void)
{
	tell("- %d %zu %s", chand_is_connected(client), chand_unsent(client),
	     chand_url(client));
}

static const struct verb {
	const char *name;
	void (*run)(void);
} verbs[] = {
	{ "start", do_start },	     /* NUMBER METHOD [STRING or #INTEGER] */
	{ "send", do_send },	     /* NUMBER CHANNEL MS VALUE */
	{ "recv", do_recv },	     /* NUMBER CHANNEL MS HOW */
	{ "ack", do_ack },	     /* NUMBER DELIVERY VALUE */
	{ "cancel", do_cancel },     /* NUMBER */
	{ "free", do_free },	     /* NUMBER */
	{ "block", do_block },	     /* WHAT... */
	{ "set", do_set },	     /* WHAT... */
	{ "withdraw", do_withdraw }, /**/
	{ "event", do_event },	     /**/
	{ "look", do_look },	     /**/
};

static void
obey(char *line)
{
	for (int i = 0; i < WORDS; i++)
		words[i] = strtok(i == 0 ? line : NULL, " ");
	for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
		if (words[0] != NULL && strcmp(verbs[i].name, words[0]) == 0) {
			verbs[i].run();
			return;
		}
	errx(1, "no such command: %s", words[0]);
}

/* ---- the loop ---- */

/* Obey all lines that have come. Whether more may. */
static bool
read_lines(void)
{
	static char input[INPUT];
	static size_t size;
	ssize_t n = read(STDIN_FILENO, input + size, sizeof input - 1 - size);
	char *line = input, *end;

	if (n <= 0)
		return false;
	size += (size_t)n;
	input[size] = '\0';
	while ((end = strchr(line, '\n')) != NULL) {
		*end = '\0';
		obey(line);
		line = end + 1;
	}
	size -= (size_t)(line - input);
	memmove(input, line, size);
	return true;
}

int
main(void)
{
	struct pollfd waits[2] = { { .fd = STDIN_FILENO, .events = POLLIN } };

	client = chand_new();
	if (client == NULL)
		errx(1, "out of memory");
	for (;;) {
		tell_done();
		waits[1] = (struct pollfd){ .fd = chand_fd(client),
					    .events = chand_events(client) };
		if (poll(waits, 2, (int)chand_deadline(client)) < 0)
			err(1, "poll");
		if (waits[0].revents != 0 && !read_lines())
			break;
		chand_process(client);
	}
	chand_free(client);
	return 0;
}
