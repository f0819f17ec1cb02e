/* SPDX-License-Identifier: MIT */
#include "fake.h"
#include "faults.h"
#include "suite.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

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
start(int64_t timeout)
{
	call = chand_start_send(client, "c", chand_string("v"), timeout);
}

static void
expect(enum chand_code code, const char *text)
{
	ck_assert_int_eq(chand_call_code(call), code);
	ck_assert_msg(strstr(chand_call_text(call), text) != NULL,
		      "\"%s\" is not in \"%s\"", text, chand_call_text(call));
}

/* ---- lost ---- */

START_TEST(nobody_there_is_definite)
{
	chand_set_url(client, "unix:///nonexistent/chand.sock");
	start(CHAND_FOREVER);
	expect(CHAND_UNREACHABLE, "No such file");
	ck_assert_int_eq(chand_connect(client), CHAND_UNREACHABLE);
}
END_TEST

START_TEST(nothing_is_sent_to_who_has_not_said_hello)
{
	start(CHAND_FOREVER);
	chand_process(client);
	ck_assert(fake_accept());
	chand_process(client);
	fake_read();
	ck_assert_ptr_null(memmem(fake.got, fake.size, "send", 4));
	fake_hang_up();
	chand_process(client);
	expect(CHAND_UNREACHABLE, "hung up");
}
END_TEST

START_TEST(who_does_not_let_us_in_tells_all_calls_why)
{
	start(CHAND_FOREVER);
	chand_process(client);
	ck_assert(fake_accept());
	chand_process(client);
	FAKE_SAY("\x94\1\0\xa6"
		 "DENIED\xc0");
	chand_process(client);
	expect(CHAND_DENIED, "DENIED");
	ck_assert_int_eq(chand_fd(client), -1);
}
END_TEST

START_TEST(lost_on_the_way_is_unknown)
{
	start(CHAND_FOREVER);
	fake_greet(client);
	chand_process(client);
	fake_hang_up();
	chand_process(client);
	expect(CHAND_UNKNOWN, "UNKNOWN: lost the connection to unix://");
	ck_assert_int_eq(chand_fd(client), -1);
}
END_TEST

START_TEST(lost_half_sent_is_definite)
{
	static char large[1 << 23];

	chand_start_connect(client);
	fake_greet(client);
	call = chand_start_send(client, "c", chand_binary(large, sizeof large),
				CHAND_FOREVER);
	chand_process(client);
	ck_assert_int_eq(chand_events(client), POLLIN | POLLOUT);
	fake_hang_up();
	chand_process(client);
	expect(CHAND_UNREACHABLE, "lost the connection");
}
END_TEST

START_TEST(who_reads_no_more_may_have_said_why)
{
	static char large[1 << 23];

	chand_start_connect(client);
	fake_greet(client);
	call = chand_start_send(client, "c", chand_binary(large, sizeof large),
				CHAND_FOREVER);
	chand_process(client);
	FAKE_SAY("\x94\1\1\xa6TOOBIG\xc0");
	shutdown(fake.peer, SHUT_RD);
	chand_process(client);
	expect(CHAND_TOOBIG, "TOOBIG");
	start(CHAND_FOREVER);
	chand_process(client);
	fake_hang_up();
	chand_process(client);
	expect(CHAND_UNREACHABLE, "lost");
}
END_TEST

START_TEST(a_full_queue_of_the_daemon_is_waited_for)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int other = socket(AF_UNIX, SOCK_STREAM, 0);

	strcpy(address.sun_path, fake.url + 7);
	ck_assert_int_eq(
	    connect(other, (struct sockaddr *)&address, sizeof address), 0);
	start(CHAND_FOREVER);
	ck_assert_int_eq(chand_fd(client), -1);
	ck_assert_int_eq(chand_deadline(client), 20);
	ck_assert(fake_accept());
	fake.now += 20;
	fake_greet(client);
	close(other);
}
END_TEST

/* ---- time ---- */

START_TEST(silence_at_the_beginning_ends)
{
	chand_set_connect_timeout(client, 300);
	ck_assert_int_eq(chand_connect(client), CHAND_UNREACHABLE);
	ck_assert_int_eq(fake.now, 1300);
	ck_assert_ptr_nonnull(strstr(chand_text(client), "does not answer"));
}
END_TEST

START_TEST(a_timeout_holds_before_there_is_a_connection)
{
	chand_set_reconnect(client, 1000, 1000);
	chand_set_url(client, "unix:///nonexistent/chand.sock");
	fake.random = 1000;
	start(50);
	ck_assert_int_eq(chand_wait(call), CHAND_UNREACHABLE);
	ck_assert_int_eq(fake.now, 1050);
}
END_TEST

START_TEST(a_daemon_that_outlives_a_timeout_in_silence_is_lost)
{
	start(100);
	fake_greet(client);
	chand_process(client);
	ck_assert_int_eq(chand_wait(call), CHAND_UNKNOWN);
	ck_assert_int_eq(fake.now, 1000 + 100 + 5000);
}
END_TEST

START_TEST(patience_is_counted_from_a_calls_turn)
{
	struct chand_call *first;

	chand_start_connect(client);
	fake_greet(client);
	first = chand_start_recv(client, "c", 0, CHAND_FOREVER);
	start(100);
	chand_process(client);
	ck_assert_int_eq(chand_deadline(client), 100); /* looks, and goes on */
	fake.now += 100000;
	chand_process(client);
	ck_assert_int_eq(chand_call_code(call), CHAND_PENDING);
	FAKE_SAY("\x94\1\1\xc0\xc0");
	chand_process(client);
	ck_assert_int_eq(chand_call_code(first), CHAND_OK);
	ck_assert_int_eq(chand_wait(call), CHAND_UNKNOWN);
	ck_assert_int_eq(fake.now, 1000 + 100000 + 5100);
}
END_TEST

START_TEST(patience_can_be_given)
{
	call = chand_start(client, "ping", chand_nil());
	ck_assert_int_eq(chand_call_set_patience(call, -2), CHAND_MISUSE);
	ck_assert_int_eq(chand_call_set_patience(call, 70), CHAND_OK);
	fake_greet(client);
	ck_assert_int_eq(chand_wait(call), CHAND_UNKNOWN);
	ck_assert_int_eq(fake.now, 1070);
}
END_TEST

/* Each begins with the first write, and the shortest ends them all. */
START_TEST(concurrent_calls_have_patience_each)
{
	struct chand_call *calls[3];

	chand_set_concurrent(client, true);
	chand_start_connect(client);
	fake_greet(client);
	for (int i = 0; i < 3; i++) {
		calls[i] = chand_start(client, "ping", chand_nil());
		ck_assert_int_eq(
		    chand_call_set_patience(calls[i], 300 - 100 * i), CHAND_OK);
	}
	chand_process(client);
	ck_assert_int_eq(chand_deadline(client), 100);
	FAKE_SAY("\x94\1\3\xc0\xc0");
	chand_process(client);
	ck_assert_int_eq(chand_call_code(calls[2]), CHAND_OK);
	fake.now += 150;
	chand_process(client);
	ck_assert_int_eq(chand_call_code(calls[1]), CHAND_PENDING);
	ck_assert_int_eq(chand_call_set_patience(calls[1], CHAND_FOREVER),
			 CHAND_OK);
	ck_assert_int_eq(chand_wait(calls[0]), CHAND_UNKNOWN);
	ck_assert_int_eq(fake.now, 1300);
	ck_assert_int_eq(chand_call_code(calls[1]), CHAND_UNKNOWN);
}
END_TEST

START_TEST(patience_that_is_taken_back_ends_nothing)
{
	chand_set_concurrent(client, true);
	start(100);
	fake_greet(client);
	chand_process(client);
	chand_call_set_patience(call, CHAND_FOREVER);
	fake.now += 1000000;
	chand_process(client);
	ck_assert_int_eq(chand_call_code(call), CHAND_PENDING);
	ck_assert_int_eq(chand_deadline(client), CHAND_FOREVER);
}
END_TEST

/* ---- connecting again ---- */

/* How long it pauses, with that much of luck. */
static int64_t
pause_of(uint64_t random)
{
	int64_t begin = fake.now;

	fake.random = random;
	while (chand_connect(client) == CHAND_OK)
		ck_abort();
	return fake.now - begin;
}

START_TEST(the_pause_is_never_longer_than_its_span)
{
	chand_set_reconnect(client, 10, 100);
	chand_set_url(client, "unix:///nonexistent/chand.sock");
	ck_assert_int_eq(pause_of(10), 0);   /* at once; then 10 of 10 */
	ck_assert_int_eq(pause_of(20), 10);  /* then 20 of 20 */
	ck_assert_int_eq(pause_of(41), 20);  /* then 0 of 40 */
	ck_assert_int_eq(pause_of(80), 0);   /* then 80 of 80 */
	ck_assert_int_eq(pause_of(100), 80); /* then 100 of 100 */
	ck_assert_int_eq(pause_of(50), 100); /* then 50 of 100 */
	ck_assert_int_eq(pause_of(201), 50); /* then 100 of 100 */
	ck_assert_int_eq(pause_of(0), 100);
}
END_TEST

START_TEST(what_was_on_its_way_is_not_repeated_and_what_waits_is_sent)
{
	struct chand_call *flying;

	chand_set_reconnect(client, 10, 100);
	start(CHAND_FOREVER);
	flying = call;
	fake_greet(client);
	chand_process(client);
	fake_hang_up();
	chand_process(client);
	ck_assert_int_eq(chand_call_code(flying), CHAND_UNKNOWN);
	start(CHAND_FOREVER);
	ck_assert_int_eq(chand_call_code(call), CHAND_PENDING);
	fake.now += 10;
	fake_greet(client);
	ck_assert_uint_eq(fake_read(), 13);
	ck_assert_int_eq(fake.got[2], 2); /* its msgid: the second call's */
	FAKE_SAY("\x94\1\2\xc0\xc0");
	chand_process(client);
	expect(CHAND_OK, "");
}
END_TEST

START_TEST(it_does_not_connect_again_unasked)
{
	start(CHAND_FOREVER);
	fake_greet(client);
	fake_hang_up();
	chand_process(client);
	ck_assert_int_eq(chand_deadline(client), CHAND_FOREVER);
	fake.now += 1000000;
	chand_process(client);
	ck_assert(!fake_accept());
}
END_TEST

START_TEST(what_time_does_not_heal_is_not_tried_again)
{
	chand_set_reconnect(client, 10, 100);
	start(CHAND_FOREVER);
	chand_process(client);
	ck_assert(fake_accept());
	chand_process(client);
	FAKE_SAY("\x94\1\0\xa6"
		 "DENIED\xc0");
	chand_process(client);
	expect(CHAND_DENIED, "DENIED");
	ck_assert_int_eq(chand_deadline(client), CHAND_FOREVER);
}
END_TEST

/* ---- settings ---- */

START_TEST(settings_are_judged_at_once)
{
	ck_assert_int_eq(chand_set_url(client, "tsp://x"), CHAND_MISUSE);
	ck_assert_ptr_nonnull(strstr(chand_text(client), "tsp://x"));
	ck_assert_int_eq(chand_set_name(client, ""), CHAND_MISUSE);
	ck_assert_int_eq(chand_set_name(client, "a\nb"), CHAND_MISUSE);
	ck_assert_int_eq(chand_set_token(client, "\xff"), CHAND_MISUSE);
	ck_assert_int_eq(chand_set_connect_timeout(client, 0), CHAND_MISUSE);
	ck_assert_int_eq(chand_set_reconnect(client, 2, 1), CHAND_MISUSE);
	ck_assert_int_eq(chand_set_reconnect(client, -1, 1), CHAND_MISUSE);
	ck_assert_int_eq(chand_set_reconnect(client, 1, 86400001),
			 CHAND_MISUSE);
}
END_TEST

START_TEST(hello_says_who_we_are)
{
	static const char said[] = "\x94\0\0\xa5hello\x91\x84\xa6"
				   "errors\xa5"
				   "array\xa4name\xa1n\xa5token\xa1t\xaa"
				   "concurrent\xc3";

	chand_set_name(client, "n");
	chand_set_token(client, "t");
	chand_set_concurrent(client, true);
	chand_start_connect(client);
	chand_process(client);
	ck_assert(fake_accept());
	chand_process(client);
	ck_assert_uint_eq(fake_read(), sizeof said - 1);
	ck_assert_mem_eq(fake.got, said, sizeof said - 1);
}
END_TEST

/* ---- no memory ---- */

/* Serves whoever comes, until nobody waits; counts what was asked. */
static unsigned asked;

static void
serve(void)
{
	fake_accept();
	if (fake.peer < 0 || fake_read() == 0)
		return;
	if (memmem(fake.got, fake.size, "hello", 5) != NULL)
		FAKE_SAY("\x94\1\0\xc0\x81\xa6limits\x81\xa7message\xce\1\0"
			 "\0\0");
	else
		asked++;
	if (memmem(fake.got, fake.size, "recv", 4) != NULL)
		FAKE_SAY("\x94\1\1\xc0\x93\xa1v\xa1"
			 "d\1");
	fake_forget();
}

/* What was told must be what happened. */
static int
judge(enum chand_code code)
{
	switch (code) {
	case CHAND_OK:
		return asked == 1 ? 0 : -EBADE;
	case CHAND_UNKNOWN:
		return asked == 1 ? -ENOMEM : -EBADE;
	case CHAND_UNREACHABLE:
	case CHAND_NOMEMORY:
		return asked == 0 ? -ENOMEM : -EBADE;
	default:
		return -EBADE;
	}
}

static int
receive_one(void)
{
	struct chand *one = chand_new();
	struct chand_call *received = NULL;
	enum chand_code code = CHAND_NOMEMORY;

	asked = 0;
	fake_turn = serve;
	if (one != NULL && chand_set_url(one, fake.url) == CHAND_OK &&
	    chand_set_name(one, "n") == CHAND_OK)
		code =
		    chand_recv(one, "c", CHAND_ACK, CHAND_FOREVER, &received);
	chand_call_free(received);
	chand_free(one);
	while (fake_accept()) /* whoever has left before */
		continue;
	fake_hang_up();
	return judge(code);
}

START_TEST(no_memory_loses_no_call_and_repeats_none)
{
	ck_assert_uint_gt(faults_try_all(receive_one), 5);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("chand connection");
	TCase *tcase = suite_case(suite, "lost", open_client, close_client);

	tcase_add_test(tcase, nobody_there_is_definite);
	tcase_add_test(tcase, nothing_is_sent_to_who_has_not_said_hello);
	tcase_add_test(tcase, who_does_not_let_us_in_tells_all_calls_why);
	tcase_add_test(tcase, lost_on_the_way_is_unknown);
	tcase_add_test(tcase, lost_half_sent_is_definite);
	tcase_add_test(tcase, who_reads_no_more_may_have_said_why);
	tcase_add_test(tcase, a_full_queue_of_the_daemon_is_waited_for);
	tcase = suite_case(suite, "time", open_client, close_client);
	tcase_add_test(tcase, silence_at_the_beginning_ends);
	tcase_add_test(tcase, a_timeout_holds_before_there_is_a_connection);
	tcase_add_test(tcase,
		       a_daemon_that_outlives_a_timeout_in_silence_is_lost);
	tcase_add_test(tcase, patience_is_counted_from_a_calls_turn);
	tcase_add_test(tcase, patience_can_be_given);
	tcase_add_test(tcase, concurrent_calls_have_patience_each);
	tcase_add_test(tcase, patience_that_is_taken_back_ends_nothing);
	tcase = suite_case(suite, "again", open_client, close_client);
	tcase_add_test(tcase, the_pause_is_never_longer_than_its_span);
	tcase_add_test(
	    tcase, what_was_on_its_way_is_not_repeated_and_what_waits_is_sent);
	tcase_add_test(tcase, it_does_not_connect_again_unasked);
	tcase_add_test(tcase, what_time_does_not_heal_is_not_tried_again);
	tcase = suite_case(suite, "settings", open_client, close_client);
	tcase_add_test(tcase, settings_are_judged_at_once);
	tcase_add_test(tcase, hello_says_who_we_are);
	tcase = suite_case(suite, "memory", fake_open, fake_close);
	tcase_add_test(tcase, no_memory_loses_no_call_and_repeats_none);
	return fake_run(suite);
}
