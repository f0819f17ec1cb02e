/* SPDX-License-Identifier: MIT */
#include "rpc/dispatch.h"

#include "caller.h"
#include "faults.h"
#include "suite.h"
#include "task/sched.h"

#include <errno.h>

/* Whole frames, so that a scenario needs no memory of the suite's. */
static struct frame
frame(const char *bytes, size_t size)
{
	struct frame frame;
	struct frame_scan scan;

	frame_scan_init(&scan, LIMIT_MESSAGE);
	if (frame_more(&scan, bytes, size, &frame) != 1)
		abort();
	return frame;
}

#define FRAME(bytes) frame(bytes, sizeof(bytes) - 1)

static struct ask first, second;

/* What was answered, without a look at its parts. */
static size_t
answer(struct ask *call, char *bytes, size_t room)
{
	struct iovec vector;
	size_t size = 0;

	if (outbox_vectors(&call->out, &vector, 1) == 1) {
		size = vector.iov_len < room ? vector.iov_len : room;
		memcpy(bytes, vector.iov_base, size);
	}
	return size;
}

/*
 * 0: it succeeded, or would have had to wait; -ENOMEM: it could not be
 * answered, or says that there was no memory; -EPROTO: it was answered anything
 * else.
 */
static int
outcome(struct ask *call)
{
	char bytes[100] = "";
	size_t size = answer(call, bytes, sizeof bytes);

	if (call->r == -ENOMEM)
		return size == 0 ? -ENOMEM : -EPROTO;
	if (call->r != 0 || size < 4 || memcmp(bytes, "\x94\x01\x07", 3) != 0)
		return -EPROTO;
	if ((uint8_t)bytes[3] == 0xc0)
		return 0;
	if (memmem(bytes, size, "WOULDBLOCK: ", 12) != NULL)
		return 0;
	return memmem(bytes, size, "LIMIT: ", 7) != NULL &&
		       memmem(bytes, size, "out of memory", 13) != NULL
		   ? -ENOMEM
		   : -EPROTO;
}

static int
run_one(const struct frame *wanted)
{
	int r = caller_open(10);

	if (r == 0) {
		r = ask_frame(&first, wanted);
		sched_run();
		if (r == 0)
			r = outcome(&first);
		outbox_fini(&first.out);
	}
	caller_close();
	return r;
}

static struct frame wanted;

static int
run_wanted(void)
{
	return run_one(&wanted);
}

static const struct {
	const char *bytes;
	size_t size;
} calls[] = {
#define CALL(bytes)                                                            \
	{                                                                      \
		bytes, sizeof(bytes) - 1                                       \
	}
	CALL("\x94\0\7\xa4ping\x90"),
	CALL("\x94\0\7\xa4ping\x91\5"),
	CALL("\x94\0\7\xa5hello\x90"),
	CALL("\x94\0\7\xac"
	     "channel.open\x91\xa1"
	     "c"),
	CALL("\x94\0\7\xad"
	     "channel.close\x91\xa1"
	     "c"),
	CALL("\x94\0\7\xac"
	     "channel.list\x90"),
	CALL("\x94\0\7\xa9task.list\x90"),
	CALL("\x94\0\7\xa9task.self\x90"),
	CALL("\x94\0\7\xabserver.info\x90"),
	CALL("\x94\x00\x07\xa5hello\x91\x82\xa4name\xa1n\xa6"
	     "errors\xa6string"),
	CALL("\x94\x00\x07\xadsend_sequence\x93\xa1"
	     "c\x92\x01\x02\x81\xa7timeout\x00"),
	CALL("\x94\x00\x07\xaesend_exception\x94\xa1"
	     "c\xa1T\xa1m\x81\xa7timeout\x00"),
	CALL("\x94\x00\x07\xa6select\x92\x92\x92\xa4recv\xa1"
	     "c\x93\xa4send\xa1"
	     "d\x01\x81\xa7timeout\x00"),
	CALL("\x94\x00\x07\xa9"
	     "broadcast\x92\xa1"
	     "c\x01"),
	CALL("\x94\x00\x07\xa6"
	     "atomic\x91\x96\x92\xac"
	     "channel.open\x92\xa1"
	     "c\x81\xa8"
	     "capacity\x02\x92\xa4send\x92\xa1"
	     "c\x01\x92\xadsend_sequence\x92\xa1"
	     "c\x91\x02\x92\xa4recv\x91\xa1"
	     "c\x92\xa9"
	     "broadcast\x92\xa1"
	     "d\x01\x92\xad"
	     "channel.close\x92\xa1"
	     "d\x81\xa4wake\xc3"),
	CALL("\x94\x00\x07\xad"
	     "channel.clear\x91\xa1"
	     "c"),
	CALL("\x94\x00\x07\xad"
	     "channel.watch\x91\xa1*"),
	CALL("\x94\x00\x07\xa4recv\x92\xa1"
	     "c\x82\xa3"
	     "ack\xc3\xa7timeout\x00"),
	CALL("\x94\x00\x07\xaatask.spawn\x92\xa4ping\x90"),
	CALL("\x94\x00\x07\xacserver.stats\x90"),
};

enum { CALLS = sizeof calls / sizeof calls[0] };

START_TEST(a_call_fails_cleanly_whatever_fails)
{
	wanted = frame(calls[_i].bytes, calls[_i].size);
	ck_assert_uint_gt(faults_try_all(run_wanted), 3);
}
END_TEST

/*
 * A rendezvous: both succeed or both fail; only that an answer is lost may
 * come between. An error reply would say that the value was not delivered.
 */
static int
judge_both(void)
{
	int sent = outcome(&second), received = outcome(&first);
	bool is_lost = second.r == -ENOMEM;

	if (sent == -EPROTO || received == -EPROTO)
		return -EPROTO;
	if (received == 0 && sent != 0 && !is_lost)
		return -EBADE;
	return sent != 0 ? sent : received;
}

/* One that was never met is withdrawn; then it has failed for nothing. */
static void
withdraw(struct ask *call, bool is_begun)
{
	if (!is_begun || call->is_done)
		return;
	task_cancel(call->client.worker.task);
	sched_run();
	outbox_fini(&call->out);
	call->r = -ENOMEM;
}

static int
meet(void)
{
	static struct frame receive, send;
	int r = caller_open(10);
	bool receives = false, sends = false;

	receive = FRAME("\x94\0\7\xa4recv\x91\xa1"
			"c");
	send = FRAME("\x94\0\7\xa4send\x92\xa1"
		     "c\5");
	if (r == 0) {
		receives = ask_frame(&first, &receive) == 0;
		sched_run();
		sends = ask_frame(&second, &send) == 0;
		sched_run();
		withdraw(&first, receives);
		withdraw(&second, sends);
		r = receives && sends ? judge_both() : -ENOMEM;
		outbox_fini(&first.out);
		outbox_fini(&second.out);
	}
	caller_close();
	return r;
}

START_TEST(a_rendezvous_fails_cleanly_whatever_fails)
{
	ck_assert_uint_gt(faults_try_all(meet), 3);
}
END_TEST

/* An answer that outgrows its first memory. */
static int
list_long_names(void)
{
	static char close_long[280], close_other[280];
	static struct frame frames[3];
	int r = caller_open(10);

	memset(close_long, 'a', sizeof close_long);
	memcpy(close_long,
	       "\x94\0\7\xad"
	       "channel.close\x91\xd9\xff",
	       20);
	memcpy(close_other, close_long, sizeof close_long);
	close_other[20] = 'b';
	frames[0] = frame(close_long, 275);
	frames[1] = frame(close_other, 275);
	frames[2] = FRAME("\x94\0\7\xac"
			  "channel.list\x90");
	for (int i = 0; i < 3 && r == 0; i++) {
		r = ask_frame(&first, &frames[i]);
		sched_run();
		if (r == 0)
			r = outcome(&first);
		outbox_fini(&first.out);
	}
	caller_close();
	return r;
}

START_TEST(a_long_answer_fails_cleanly_whatever_fails)
{
	ck_assert_uint_gt(faults_try_all(list_long_names), 8);
}
END_TEST

START_TEST(a_send_that_was_taken_is_never_answered_with_an_error)
{
	struct frame receive = FRAME("\x94\0\7\xa4recv\x91\xa1"
				     "c");
	struct frame send = FRAME("\x94\0\7\xa4send\x92\xa1"
				  "c\5");
	size_t sent;

	ck_assert_int_eq(caller_open(10), 0);
	ck_assert_int_eq(ask_frame(&second, &send), 0);
	sched_run();
	ck_assert(!second.is_done);
	ck_assert_int_eq(ask_frame(&first, &receive), 0);
	faults_arm(1, true);
	sched_run();
	ck_assert(faults_disarm());
	sent = second.out.bytes;
	ck_assert_int_eq(outcome(&first), 0); /* it needed no memory */
	ck_assert_int_eq(second.r, -ENOMEM);
	ck_assert_uint_eq(sent, 0);
	outbox_fini(&first.out);
	caller_close();
}
END_TEST

/* An error reply is definite: it must not have happened all the same. */
static int
close_or_fail(const struct frame *close)
{
	int r = caller_open(10);

	if (r == 0) {
		r = ask_frame(&first, close);
		sched_run();
		if (r == 0)
			r = outcome(&first);
		if (r == -ENOMEM && first.out.bytes > 0 &&
		    hub_count(caller_service.hub) > 0)
			r = -EBADE;
		outbox_fini(&first.out);
	}
	caller_close();
	return r;
}

static int
close_one_or_fail(void)
{
	struct frame close = FRAME("\x94\x00\x07\xad"
				   "channel.close\x91\xa1"
				   "c");

	return close_or_fail(&close);
}

static int
close_all_or_fail(void)
{
	struct frame close = FRAME("\x94\x00\x07\xa6"
				   "atomic\x91\x9a\x92\xad"
				   "channel.close\x91\xa1"
				   "a\x92\xad"
				   "channel.close\x91\xa1"
				   "b\x92\xad"
				   "channel.close\x91\xa1"
				   "c\x92\xad"
				   "channel.close\x91\xa1"
				   "d\x92\xad"
				   "channel.close\x91\xa1"
				   "e\x92\xad"
				   "channel.close\x91\xa1"
				   "f\x92\xad"
				   "channel.close\x91\xa1g\x92\xad"
				   "channel.close\x91\xa1h\x92\xad"
				   "channel.close\x91\xa1i\x92\xad"
				   "channel.close\x92\xa1j\x81\xa4wake\xc3");

	return close_or_fail(&close);
}

START_TEST(a_close_that_was_answered_with_an_error_closes_nothing)
{
	ck_assert_uint_gt(faults_try_all(close_one_or_fail), 3);
}
END_TEST

START_TEST(an_atomic_that_fails_has_closed_nothing)
{
	ck_assert_uint_gt(faults_try_all(close_all_or_fail), 10);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("rpc faults");
	TCase *tcase = tcase_create("out of memory");

	tcase_add_loop_test(tcase, a_call_fails_cleanly_whatever_fails, 0,
			    CALLS);
	tcase_add_test(tcase, a_rendezvous_fails_cleanly_whatever_fails);
	tcase_add_test(tcase, a_long_answer_fails_cleanly_whatever_fails);
	tcase_add_test(tcase,
		       a_send_that_was_taken_is_never_answered_with_an_error);
	tcase_add_test(tcase,
		       a_close_that_was_answered_with_an_error_closes_nothing);
	tcase_add_test(tcase, an_atomic_that_fails_has_closed_nothing);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
