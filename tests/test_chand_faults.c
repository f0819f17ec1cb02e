/* SPDX-License-Identifier: MIT */
/*
 * Each allocation of the library fails once: nothing crashes or leaks, and
 * what is told of a call is what the daemon saw of it.
 */
#include "fake.h"
#include "faults.h"
#include "suite.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

/* ---- a daemon ---- */

static const char *answer; /* to each call but hello, behind its msgid */
static size_t answer_size;
static unsigned served; /* requests it has had, without hello */

static void
answer_with(const char *bytes, size_t size)
{
	answer = bytes;
	answer_size = size;
	served = 0;
}

#define ANSWER(literal) answer_with(literal, sizeof(literal) - 1)

/* Who has left meanwhile is not told. */
static void
say(const void *bytes, size_t size)
{
	(void)!send(fake.peer, bytes, size, MSG_NOSIGNAL);
}

/* Whole requests with a msgid below 128, all of them small. */
static void
serve_one(const uint8_t *request)
{
	static const char hello[] = "\x94\1\0\xc0\x81\xa6limits\x81\xa7"
				    "message\xce\1\0\0\0";
	uint8_t reply[512] = { 0x94, 1, request[2] };

	if (request[2] == 0) {
		say(hello, sizeof hello - 1);
		return;
	}
	served++;
	memcpy(reply + 3, answer, answer_size);
	say(reply, 3 + answer_size);
}

static void
serve(void)
{
	if (fake_accept())
		fake_forget();
	if (fake.peer < 0 || fake_read() == 0)
		return;
	for (size_t i = 0; i + 3 < fake.size; i++)
		if (fake.got[i] == 0x94 && fake.got[i + 1] == 0 &&
		    fake.got[i + 3] >> 5 == 5)
			serve_one(fake.got + i);
	fake_forget();
}

static void
leave_nothing(struct chand *client)
{
	chand_free(client);
	while (fake_accept())
		continue;
	fake_hang_up();
	fake_forget();
}

static struct chand *
new_client(void)
{
	struct chand *client = chand_new();

	fake_turn = serve;
	if (client != NULL)
		chand_set_url(client, fake.url);
	return client;
}

/* ---- calls ---- */

static struct chand_call *
start_nth(struct chand *client, int nth)
{
	static const char text[300] = { 0 };
	struct chand_value value = chand_binary(text, sizeof text);

	switch (nth) {
	case 0:
		return chand_start(client, "x", chand_encoded("\x91\1", 2));
	case 1:
		return chand_start_send(client, "c", value, 1000);
	case 2:
		return chand_start_send_exception(client, "c", "E", "no", 1000);
	case 3:
		return chand_start_recv(client, "c", CHAND_NEXT, 1000);
	case 4:
		return chand_start_done_recv(client, "d", value, "c",
					     CHAND_PLAIN, 1000);
	case 5:
		return chand_start_ack(client, "d", value);
	case 6:
		return chand_start_nack(client, "d");
	case 7:
		return chand_start_fail(client, "d", "E", "no");
	default:
		return chand_start_extend(client, "d", 1000);
	}
}

enum { STARTS = 9 };

/* What was told must be what happened, and happened once. */
static int
judge(enum chand_code code, unsigned times)
{
	switch (code) {
	case CHAND_OK:
		return times == 1 ? 0 : -EBADE;
	case CHAND_UNKNOWN:
		return times == 1 ? -ENOMEM : -EBADE;
	case CHAND_NOMEMORY:
	case CHAND_UNREACHABLE:
		return times == 0 ? -ENOMEM : -EBADE;
	default:
		return -EBADE;
	}
}

static int which;

static int
call_one(void)
{
	struct chand *client = new_client();
	struct chand_call *call;
	enum chand_code code = CHAND_NOMEMORY;
	int r;

	ANSWER("\xc0\xa5reply");
	if (client != NULL) {
		call = start_nth(client, which);
		code = chand_wait(call);
		r = strlen(chand_call_text(call)) == 0;
		if (r != (code == CHAND_OK))
			code = CHAND_MISUSE; /* it does not say why */
		chand_call_free(call);
	}
	leave_nothing(client);
	return judge(code, served);
}

START_TEST(each_call_is_told_what_came_of_it)
{
	which = _i;
	ck_assert_uint_gt(faults_try_all(call_one), 4);
}
END_TEST

/* Misuse is told, too, or there is no call. */
static int
misuse(void)
{
	struct chand *client = new_client();
	struct chand_call *call;
	enum chand_code code = CHAND_NOMEMORY;

	ANSWER("\xc0\xc0");
	if (client != NULL) {
		call = chand_start_send(client, NULL, chand_nil(), 0);
		code = chand_call_code(call);
		chand_call_free(call);
	}
	leave_nothing(client);
	if (code == CHAND_MISUSE)
		return served == 0 ? 0 : -EBADE;
	return code == CHAND_NOMEMORY ? -ENOMEM : -EBADE;
}

START_TEST(misuse_needs_no_more_than_a_call)
{
	ck_assert_uint_gt(faults_try_all(misuse), 2);
}
END_TEST

/* ---- settings ---- */

/* One that fails changes nothing. */
static int
set_name(void)
{
	struct chand *client = new_client();
	int r = -ENOMEM;

	ANSWER("\xc0\xc0");
	if (client != NULL && chand_set_name(client, "old") == CHAND_OK &&
	    chand_set_token(client, "secret") == CHAND_OK) {
		if (chand_set_name(client, "new") == CHAND_OK)
			r = 0;
		else if (strcmp(chand_text(client), "out of memory") != 0)
			r = -EBADE;
		chand_start_connect(client);
		fake_accept();
		chand_process(client);
		if (fake.peer >= 0 && fake_read() > 0 &&
		    memmem(fake.got, fake.size, r == 0 ? "new" : "old", 3) ==
			NULL)
			r = -EBADE;
	}
	leave_nothing(client);
	return r;
}

START_TEST(a_setting_that_fails_changes_nothing)
{
	ck_assert_uint_gt(faults_try_all(set_name), 3);
}
END_TEST

/* ---- answers ---- */

/* An error is as definite where there is no memory for all its words. */
static int
hear_error(void)
{
	struct chand *client = new_client();
	struct chand_call *call;
	struct chand_value data;
	int r = -ENOMEM;

	ANSWER("\x93\xa6RAISED\xa3why\x91\1\xc0");
	if (client != NULL) {
		call = chand_start_send(client, "c", chand_nil(), 1000);
		if (chand_wait(call) == CHAND_RAISED) {
			data = chand_call_data(call);
			if (strcmp(chand_call_text(call), "RAISED: why") != 0 ||
			    served != 1)
				r = -EBADE;
			else if (data.kind == CHAND_ENCODED && data.size == 2)
				r = 0; /* or the data is all that is missing */
		} else {
			r = judge(chand_call_code(call), served);
		}
		chand_call_free(call);
	}
	leave_nothing(client);
	return r;
}

START_TEST(an_error_is_definite_without_memory_for_its_data)
{
	ck_assert_uint_gt(faults_try_all(hear_error), 5);
}
END_TEST

/* It is counted, and nothing else comes of it. */
static int
lose_events(void)
{
	struct chand *client = new_client();
	int got = 0, lost, r = -ENOMEM;

	ANSWER("\xc0\xc0");
	if (client != NULL && chand_connect(client) == CHAND_OK) {
		for (int i = 0; i < 3; i++)
			FAKE_SAY("\x93\2\xad"
				 "channel.event\x91\1");
		chand_process(client);
		lost = (int)chand_lost_events(client);
		while (chand_event(client).kind != CHAND_NIL)
			got++;
		if (chand_is_connected(client))
			r = got + lost != 3 ? -EBADE : lost ? -ENOMEM : 0;
	}
	leave_nothing(client);
	return r;
}

START_TEST(an_event_that_is_lost_is_counted)
{
	ck_assert_uint_gt(faults_try_all(lose_events), 6);
}
END_TEST

/* ---- connecting ---- */

static int
call_by_name(void)
{
	struct chand *client = new_client();
	enum chand_code code = CHAND_NOMEMORY;

	ANSWER("\xc0\xc0");
	if (client != NULL) {
		chand_set_url(client, "tcp://name:7");
		code = chand_send(client, "c", chand_nil(), 1000);
	}
	leave_nothing(client);
	return judge(code, served);
}

START_TEST(a_name_takes_memory_too)
{
	fake.addresses[0] = "nobody";
	fake.addresses[1] = "s";
	ck_assert_uint_gt(faults_try_all(call_by_name), 7);
}
END_TEST

START_TEST(no_memory_for_a_name_is_told_as_that)
{
	struct chand *client = fake_client();
	struct chand_call *call;

	fake.addresses[0] = "s";
	chand_set_url(client, "tcp://name:7");
	faults_watch();
	faults_arm(1, false);
	ck_assert_int_eq(chand_start_connect(client), CHAND_NOMEMORY);
	ck_assert(faults_disarm());
	ck_assert_str_eq(chand_text(client), "out of memory");
	call = chand_start(client, "ping", chand_nil());
	fake_greet(client);
	ck_assert_int_eq(chand_call_code(call), CHAND_PENDING);
	chand_free(client);
}
END_TEST

/* Two calls, with the daemon gone in between: each happens once, or is told. */
static int
call_again(void)
{
	struct chand *client = new_client();
	enum chand_code first = CHAND_NOMEMORY, second = CHAND_NOMEMORY;
	unsigned before;
	int r;

	ANSWER("\xc0\xc0");
	if (client == NULL)
		return -ENOMEM;
	chand_set_reconnect(client, 1, 1);
	fake.random = 1; /* no pause of no time */
	first = chand_send(client, "a", chand_nil(), 50);
	before = served;
	fake_hang_up();
	chand_process(client);
	second = chand_send(client, "b", chand_nil(), 50);
	r = judge(second, served - before);
	if (r == 0)
		r = judge(first, before);
	leave_nothing(client);
	return r;
}

START_TEST(connecting_again_neither_loses_nor_repeats)
{
	ck_assert_uint_gt(faults_try_all(call_again), 8);
}
END_TEST

/* ---- cancel ---- */

static int
cancel_one(void)
{
	struct chand *client = new_client();
	struct chand_call *call;
	int r = -ENOMEM;

	ANSWER("\xc0\xc0");
	if (client != NULL && chand_set_concurrent(client, true) == CHAND_OK &&
	    chand_connect(client) == CHAND_OK) {
		call = chand_start_recv(client, "c", 0, CHAND_FOREVER);
		chand_process(client);
		switch (chand_cancel(call)) {
		case CHAND_OK:
			r = chand_wait(call) == CHAND_OK && served == 2
				? 0
				: -ENOMEM;
			break;
		case CHAND_NOMEMORY:
			if (call != NULL &&
			    chand_call_code(call) != CHAND_PENDING)
				r = -EBADE;
			break;
		default:
			r = -EBADE;
		}
		chand_call_free(call);
	}
	leave_nothing(client);
	return r;
}

START_TEST(a_cancel_without_memory_leaves_the_call_as_it_is)
{
	ck_assert_uint_gt(faults_try_all(cancel_one), 7);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("chand faults");
	TCase *tcase = suite_case(suite, "faults", fake_open, fake_close);

	tcase_add_loop_test(tcase, each_call_is_told_what_came_of_it, 0,
			    STARTS);
	tcase_add_test(tcase, misuse_needs_no_more_than_a_call);
	tcase_add_test(tcase, a_setting_that_fails_changes_nothing);
	tcase_add_test(tcase, an_error_is_definite_without_memory_for_its_data);
	tcase_add_test(tcase, an_event_that_is_lost_is_counted);
	tcase_add_test(tcase, a_name_takes_memory_too);
	tcase_add_test(tcase, no_memory_for_a_name_is_told_as_that);
	tcase_add_test(tcase, connecting_again_neither_loses_nor_repeats);
	tcase_add_test(tcase, a_cancel_without_memory_leaves_the_call_as_it_is);
	return fake_run(suite);
}
