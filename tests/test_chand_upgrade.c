/* SPDX-License-Identifier: MIT */
/*
 * A daemon that is newer than the library: what it says more is not looked
 * at, and what it says otherwise is no success. (The other way round is
 * tests/e2e/test_upgrade.py.)
 */
#include "fake.h"
#include "suite.h"

#include <string.h>

static struct chand *client;
static struct chand_call *call;

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

static void
expect(enum chand_code code, const char *text)
{
	chand_process(client);
	ck_assert_int_eq(chand_call_code(call), code);
	ck_assert_msg(strstr(chand_call_text(call), text) != NULL,
		      "\"%s\" is not in \"%s\"", text, chand_call_text(call));
}

START_TEST(a_hello_may_answer_more)
{
	chand_start_connect(client);
	chand_process(client);
	ck_assert(fake_accept());
	/* {more: [1, {more: nil}], limits: {more: 1.0, message: 1 MiB,
	 * more: "x"}, other: ext} */
	FAKE_SAY("\x94\1\0\xc0\x83\xa4more\x92\1\x81\xa4more\xc0\xa6limits\x83"
		 "\xa4many\xcb\x3f\xf0\0\0\0\0\0\0\xa7message\xce\0\x10\0\0"
		 "\xa4more\xa1x\xa5other\xd4\x05x");
	chand_process(client);
	ck_assert(chand_is_connected(client));
}
END_TEST

START_TEST(a_code_that_is_not_known_is_an_error_with_its_text)
{
	chand_start_connect(client);
	fake_greet(client);
	call = chand_start_send(client, "c", chand_string("v"), CHAND_FOREVER);
	FAKE_SAY("\x94\1\1\x93\xa8TOO_WARM\xa4hot!\x81\xa1t\x2a\xc0");
	expect(CHAND_OTHER, "TOO_WARM: hot!");
	ck_assert(chand_is_connected(client));
}
END_TEST

START_TEST(an_error_may_say_more)
{
	chand_start_connect(client);
	fake_greet(client);
	call = chand_start_send(client, "c", chand_string("v"), CHAND_FOREVER);
	FAKE_SAY("\x94\1\1\x95\xa7TIMEOUT\xa4late\xc0\x81\xa1t\x2a\7\xc0");
	expect(CHAND_TIMEOUT, "TIMEOUT: late");
	ck_assert(chand_is_connected(client));
}
END_TEST

START_TEST(a_delivery_may_say_more)
{
	chand_start_connect(client);
	fake_greet(client);
	call = chand_start_recv(client, "c", CHAND_ACK, CHAND_FOREVER);
	FAKE_SAY("\x94\1\1\xc0\x95\xa1v\xa3"
		 "1-1\2\xa2me\x81\xa4more\xc3");
	expect(CHAND_OK, "");
	ck_assert_str_eq(chand_call_peer(call), "me");
	ck_assert_str_eq(chand_call_delivery(call), "1-1");
	ck_assert_uint_eq(chand_call_attempt(call), 2);
}
END_TEST

START_TEST(what_was_not_asked_for_is_no_event)
{
	chand_start_connect(client);
	fake_greet(client);
	FAKE_SAY("\x93\2\xa7weather\x91\xa4rain");
	chand_process(client);
	ck_assert(chand_is_connected(client));
	ck_assert_int_eq(chand_event(client).kind, CHAND_NIL);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("chand upgrade");
	TCase *tcase = suite_case(suite, "newer", open_client, close_client);

	tcase_add_test(tcase, a_hello_may_answer_more);
	tcase_add_test(tcase,
		       a_code_that_is_not_known_is_an_error_with_its_text);
	tcase_add_test(tcase, an_error_may_say_more);
	tcase_add_test(tcase, a_delivery_may_say_more);
	tcase_add_test(tcase, what_was_not_asked_for_is_no_event);
	return fake_run(suite);
}
