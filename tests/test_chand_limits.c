/* SPDX-License-Identifier: MIT */
/*
 * What ends somewhere: msgids, what a daemon says it takes, what is kept.
 */
#include "fake.h"
#include "suite.h"

#include "client/lib/client.h"

#include <string.h>

static struct chand *client;

static void
open_friend(void)
{
	fake_open();
	client = fake_friend();
}

static void
open_client(void)
{
	fake_open();
	client = fake_client();
}

static void
close_client(void)
{
	chand_free(client);
	fake_close();
}

static struct chand_call *
ping(void)
{
	return chand_start(client, "ping", chand_nil());
}

/* ---- msgids ---- */

START_TEST(msgids_begin_again_and_spare_those_in_use)
{
	struct chand_call *flying = ping(), *last, *again, *waiting;

	chand_process(client);
	fake_read();
	fake_forget();
	client->last_msgid = UINT32_MAX - 1;
	last = ping();
	again = ping(); /* 0 is hello's, 1 is on its way */
	client->last_msgid = 0;
	waiting = ping(); /* 2 has not been sent yet */
	chand_process(client);
	ck_assert_uint_eq(fake_read(), 13 + 9 + 9);
	ck_assert_mem_eq(fake.got, "\x94\0\xce\xff\xff\xff\xff\xa4ping\x90",
			 13);
	ck_assert_mem_eq(fake.got + 13, "\x94\0\2\xa4ping\x90", 9);
	ck_assert_mem_eq(fake.got + 22, "\x94\0\3\xa4ping\x90", 9);
	FAKE_SAY("\x94\1\3\xc0\3\x94\1\2\xc0\2\x94\1\1\xc0\1"
		 "\x94\1\xce\xff\xff\xff\xff\xc0\0");
	chand_process(client);
	ck_assert_mem_eq(chand_call_value(flying).data, "\1", 1);
	ck_assert_mem_eq(chand_call_value(last).data, "\0", 1);
	ck_assert_mem_eq(chand_call_value(again).data, "\2", 1);
	ck_assert_mem_eq(chand_call_value(waiting).data, "\3", 1);
}
END_TEST

/* ---- what a daemon says it takes ---- */

#define SAYS(literal) "\x94\1\0\xc0" literal, sizeof(literal) + 3
#define LIMITS "\x81\xa6limits"
#define MESSAGE LIMITS "\x81\xa7message"

static const struct greeting {
	const char *bytes;
	size_t size;
	enum chand_code code; /* of a call with 9 bytes */
} greetings[] = {
	{ SAYS(MESSAGE "\0"), CHAND_TOOBIG },
	{ SAYS(MESSAGE "\x08"), CHAND_TOOBIG },
	{ SAYS(MESSAGE "\x09"), CHAND_PENDING },
	{ SAYS(MESSAGE "\xcf\xff\xff\xff\xff\xff\xff\xff\xff"), CHAND_PENDING },
	{ SAYS(LIMITS "\x82\xa1x\xc0\xa7message\x09"), CHAND_PENDING },
	{ SAYS("\x82\xa3new\x91\x80\xa6limits\x81\xa7message\x09"),
	  CHAND_PENDING },
	{ SAYS(MESSAGE "\xff"), CHAND_GIBBERISH }, /* -1 */
	{ SAYS(MESSAGE "\xca\x41\x80\0\0"), CHAND_GIBBERISH },
	{ SAYS(MESSAGE "\xa1"
		       "9"),
	  CHAND_GIBBERISH },
	{ SAYS(MESSAGE "\xc0"), CHAND_GIBBERISH },
	{ SAYS(LIMITS "\x80"), CHAND_GIBBERISH },
	{ SAYS(LIMITS "\x90"), CHAND_GIBBERISH },
	{ SAYS(LIMITS "\xc0"), CHAND_GIBBERISH },
	{ SAYS(LIMITS "\x81\1\2"), CHAND_GIBBERISH },
	{ SAYS("\x80"), CHAND_GIBBERISH },
	{ SAYS("\x90"), CHAND_GIBBERISH },
	{ SAYS("\xc0"), CHAND_GIBBERISH },
};

START_TEST(an_odd_greeting_is_taken_at_its_word_or_is_none)
{
	struct chand_call *call = ping();

	chand_process(client);
	ck_assert(fake_accept());
	chand_process(client);
	fake_say(greetings[_i].bytes, greetings[_i].size);
	chand_process(client);
	ck_assert_int_eq(chand_call_code(call), greetings[_i].code);
	ck_assert(chand_is_connected(client) ==
		  (greetings[_i].code != CHAND_GIBBERISH));
	if (greetings[_i].code == CHAND_GIBBERISH)
		ck_assert_ptr_nonnull(
		    strstr(chand_text(client), "of another shape"));
}
END_TEST

/* ---- what is kept ---- */

START_TEST(what_is_not_sent_is_bounded)
{
	static char large[1 << 20];
	struct chand_value value = chand_binary(large, sizeof large);
	struct chand_call *calls[3], *refused;

	ck_assert_int_eq(chand_set_unsent_limit(client, 0), CHAND_MISUSE);
	ck_assert_int_eq(chand_set_unsent_limit(client, 2 << 20), CHAND_OK);
	ck_assert_uint_eq(chand_unsent(client), 0);
	for (int i = 0; i < 2; i++) { /* the second goes over it */
		calls[i] = chand_start_send(client, "c", value, CHAND_FOREVER);
		ck_assert_int_eq(chand_call_code(calls[i]), CHAND_PENDING);
		ck_assert_uint_gt(chand_unsent(client), (i + 1U) << 20);
	}
	refused = ping();
	ck_assert_int_eq(chand_call_code(refused), CHAND_LIMIT);
	ck_assert_ptr_nonnull(strstr(chand_call_text(refused),
				     " wait to be sent already; the limit is "
				     "2097152"));
	ck_assert_int_eq(chand_cancel(calls[1]), CHAND_OK);
	calls[2] = ping();
	ck_assert_int_eq(chand_call_code(calls[2]), CHAND_PENDING);
	chand_disconnect(client);
	ck_assert_uint_eq(chand_unsent(client), 0);
}
END_TEST

START_TEST(what_is_sent_counts_no_more)
{
	struct chand_call *call = ping();

	chand_call_free(call);
	ck_assert_uint_gt(chand_unsent(client), 0);
	fake_greet(client);
	chand_process(client);
	ck_assert_uint_eq(chand_unsent(client), 0);
	FAKE_SAY("\x94\1\1\xc0\xc0");
	chand_process(client);
	ck_assert_uint_eq(chand_unsent(client), 0);
	ck_assert_int_eq(
	    chand_call_code(chand_start(client, NULL, chand_nil())),
	    CHAND_MISUSE);
	ck_assert_uint_eq(chand_unsent(client), 0);
}
END_TEST

START_TEST(a_cancel_that_is_refused_says_so)
{
	struct chand_call *call;

	chand_set_concurrent(client, true);
	call = chand_start_recv(client, "c", CHAND_PLAIN, CHAND_FOREVER);
	fake_greet(client);
	chand_process(client);
	chand_set_unsent_limit(client, 1);
	ping();
	ck_assert_int_eq(chand_cancel(call), CHAND_LIMIT);
	chand_withdraw(client);
	ck_assert_int_eq(chand_cancel(call), CHAND_MISUSE);
	ck_assert_int_eq(chand_call_code(call), CHAND_PENDING);
}
END_TEST

/* What is half sent then is hello, not the call. */
START_TEST(a_call_behind_half_a_greeting_is_not_sent)
{
	enum { SIZE = 4 << 20 };
	static char token[SIZE + 1];
	struct chand_call *call;

	memset(token, 't', SIZE);
	ck_assert_int_eq(chand_set_token(client, token), CHAND_OK);
	call = ping();
	chand_process(client);
	ck_assert(fake_accept());
	chand_process(client);
	ck_assert_int_eq(chand_events(client), POLLIN | POLLOUT);
	ck_assert_int_eq(chand_cancel(call), CHAND_OK);
	ck_assert_int_eq(chand_call_code(call), CHAND_KILLED);
}
END_TEST

/* Six mebibytes each: two are kept, and when one was taken, another. */
START_TEST(events_are_bounded_in_bytes_too)
{
	enum { SIZE = 6 << 20, HEAD = 22 };
	static uint8_t event[HEAD + SIZE] = "\x93\2\xad"
					    "channel.event\x91\xc6\0\x60\0\0";

	for (int i = 0; i < 4; i++) {
		for (size_t at = 0, n; at < HEAD + SIZE; at += n) {
			n = HEAD + SIZE - at;
			n = n < 65536 ? n : 65536;
			fake_say(event + at, n);
			chand_process(client);
		}
		ck_assert_uint_eq(chand_lost_events(client), i >= 2);
		if (i == 2)
			ck_assert_uint_eq(chand_event(client).size, 6 + SIZE);
	}
	ck_assert_uint_eq(chand_event(client).size, 6 + SIZE);
	ck_assert_uint_eq(chand_event(client).size, 6 + SIZE);
	ck_assert_int_eq(chand_event(client).kind, CHAND_NIL);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("chand limits");
	TCase *tcase = suite_case(suite, "friend", open_friend, close_client);

	tcase_add_test(tcase, msgids_begin_again_and_spare_those_in_use);
	tcase_add_test(tcase, events_are_bounded_in_bytes_too);
	tcase = suite_case(suite, "client", open_client, close_client);
	tcase_add_loop_test(tcase,
			    an_odd_greeting_is_taken_at_its_word_or_is_none, 0,
			    sizeof greetings / sizeof greetings[0]);
	tcase_add_test(tcase, what_is_not_sent_is_bounded);
	tcase_add_test(tcase, what_is_sent_counts_no_more);
	tcase_add_test(tcase, a_cancel_that_is_refused_says_so);
	tcase_add_test(tcase, a_call_behind_half_a_greeting_is_not_sent);
	return fake_run(suite);
}
