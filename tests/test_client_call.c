/* SPDX-License-Identifier: MIT */
#include "client/call.h"

#include "suite.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MS INT64_C(1000000)

/* A daemon that has already answered when the request comes. */
static struct {
	int ours;
	int daemon;
	struct reply reply;
} pair;

static void
open_pair(void)
{
	int fds[2];

	ck_assert_int_eq(
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
	pair.ours = fds[0];
	pair.daemon = fds[1];
}

static void
close_pair(void)
{
	reply_fini(&pair.reply);
	close(pair.ours);
	close(pair.daemon);
}

static void
answer(const char *bytes, size_t size)
{
	ck_assert_int_eq(write(pair.daemon, bytes, size), (ssize_t)size);
}

static int
call(int64_t patience)
{
	static const char request[] = "\x94\0\1\xa4ping\x90";

	return call_run(pair.ours, request, sizeof request - 1, patience,
			&pair.reply);
}

START_TEST(a_reply_is_read_to_its_end)
{
	answer("\x94\1\1\xc0\xa3yes", 8);
	ck_assert_int_eq(call(INT64_MAX), 0);
	ck_assert_uint_eq(pair.reply.frame.result.size, 4);
	ck_assert_mem_eq(pair.reply.frame.result.data, "\xa3yes", 4);
}
END_TEST

START_TEST(half_a_reply_is_a_lost_connection)
{
	answer("\x94\1\1\xc0\xa3y", 6);
	shutdown(pair.daemon, SHUT_WR);
	ck_assert_int_eq(call(INT64_MAX), -ECONNRESET);
	ck_assert_uint_eq(pair.reply.sent, 9);
}
END_TEST

START_TEST(a_reply_to_another_call_is_refused)
{
	answer("\x94\1\2\xc0\xc0", 5);
	ck_assert_int_eq(call(INT64_MAX), -ENOMSG);
	ck_assert(call_was_gibberish(-ENOMSG));
}
END_TEST

START_TEST(a_notification_is_refused)
{
	answer("\x93\2\xa1x\x90", 5);
	ck_assert_int_eq(call(INT64_MAX), -ENOMSG);
}
END_TEST

START_TEST(what_is_no_message_is_refused)
{
	int r;

	answer("HTTP/1.1 400 Bad Request\r\n", 26);
	r = call(INT64_MAX);
	ck_assert_int_eq(r, -EPROTO);
	ck_assert(call_was_gibberish(r));
}
END_TEST

START_TEST(silence_ends_with_our_patience)
{
	ck_assert_int_eq(call(1 * MS), -ETIMEDOUT);
	ck_assert(!call_was_gibberish(-ETIMEDOUT));
}
END_TEST

START_TEST(a_reply_is_read_though_the_daemon_reads_no_more)
{
	answer("\x94\1\1\xa6TOOBIG\xc0", 11);
	close(pair.daemon);
	pair.daemon = -1;
	ck_assert_int_eq(call(INT64_MAX), 0);
	ck_assert_uint_eq(pair.reply.sent, 0);
}
END_TEST

static void
block_and_raise(int number)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, number);
	sigprocmask(SIG_BLOCK, &set, NULL);
	raise(number);
}

START_TEST(a_signal_before_the_first_byte_sends_nothing)
{
	char byte;

	block_and_raise(SIGTERM);
	ck_assert_int_eq(call(INT64_MAX), -ECANCELED);
	ck_assert_int_eq(pair.reply.signal, SIGTERM);
	ck_assert_int_eq(read(pair.daemon, &byte, 1), 0);
}
END_TEST

START_TEST(an_ignored_signal_stays_ignored)
{
	signal(SIGINT, SIG_IGN);
	block_and_raise(SIGINT);
	answer("\x94\1\1\xc0\xc0", 5);
	ck_assert_int_eq(call(INT64_MAX), 0);
	ck_assert_int_eq(pair.reply.signal, 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("client call");
	TCase *reply = tcase_create("reply");
	TCase *signals = tcase_create("signals");

	suite_add_tcase(suite, reply);
	suite_add_tcase(suite, signals);
	tcase_add_checked_fixture(reply, open_pair, close_pair);
	tcase_add_checked_fixture(signals, open_pair, close_pair);
	tcase_add_test(reply, a_reply_is_read_to_its_end);
	tcase_add_test(reply, half_a_reply_is_a_lost_connection);
	tcase_add_test(reply, a_reply_to_another_call_is_refused);
	tcase_add_test(reply, a_notification_is_refused);
	tcase_add_test(reply, what_is_no_message_is_refused);
	tcase_add_test(reply, silence_ends_with_our_patience);
	tcase_add_test(reply, a_reply_is_read_though_the_daemon_reads_no_more);
	tcase_add_test(signals, a_signal_before_the_first_byte_sends_nothing);
	tcase_add_test(signals, an_ignored_signal_stays_ignored);
	return suite_run(suite);
}
