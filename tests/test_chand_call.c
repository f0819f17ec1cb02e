/* SPDX-License-Identifier: MIT */
#include "fake.h"
#include "suite.h"

#include <poll.h>
#include <string.h>
#include <sys/socket.h>

static struct chand *client;
static struct chand_call *call;

static void
open_friend(void)
{
	fake_open();
	client = fake_friend();
}

static void
close_friend(void)
{
	chand_free(client);
	fake_close();
}

/* A call, msgid 1, that is on its way. */
static void
send_one(void)
{
	call = chand_start_send(client, "c", chand_string("v"), CHAND_FOREVER);
	chand_process(client);
	ck_assert_uint_gt(fake_read(), 0);
	fake_forget();
}

static void
expect(enum chand_code code, const char *text)
{
	chand_process(client);
	ck_assert_int_eq(chand_call_code(call), code);
	ck_assert_msg(strstr(chand_call_text(call), text) != NULL,
		      "\"%s\" is not in \"%s\"", text, chand_call_text(call));
}

/* ---- what is sent ---- */

#define BYTES(literal) literal, sizeof(literal) - 1

static const struct sent {
	const char *bytes;
	size_t size;
} sent[] = {
	{ BYTES("\x94\0\1\xa4ping\x90") },
	{ BYTES("\x94\0\1\xa4ping\x91\7") },
	{ BYTES("\x94\0\1\xa4send\x92\241c\xa3\xc3\xbc\n") },
	{ BYTES("\x94\0\1\xa4send\x92\241c\xc4\1\xff") },
	{ BYTES("\x94\0\1\xa4send\x93\241c\xc0\x81\xa7timeout\xcb"
		"\x3f\xf8\0\0\0\0\0\0") },
	{ BYTES("\x94\0\1\xaesend_exception\x93\241c\241E\xa2no") },
	{ BYTES("\x94\0\1\xa4recv\x91\241c") },
	{ BYTES("\x94\0\1\xa4next\x92\241c\x82\xa3"
		"ack\xc3\xa7timeout\xcb\0\0\0\0\0\0\0\0") },
	{ BYTES("\x94\0\1\xa4recv\x92\241c\x83\xa3"
		"ack\xc3\xa4"
		"done\241d\xa5reply\5") },
	{ BYTES("\x94\0\1\xa3"
		"ack\x92\241d\xc0") },
	{ BYTES("\x94\0\1\xa4nack\x91\241d") },
	{ BYTES("\x94\0\1\xa4"
		"fail\x93\241d\241E\xa2no") },
	{ BYTES("\x94\0\1\xa6"
		"extend\x92\241d\xcb\x3f\xf8\0\0\0\0\0\0") },
};

enum { SENT = sizeof sent / sizeof sent[0] };

static struct chand_call *
start_nth(int nth)
{
	switch (nth) {
	case 0:
		return chand_start(client, "ping", chand_nil());
	case 1:
		return chand_start(client, "ping", chand_encoded("\x91\7", 2));
	case 2:
		return chand_start_send(client, "c", chand_string("\xc3\xbc\n"),
					CHAND_FOREVER);
	case 3:
		return chand_start_send(client, "c", chand_bytes("\xff", 1),
					CHAND_FOREVER);
	case 4:
		return chand_start_send(client, "c", chand_nil(), 1500);
	case 5:
		return chand_start_send_exception(client, "c", "E", "no",
						  CHAND_FOREVER);
	case 6:
		return chand_start_recv(client, "c", CHAND_PLAIN,
					CHAND_FOREVER);
	case 7:
		return chand_start_recv(client, "c", CHAND_ACK | CHAND_NEXT, 0);
	case 8:
		return chand_start_done_recv(client, "d",
					     chand_encoded("\5", 1), "c",
					     CHAND_ACK, CHAND_FOREVER);
	case 9:
		return chand_start_ack(client, "d", chand_nil());
	case 10:
		return chand_start_nack(client, "d");
	case 11:
		return chand_start_fail(client, "d", "E", "no");
	default:
		return chand_start_extend(client, "d", 1500);
	}
}

START_TEST(a_call_has_its_bytes)
{
	ck_assert_int_eq(chand_call_code(start_nth(_i)), CHAND_PENDING);
	ck_assert_int_eq(chand_events(client), POLLIN | POLLOUT);
	chand_process(client);
	ck_assert_int_eq(chand_events(client), POLLIN);
	ck_assert_uint_eq(fake_read(), sent[_i].size);
	ck_assert_mem_eq(fake.got, sent[_i].bytes, sent[_i].size);
}
END_TEST

static void
expect_misuse(struct chand_call *misused)
{
	ck_assert_int_eq(chand_call_code(misused), CHAND_MISUSE);
	ck_assert_int_eq(strncmp(chand_call_text(misused), "MISUSE: ", 8), 0);
	ck_assert_str_ne(chand_text(client), "");
	ck_assert_ptr_eq(chand_done(client), misused);
}

START_TEST(wrong_use_is_told_and_sends_nothing)
{
	struct chand_value wrong[] = {
		chand_encoded("\1\2", 2),      chand_encoded("\x92\1", 2),
		chand_encoded("", 0),	       chand_encoded("\xc1", 1),
		chand_binary(NULL, 1),	       { CHAND_STRING, "\xff", 1 },
		{ (enum chand_kind)9, "", 0 },
	};

	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		expect_misuse(
		    chand_start_send(client, "c", wrong[i], CHAND_FOREVER));
	expect_misuse(chand_start_send(client, NULL, chand_nil(), 0));
	expect_misuse(chand_start_send(client, "c", chand_nil(), -2));
	expect_misuse(chand_start_recv(client, "c", 4, CHAND_FOREVER));
	expect_misuse(chand_start_ack(client, NULL, chand_nil()));
	expect_misuse(chand_start_fail(client, "d", NULL, "no"));
	expect_misuse(chand_start_extend(client, "d", 0));
	expect_misuse(chand_start(client, NULL, chand_nil()));
	expect_misuse(chand_start(client, "ping", chand_string("x")));
	expect_misuse(chand_start(client, "ping", chand_encoded("\1", 1)));
	chand_process(client);
	ck_assert_uint_eq(fake_read(), 0);
	ck_assert(chand_is_connected(client));
}
END_TEST

START_TEST(a_call_that_is_too_large_spares_the_others)
{
	static uint8_t large[(1 << 24) + 1];

	call = chand_start_send(client, "c", chand_binary(large, sizeof large),
				CHAND_FOREVER);
	expect(CHAND_TOOBIG, "TOOBIG: ");
	ck_assert_uint_eq(fake_read(), 0);
	ck_assert(chand_is_connected(client));
}
END_TEST

/* ---- what is answered ---- */

START_TEST(an_answer_may_come_in_any_pieces)
{
	static const char answer[] = "\x94\1\1\xc0\x93\xa1v\xa3"
				     "d-1\2";
	struct chand_value value;

	call = chand_start_recv(client, "c", CHAND_ACK, CHAND_FOREVER);
	for (size_t i = 0; i < sizeof answer - 1; i++) {
		expect(CHAND_PENDING, "");
		fake_say(answer + i, 1);
	}
	expect(CHAND_OK, "");
	value = chand_call_value(call);
	ck_assert_int_eq(value.kind, CHAND_STRING);
	ck_assert_uint_eq(value.size, 1);
	ck_assert_mem_eq(value.data, "v", 1);
	ck_assert_str_eq(chand_call_delivery(call), "d-1");
	ck_assert_uint_eq(chand_call_attempt(call), 2);
}
END_TEST

START_TEST(a_sender_is_told_to_who_asks_for_it)
{
	call = chand_start_recv(client, "c", CHAND_ACK | CHAND_PEER,
				CHAND_FOREVER);
	chand_process(client);
	FAKE_SAY("\x94\1\1\xc0\x94\xa1v\xa3"
		 "d-1\1\xa7[::1]:5");
	expect(CHAND_OK, "");
	ck_assert_str_eq(chand_call_peer(call), "[::1]:5");
	ck_assert_str_eq(chand_call_delivery(call), "d-1");
	chand_call_free(call);
	call = chand_start_recv(client, "c", CHAND_ACK | CHAND_PEER,
				CHAND_FOREVER);
	chand_process(client);
	FAKE_SAY("\x94\1\2\xc0\x94\xa1v\xa3"
		 "d-2\1\xc0");
	expect(CHAND_OK, "");
	ck_assert_ptr_null(chand_call_peer(call));
	chand_call_free(call);
	call = chand_start_recv(client, "c", CHAND_PEER, CHAND_FOREVER);
	expect(CHAND_MISUSE, "CHAND_PEER needs CHAND_ACK");
}
END_TEST

START_TEST(each_kind_of_value_is_told)
{
	static const struct {
		const char *answer;
		size_t size;
		enum chand_kind kind;
		const char *data;
		size_t length;
	} kinds[] = {
		{ BYTES("\x94\1\1\xc0\xc0"), CHAND_NIL, NULL, 0 },
		{ BYTES("\x94\1\1\xc0\xa2ok"), CHAND_STRING, BYTES("ok") },
		{ BYTES("\x94\1\1\xc0\xc4\1\xff"), CHAND_BINARY,
		  BYTES("\xff") },
		{ BYTES("\x94\1\1\xc0\x91\1"), CHAND_ENCODED, BYTES("\x91\1") },
	};
	struct chand_value value;

	send_one();
	fake_say(kinds[_i].answer, kinds[_i].size);
	expect(CHAND_OK, "");
	value = chand_call_value(call);
	ck_assert_int_eq(value.kind, kinds[_i].kind);
	ck_assert_uint_eq(value.size, kinds[_i].length);
	if (value.size > 0)
		ck_assert_mem_eq(value.data, kinds[_i].data, value.size);
}
END_TEST

START_TEST(each_code_of_the_wire_is_told)
{
	const char *name = chand_code_name((enum chand_code)_i);
	char answer[64] = "\x94\1\1\x93";
	size_t size = 4, length = strlen(name);

	send_one();
	answer[size++] = (char)(0xa0 | length);
	memcpy(answer + size, name, length);
	memcpy(answer + size + length, "\xa3why\x91\1\xc0", 8);
	fake_say(answer, size + length + 7);
	expect((enum chand_code)_i, ": why");
	ck_assert_int_eq(strncmp(chand_call_text(call), name, length), 0);
	ck_assert_uint_eq(chand_call_data(call).size, 2);
}
END_TEST

START_TEST(errors_that_are_strings_are_understood)
{
	send_one();
	FAKE_SAY("\x94\1\1\xa9RAISED: x\xc0");
	expect(CHAND_RAISED, "RAISED: x");
	send_one();
	FAKE_SAY("\x94\1\2\xa7TIMEOUT\xc0");
	expect(CHAND_TIMEOUT, "TIMEOUT: the time ran out");
	send_one();
	FAKE_SAY("\x94\1\3\xa8NEWER: x\xc0");
	expect(CHAND_OTHER, "NEWER: x");
}
END_TEST

START_TEST(answers_come_to_their_calls_in_any_order)
{
	struct chand_call *first, *second;

	first = chand_start_recv(client, "a", 0, CHAND_FOREVER);
	second = chand_start_recv(client, "b", 0, CHAND_FOREVER);
	chand_process(client);
	FAKE_SAY("\x94\1\2\xc0\xa1"
		 "b\x94\1\1\xc0\xa1"
		 "a");
	chand_process(client);
	ck_assert_ptr_eq(chand_done(client), second);
	ck_assert_ptr_eq(chand_done(client), first);
	ck_assert_ptr_null(chand_done(client));
	ck_assert_mem_eq(chand_call_value(first).data, "a", 1);
}
END_TEST

START_TEST(a_call_that_was_freed_goes_on_by_itself)
{
	send_one();
	chand_call_free(call);
	FAKE_SAY("\x94\1\1\xc0\xc0");
	chand_process(client);
	ck_assert(chand_is_connected(client));
	ck_assert_ptr_null(chand_done(client));
}
END_TEST

static const struct wrong {
	const char *bytes;
	size_t size;
} gibberish[] = {
	{ BYTES("HTTP/1.1 400 Bad Request\r\n") },
	{ BYTES("\xc1") },
	{ BYTES("\x94\1\2\xc0\xc0") },		 /* to something else */
	{ BYTES("\x94\0\1\xa1x\x90") },		 /* a request */
	{ BYTES("\x94\1\1\x92\xa1x\xa1y\xc0") }, /* an odd error */
};

START_TEST(who_is_no_chand_is_left)
{
	send_one();
	fake_say(gibberish[_i].bytes, gibberish[_i].size);
	expect(CHAND_GIBBERISH, "not a chand at unix://");
	ck_assert_int_eq(chand_fd(client), -1);
}
END_TEST

START_TEST(a_delivery_of_another_shape_is_none)
{
	call = chand_start_recv(client, "c", CHAND_ACK, CHAND_FOREVER);
	chand_process(client);
	FAKE_SAY("\x94\1\1\xc0\xa1v");
	expect(CHAND_GIBBERISH, "another shape");
}
END_TEST

START_TEST(events_are_kept_until_they_are_taken)
{
	for (int i = 0; i < 1002; i++) {
		FAKE_SAY("\x93\2\xad"
			 "channel.event\x91\7");
		chand_process(client);
	}
	for (int i = 0; i < 1000; i++)
		ck_assert_mem_eq(chand_event(client).data, "\x91\7", 2);
	ck_assert_int_eq(chand_event(client).kind, CHAND_NIL);
	ck_assert_uint_eq(chand_lost_events(client), 2);
}
END_TEST

/* ---- withdrawing ---- */

START_TEST(withdrawing_sends_nothing_more)
{
	char byte;

	call = chand_start_send(client, "c", chand_nil(), CHAND_FOREVER);
	chand_withdraw(client);
	expect(CHAND_KILLED, "before it was sent");
	ck_assert_int_eq(recv(fake.peer, &byte, 1, 0), 0);
	expect_misuse((chand_done(client),
		       chand_start_send(client, "c", chand_nil(), 0)));
}
END_TEST

START_TEST(who_withdraws_still_hears_what_came_of_it)
{
	char byte;

	send_one();
	chand_withdraw(client);
	ck_assert_int_eq(recv(fake.peer, &byte, 1, 0), 0);
	FAKE_SAY("\x94\1\1\xc0\xc0");
	expect(CHAND_OK, "");
	fake_hang_up();
	chand_process(client);
	ck_assert_int_eq(chand_fd(client), -1);
}
END_TEST

START_TEST(one_call_alone_can_be_cancelled)
{
	send_one();
	ck_assert_int_eq(chand_cancel(call), CHAND_MISUSE);
	chand_disconnect(client);
	ck_assert_int_eq(chand_call_code(call), CHAND_UNKNOWN);
	chand_set_concurrent(client, true);
	chand_start_connect(client);
	fake_greet(client);
	send_one();
	ck_assert_int_eq(chand_cancel(call), CHAND_OK);
	chand_process(client);
	ck_assert_uint_eq(fake_read(), 12);
	ck_assert_mem_eq(fake.got,
			 "\x94\0\3\xa6"
			 "cancel\x91\2",
			 12);
	FAKE_SAY("\x94\1\2\xa6KILLED\xc0\x94\1\3\xc0\xc3");
	expect(CHAND_KILLED, "KILLED");
	call = chand_start_send(client, "c", chand_nil(), CHAND_FOREVER);
	ck_assert_int_eq(chand_cancel(call), CHAND_OK);
	expect(CHAND_KILLED, "before it was sent");
}
END_TEST

/* ---- blocking ---- */

static void
answer_ok(void)
{
	fake_read();
	FAKE_SAY("\x94\1\1\xc0\xa5reply");
}

START_TEST(a_blocking_call_waits_for_its_answer)
{
	fake_turn = answer_ok;
	ck_assert_int_eq(
	    chand_request(client, "c", chand_string("v"), CHAND_FOREVER, &call),
	    CHAND_OK);
	ck_assert_str_eq(chand_text(client), "");
	ck_assert_uint_eq(chand_call_value(call).size, 5);
	ck_assert_ptr_null(chand_done(client));
	fake_turn = fake_hang_up;
	ck_assert_int_eq(chand_send(client, "c", chand_nil(), CHAND_FOREVER),
			 CHAND_UNKNOWN);
	ck_assert_ptr_nonnull(strstr(chand_text(client), "UNKNOWN: lost"));
	ck_assert_int_eq(chand_wait(NULL), CHAND_NOMEMORY);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("chand call");
	TCase *tcase = suite_case(suite, "sent", open_friend, close_friend);

	tcase_add_loop_test(tcase, a_call_has_its_bytes, 0, SENT);
	tcase_add_test(tcase, wrong_use_is_told_and_sends_nothing);
	tcase_add_test(tcase, a_call_that_is_too_large_spares_the_others);
	tcase = suite_case(suite, "answered", open_friend, close_friend);
	tcase_add_test(tcase, an_answer_may_come_in_any_pieces);
	tcase_add_test(tcase, a_sender_is_told_to_who_asks_for_it);
	tcase_add_loop_test(tcase, each_kind_of_value_is_told, 0, 4);
	tcase_add_loop_test(tcase, each_code_of_the_wire_is_told, 1,
			    CHAND_INTERNAL + 1);
	tcase_add_test(tcase, errors_that_are_strings_are_understood);
	tcase_add_test(tcase, answers_come_to_their_calls_in_any_order);
	tcase_add_test(tcase, a_call_that_was_freed_goes_on_by_itself);
	tcase_add_loop_test(tcase, who_is_no_chand_is_left, 0, 5);
	tcase_add_test(tcase, a_delivery_of_another_shape_is_none);
	tcase_add_test(tcase, events_are_kept_until_they_are_taken);
	tcase = suite_case(suite, "withdrawn", open_friend, close_friend);
	tcase_add_test(tcase, withdrawing_sends_nothing_more);
	tcase_add_test(tcase, who_withdraws_still_hears_what_came_of_it);
	tcase_add_test(tcase, one_call_alone_can_be_cancelled);
	tcase = suite_case(suite, "blocking", open_friend, close_friend);
	tcase_add_test(tcase, a_blocking_call_waits_for_its_answer);
	return fake_run(suite);
}
