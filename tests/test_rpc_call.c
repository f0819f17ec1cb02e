/* SPDX-License-Identifier: MIT */
#include "rpc/dispatch.h"

#include "caller.h"
#include "suite.h"
#include "task/sched.h"

#include <errno.h>
#include <stdio.h>

#define SECOND INT64_C(1000000000)

static struct ask a, b;

static void
set_up(void)
{
	ck_assert_int_eq(caller_open(2), 0);
	memset(&a, 0, sizeof a);
	memset(&b, 0, sizeof b);
}

static void
tear_down(void)
{
	ask_fini(&a);
	ask_fini(&b);
	caller_close();
}

static void
failed(const struct ask *call, const char *error)
{
	ck_assert(call->is_done);
	ck_assert_ptr_nonnull(call->error);
	ck_assert_msg(strncmp(call->error, error, strlen(error)) == 0, "%s",
		      call->error);
}

static void
succeeded(const struct ask *call)
{
	ck_assert(call->is_done);
	ck_assert_msg(call->error == NULL, "%s", call->error);
	ck_assert_int_eq(call->r, 0);
	ck_assert_uint_gt(call->size, 0);
}

/* ---- answers ---- */

static const char *const good_calls[][2] = {
	{ "hello", "90" },
	{ "hello", "91 81 a4 'name' a5 'alice'" },
	{ "ping", "90" },
	{ "channel.open", "91 a1 'c'" },
	{ "channel.open", "92 a1 'c' 82 aa 'preference' 01 "
			  "ac 'schedule_all' c3" },
	{ "channel.close", "91 a1 'c'" },
	{ "channel.list", "90" },
	{ "channel.list", "91 a1 '*'" },
	{ "task.self", "90" },
	{ "task.list", "90" },
	{ "task.list", "91 a1 '?'" },
	{ "server.info", "90" },
};

enum { GOOD = sizeof good_calls / sizeof good_calls[0] };

START_TEST(a_good_call_is_answered)
{
	ask(&a, good_calls[_i][0], good_calls[_i][1]);
	succeeded(&a);
}
END_TEST

START_TEST(a_notification_is_run_and_not_answered)
{
	ask_nothing(&a, "channel.open", "92 a1 'c' 81 aa 'preference' 01");
	ck_assert(a.is_done);
	ck_assert_int_eq(a.r, 0);
	ck_assert_uint_eq(a.out.bytes, 0);
	ask(&b, "channel.info", "91 a1 'c'");
	ck_assert_int_eq(field(b.result, "preference")->via.i64, 1);
}
END_TEST

static const char *const bad_calls[][2] = {
	{ "nope", "90" },
	{ "send", "90" },
	{ "recv", "92 a1 'c' 81 a7 'timeout' 00" },
	{ "channel.info", "91 a1 'c'" },
};

START_TEST(a_notification_that_fails_is_not_answered)
{
	ask_nothing(&a, bad_calls[_i][0], bad_calls[_i][1]);
	ck_assert(a.is_done);
	ck_assert_int_eq(a.r, 0);
	ck_assert_uint_eq(a.out.bytes, 0);
}
END_TEST

START_TEST(a_received_value_without_an_answer_is_given_back)
{
	ask(&a, "send", "92 a1 'c' 05");
	ask_nothing(&b, "recv", "91 a1 'c'");
	ck_assert_uint_eq(b.out.bytes, 0);
	ask_go_on(&a);
	succeeded(&a);
}
END_TEST

static const char *const values[] = {
	"c0",
	"05",
	"d3 00*8",
	"cf ff*8",
	"c7 03 05 01 02 03",
	"c6 00 00 00 02 ff 00",
	"82 01 02 01 02",
	"dd 00 00 00 01 c3",
	"cb 7f f8 00*6",
	"a2 c3 28",
};

START_TEST(ping_gives_the_same_bytes_back)
{
	struct bytes value = bytes_of(values[_i]);
	char params[100];

	snprintf(params, sizeof params, "91 %s", values[_i]);
	ask(&a, "ping", params);
	succeeded(&a);
	ck_assert_uint_eq(a.size, 4 + value.size);
	ck_assert_mem_eq(a.bytes + 4, value.data, value.size);
	bytes_free(&value);
}
END_TEST

/* ---- two calls meet ---- */

START_TEST(a_value_passes_unchanged)
{
	struct bytes value = bytes_of(values[_i]);
	char params[100];

	snprintf(params, sizeof params, "92 a1 'c' %s", values[_i]);
	ask(&a, "recv", "91 a1 'c'");
	ck_assert(!a.is_done);
	ask(&b, "send", params);
	ask_go_on(&a);
	succeeded(&a);
	succeeded(&b);
	ck_assert_mem_eq(a.bytes + 4, value.data, value.size);
	ck_assert_int_eq(b.result->type, MSGPACK_OBJECT_NIL);
	bytes_free(&value);
}
END_TEST

START_TEST(who_will_not_wait_is_told_at_once)
{
	ask(&a, "send", "93 a1 'c' 05 81 a7 'timeout' 00");
	failed(&a, "WOULDBLOCK");
	ask(&b, "next", "92 a1 'c' 81 a7 'timeout' cb 00*8");
	failed(&b, "WOULDBLOCK");
	ck_assert_uint_eq(hub_count(caller_service.hub), 0);
}
END_TEST

START_TEST(who_waits_too_long_is_told_so)
{
	ask(&a, "recv", "92 a1 'c' 81 a7 'timeout' 02");
	ck_assert(!a.is_done);
	ck_assert_int_ge(sched_next_deadline(), 3 * SECOND);
	sched_set_time(3 * SECOND);
	ask_go_on(&a);
	ck_assert(!a.is_done); /* never early */
	sched_set_time(3 * SECOND + 1);
	ask_go_on(&a);
	failed(&a, "TIMEOUT");
}
END_TEST

static const char *const endless[] = { "c0", "cb 7f f0 00*6", "cf ff*8",
				       "cb 7f e0 00*6" };

START_TEST(who_waits_for_ever_has_no_deadline)
{
	char params[100];

	snprintf(params, sizeof params, "92 a1 'c' 81 a7 'timeout' %s",
		 endless[_i]);
	ask(&a, "recv", params);
	ck_assert(!a.is_done);
	ck_assert_int_eq(sched_next_deadline(), NO_DEADLINE);
	task_cancel(a.client.worker.task);
	ask_go_on(&a);
}
END_TEST

START_TEST(a_closing_channel_refuses_those_who_would_wait)
{
	ask(&a, "channel.close", "91 a1 'c'");
	ck_assert(field(a.result, "closing")->via.boolean);
	ask(&b, "send", "92 a1 'c' 05");
	failed(&b, "CLOSED");
	ask_fini(&b);
	ask(&b, "recv", "91 a1 'c'");
	failed(&b, "CLOSED");
	ask_fini(&b);
	ask(&b, "next", "91 a1 'c'");
	failed(&b, "STOP");
}
END_TEST

START_TEST(a_call_that_is_cancelled_says_so)
{
	ask(&a, "recv", "91 a1 'c'");
	task_cancel(a.client.worker.task);
	ask_go_on(&a);
	failed(&a, "KILLED");
	ck_assert_int_eq(a.r, -ECANCELED);
}
END_TEST

START_TEST(one_that_waits_when_the_daemon_stops_is_told_that)
{
	ask(&a, "recv", "91 a1 'c'");
	caller_service.is_stopping = true;
	task_cancel(a.client.worker.task);
	ask_go_on(&a);
	failed(&a, "SHUTDOWN");
	ask(&b, "ping", "90");
	failed(&b, "SHUTDOWN");
}
END_TEST

/* By then all that was held is lost; SHUTDOWN after `done` means: it was. */
START_TEST(what_is_settled_too_late_is_stale)
{
	caller_service.is_stopping = true;
	ask(&a, "ack", "91 a1 'x'");
	failed(&a, "STALE");
	ask(&b, "recv", "92 a1 'c' 81 a4 'done' a1 'x'");
	failed(&b, "STALE");
}
END_TEST

START_TEST(nobody_who_is_gone_takes_a_value)
{
	ask(&a, "send", "92 a1 'c' 05");
	b.client.is_gone = true;
	ask(&b, "recv", "91 a1 'c'");
	ck_assert_int_eq(b.r, -ECANCELED);
	ck_assert(!a.is_done);
	task_cancel(a.client.worker.task);
	ask_go_on(&a);
	failed(&a, "KILLED");
}
END_TEST

/* ---- what there is ---- */

START_TEST(hello_says_who_answers)
{
	ask(&a, "hello", "91 81 a4 'name' a5 'alice'");
	ck_assert(is_text(field(a.result, "server"), "chand"));
	ck_assert(is_text(field(a.result, "boot"), "000000000000feed"));
	ck_assert_uint_eq(field(field(a.result, "limits"), "depth")->via.u64,
			  LIMIT_DEPTH);
	ck_assert_uint_eq(field(a.result, "task")->via.u64, 1);
}
END_TEST

START_TEST(a_channel_shows_who_waits)
{
	const msgpack_object *queue;

	ask(&a, "send", "92 a1 'c' 05");
	sched_set_time(3 * SECOND);
	ask(&b, "channel.info", "91 a1 'c'");
	succeeded(&b);
	ck_assert(is_text(field(b.result, "name"), "c"));
	ck_assert_int_eq(field(b.result, "balance")->via.i64, 1);
	queue = field(b.result, "queue");
	ck_assert_uint_eq(queue->via.array.size, 1);
	ck_assert_uint_eq(queue->via.array.ptr[0].via.u64, 1);
	ck_assert_double_eq_tol(field(b.result, "oldest_wait")->via.f64, 2,
				1e-9);
	task_cancel(a.client.worker.task);
	ask_go_on(&a);
}
END_TEST

START_TEST(a_timeout_begins_with_its_call_however_long_the_round_has_lasted)
{
	int64_t now = sched_time();

	caller_ahead = 5 * SECOND;
	ask(&a, "recv", "92 a1 'c' 81 a7 'timeout' 01");
	sched_set_time(now + 6 * SECOND);
	ask_go_on(&a);
	ck_assert(!a.is_done);
	sched_set_time(now + 6 * SECOND + 1);
	ask_go_on(&a);
	failed(&a, "TIMEOUT");
}
END_TEST

START_TEST(a_long_list_lets_others_have_a_turn)
{
	char params[80];

	caller_close();
	ck_assert_int_eq(caller_open(1000), 0);
	for (int i = 0; i < 270; i++) {
		snprintf(params, sizeof params,
			 "92 a4 'c%03d' 81 aa 'preference' 01", i);
		ask(&a, "channel.open", params);
		succeeded(&a);
		ask_fini(&a);
	}
	ask_begin(&a, "channel.list", "91 a2 'c*'");
	ask_begin(&b, "ping", "90");
	ck_assert(sched_turn());
	ck_assert(b.is_done);
	ck_assert(!a.is_done);
	ask_fini(&b);
	/* Where the list stands now, a channel goes. */
	ask_begin(&b, "channel.open", "92 a4 'c255' 81 aa 'preference' ff");
	ask_go_on(&b);
	succeeded(&b);
	ask_answer(&a);
	succeeded(&a);
	ck_assert_uint_eq(a.result->via.array.size, 270);
}
END_TEST

START_TEST(the_list_holds_those_that_match)
{
	ask(&a, "send", "92 a3 'one' 05");
	ask(&b, "channel.list", "91 a3 'o?e'");
	ck_assert_uint_eq(b.result->via.array.size, 1);
	ask_fini(&b);
	ask(&b, "channel.list", "91 a2 't*'");
	ck_assert_uint_eq(b.result->via.array.size, 0);
	task_cancel(a.client.worker.task);
	ask_go_on(&a);
}
END_TEST

START_TEST(a_task_shows_where_it_waits)
{
	const msgpack_object *tasks;

	a.client.name = strdup("worker");
	ask(&a, "recv", "91 a1 'c'");
	ask(&b, "task.list", "90");
	tasks = b.result;
	ck_assert_uint_eq(tasks->via.array.size, 2);
	ck_assert(is_text(field(&tasks->via.array.ptr[0], "name"), "worker"));
	ck_assert(is_text(field(&tasks->via.array.ptr[0], "channel"), "c"));
	ck_assert(is_text(field(&tasks->via.array.ptr[0], "state"), "blocked"));
	ck_assert(is_text(field(&tasks->via.array.ptr[1], "state"), "running"));
	task_cancel(a.client.worker.task);
	ask_go_on(&a);
}
END_TEST

PARKS static void
rest(void *argument)
{
	(void)argument;
	task_park(NULL, NO_DEADLINE);
}

START_TEST(a_task_shows_what_it_does)
{
	struct worker worker = { .task = task_spawn(rest, NULL) };

	ck_assert_str_eq(worker_state(&worker), "runnable");
	sched_run();
	ck_assert_str_eq(worker_state(&worker), "idle");
	worker.in_call = true;
	ck_assert_str_eq(worker_state(&worker), "paused");
	task_wake(worker.task, 0);
	sched_run();
}
END_TEST

/* ---- limits ---- */

START_TEST(beyond_the_last_channel_there_is_a_limit)
{
	ask(&a, "channel.close", "91 a1 'c'");
	ask_fini(&a);
	ask(&a, "channel.close", "91 a1 'd'");
	ask(&b, "recv", "91 a1 'e'");
	failed(&b, "LIMIT: 2 channels exist");
}
END_TEST

START_TEST(an_answer_larger_than_a_message_is_a_limit)
{
	caller_service.max_message = 50;
	ask(&a, "server.info", "90");
	failed(&a, "LIMIT: the answer would be larger");
	ask(&b, "task.list", "90");
	failed(&b, "LIMIT: the answer would be larger");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("rpc call");
	TCase *tcase = suite_case(suite, "answers", set_up, tear_down);

	tcase_add_loop_test(tcase, a_good_call_is_answered, 0, GOOD);
	tcase_add_test(tcase, a_notification_is_run_and_not_answered);
	tcase_add_loop_test(tcase, a_notification_that_fails_is_not_answered, 0,
			    4);
	tcase_add_test(tcase, a_received_value_without_an_answer_is_given_back);
	tcase_add_loop_test(tcase, ping_gives_the_same_bytes_back, 0, 10);

	tcase = suite_case(suite, "rendezvous", set_up, tear_down);
	tcase_add_loop_test(tcase, a_value_passes_unchanged, 0, 10);
	tcase_add_test(tcase, who_will_not_wait_is_told_at_once);
	tcase_add_test(tcase, who_waits_too_long_is_told_so);
	tcase_add_loop_test(tcase, who_waits_for_ever_has_no_deadline, 0, 4);
	tcase_add_test(tcase, a_closing_channel_refuses_those_who_would_wait);
	tcase_add_test(tcase, a_call_that_is_cancelled_says_so);
	tcase_add_test(tcase,
		       one_that_waits_when_the_daemon_stops_is_told_that);
	tcase_add_test(tcase, what_is_settled_too_late_is_stale);
	tcase_add_test(tcase, nobody_who_is_gone_takes_a_value);

	tcase = suite_case(suite, "infos", set_up, tear_down);
	tcase_add_test(tcase, hello_says_who_answers);
	tcase_add_test(tcase, a_channel_shows_who_waits);
	tcase_add_test(tcase, the_list_holds_those_that_match);
	tcase_add_test(tcase, a_long_list_lets_others_have_a_turn);
	tcase_add_test(
	    tcase,
	    a_timeout_begins_with_its_call_however_long_the_round_has_lasted);
	tcase_add_test(tcase, a_task_shows_where_it_waits);
	tcase_add_test(tcase, a_task_shows_what_it_does);

	tcase = suite_case(suite, "limits", set_up, tear_down);
	tcase_add_test(tcase, beyond_the_last_channel_there_is_a_limit);
	tcase_add_test(tcase, an_answer_larger_than_a_message_is_a_limit);
	return suite_run(suite);
}
