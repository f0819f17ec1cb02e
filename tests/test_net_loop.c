/* SPDX-License-Identifier: MIT */
#include "net/loop.h"

#include "suite.h"
#include "task/sched.h"
#include "world.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

enum { US = 1000, SLEEPERS = 5 };

static struct sleeper {
	int64_t deadline;
	int64_t woken;
	int place; /* in which they were woken, from 1 */
	int r;
} sleepers[SLEEPERS];

static int places;
static sigset_t mask_before;

static void
set_up(void)
{
	sigprocmask(SIG_SETMASK, NULL, &mask_before);
	world_open();
	memset(sleepers, 0, sizeof sleepers);
	places = 0;
}

static void
tear_down(void)
{
	world_close();
	sigprocmask(SIG_SETMASK, &mask_before, NULL);
}

static void
spawn(task_fn *function, void *argument)
{
	ck_assert_ptr_nonnull(task_spawn(function, argument));
}

/* ---- deadlines ---- */

PARKS static void
sleep_until(void *argument)
{
	struct sleeper *s = argument;

	s->r = task_park(NULL, s->deadline);
	s->woken = sched_time();
	s->place = ++places;
}

/* The alarm's real sleeps are as short as these; the clock is the test's. */
static void
sleep_all(void)
{
	static const int64_t after[SLEEPERS] = { 300, 100, 250, 100, 200 };

	for (int i = 0; i < SLEEPERS; i++) {
		sleepers[i].deadline = world.now + after[i] * US;
		spawn(sleep_until, &sleepers[i]);
	}
	world_run();
}

START_TEST(deadlines_come_in_their_order)
{
	static const int order[SLEEPERS] = { 5, 1, 4, 2, 3 };

	world.tick = 30 * US;
	sleep_all();
	for (int i = 0; i < SLEEPERS; i++) {
		ck_assert_int_eq(sleepers[i].place, order[i]);
		ck_assert_int_eq(sleepers[i].r, -ETIMEDOUT);
	}
}
END_TEST

START_TEST(no_deadline_comes_early)
{
	world.tick = (int64_t)_i * US;
	sleep_all();
	for (int i = 0; i < SLEEPERS; i++) {
		ck_assert_int_ge(sleepers[i].woken, sleepers[i].deadline);
		ck_assert_int_lt(sleepers[i].woken,
				 sleepers[i].deadline + 2 * world.tick);
	}
}
END_TEST

/* For the kernel the time has come again and again, for the clock it has
 * not. */
START_TEST(an_alarm_that_rings_early_wakes_nobody)
{
	world.tick = 5 * US;
	sleepers[0].deadline = world.now + 100 * US;
	spawn(sleep_until, &sleepers[0]);
	world_run();
	ck_assert_int_eq(sleepers[0].woken, sleepers[0].deadline);
	ck_assert_uint_ge(world.clocks, 20);
}
END_TEST

START_TEST(a_deadline_that_has_passed_needs_no_sleep)
{
	world.tick = 1;
	sleepers[0].deadline = 0;
	spawn(sleep_until, &sleepers[0]);
	world_run();
	ck_assert_int_eq(sleepers[0].r, -ETIMEDOUT);
	ck_assert_uint_eq(world.clocks, 1);
}
END_TEST

static struct conn conn;

PARKS static void
read_and_wake(void *argument)
{
	struct conn *c = argument;
	struct task *task = task_spawn(sleep_until, &sleepers[0]);

	world_must(task != NULL && stream_fill(c->stream, 1) == 1);
	task_wake(task, 17);
	stream_close(c->stream, 0);
}

/* The loop goes to sleep under that alarm, and finds bytes to read. */
START_TEST(a_deadline_in_a_century_does_no_harm)
{
	sleepers[0].deadline = world.now + INT64_C(36525) * 86400 * 1000 * MS;
	conn_start(&conn, read_and_wake);
	world_put(conn.peer, "x", 1);
	world_run();
	ck_assert_int_eq(sleepers[0].r, 17);
	close(conn.peer);
}
END_TEST

/* ---- the ring and the descriptors ---- */

static bool is_served;

PARKS static void
yield_until_served(void *argument)
{
	(void)argument;
	while (!is_served)
		task_yield(NULL);
}

PARKS static void
read_one(void *argument)
{
	struct conn *c = argument;

	is_served = stream_fill(c->stream, 1) == 1;
	stream_close(c->stream, 0);
}

START_TEST(a_task_that_never_rests_holds_no_descriptor_back)
{
	is_served = false;
	spawn(yield_until_served, NULL);
	conn_start(&conn, read_one);
	world_put(conn.peer, "x", 1);
	world_run();
	ck_assert(is_served);
	ck_assert_uint_le(world.clocks, 4);
	close(conn.peer);
}
END_TEST

PARKS static void
yield_often(void *argument)
{
	for (int i = 0; i < 20000; i++)
		task_yield(NULL);
	(void)argument;
}

START_TEST(it_looks_after_some_thousand_switches)
{
	spawn(yield_often, NULL);
	world_run();
	ck_assert_uint_ge(world.clocks, 20000 / 4096);
	ck_assert_uint_le(world.clocks, 2 * 20000 / 4096 + 2);
}
END_TEST

/* ---- a rendezvous, as channels make it ---- */

static struct task *receiver;
static int received;
static unsigned finished_in;

PARKS static void
receive(void *argument)
{
	(void)argument;
	receiver = task_self();
	received = task_park(NULL, NO_DEADLINE);
}

/* Serve the receiver, which runs next, and go to the tail. */
PARKS static void
serve(void *argument)
{
	(void)argument;
	task_wake_next(receiver, 17);
	task_yield(NULL);
	finished_in = world.clocks;
}

START_TEST(the_loop_does_not_rest_while_a_requeued_sender_is_on_the_ring)
{
	spawn(receive, NULL);
	spawn(serve, NULL);
	world_run();
	ck_assert_int_eq(received, 17);
	/* In one run: the loop has not even looked at its descriptors. */
	ck_assert_uint_eq(finished_in, 1);
	ck_assert_uint_eq(world.clocks, 1);
}
END_TEST

/* ---- the end ---- */

PARKS static void
stop_and_go_on(void *argument)
{
	loop_stop(world.loop);
	yield_often(argument);
	is_served = true;
}

START_TEST(to_stop_waits_for_nobody)
{
	is_served = false;
	spawn(stop_and_go_on, NULL);
	ck_assert_int_eq(loop_run(world.loop), 0);
	ck_assert(!is_served);
	sched_run();
	ck_assert(is_served);
}
END_TEST

START_TEST(to_finish_waits_for_the_last_task)
{
	world.tick = 10 * US;
	sleepers[0].deadline = world.now + 100 * US;
	spawn(sleep_until, &sleepers[0]);
	spawn(yield_often, NULL);
	world_run();
	ck_assert_int_eq(sleepers[0].r, -ETIMEDOUT);
	ck_assert_uint_eq(sched_tasks(), 0);
}
END_TEST

START_TEST(to_finish_without_tasks_is_to_stop)
{
	world_run();
	ck_assert_uint_eq(world.clocks, 1);
}
END_TEST

/* ---- signals ---- */

static int caught[4];
static int caught_count;

static void
catch_it(void *context, int number)
{
	ck_assert_ptr_eq(context, caught);
	caught[caught_count++] = number;
	if (caught_count == 2)
		loop_stop(world.loop);
}

PARKS static void
raise_two(void *argument)
{
	(void)argument;
	kill(getpid(), SIGUSR1);
	kill(getpid(), SIGUSR2);
	ck_assert_int_eq(caught_count, 0); /* not from a handler */
}

START_TEST(signals_come_from_the_loop)
{
	static const int numbers[] = { SIGUSR1, SIGUSR2 };

	caught_count = 0;
	ck_assert_int_eq(
	    loop_catch_signals(world.loop, numbers, 2, catch_it, caught), 0);
	spawn(raise_two, NULL);
	ck_assert_int_eq(loop_run(world.loop), 0);
	ck_assert_int_eq(caught_count, 2);
	ck_assert_int_eq(caught[0], SIGUSR1);
	ck_assert_int_eq(caught[1], SIGUSR2);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("net loop");
	TCase *tcase = suite_case(suite, "deadlines", set_up, tear_down);

	tcase_add_test(tcase, deadlines_come_in_their_order);
	tcase_add_loop_test(tcase, no_deadline_comes_early, 1, 4);
	tcase_add_test(tcase, an_alarm_that_rings_early_wakes_nobody);
	tcase_add_test(tcase, a_deadline_that_has_passed_needs_no_sleep);
	tcase_add_test(tcase, a_deadline_in_a_century_does_no_harm);

	tcase = suite_case(suite, "the ring", set_up, tear_down);
	tcase_add_test(tcase, a_task_that_never_rests_holds_no_descriptor_back);
	tcase_add_test(tcase, it_looks_after_some_thousand_switches);
	tcase_add_test(
	    tcase,
	    the_loop_does_not_rest_while_a_requeued_sender_is_on_the_ring);

	tcase = suite_case(suite, "the end", set_up, tear_down);
	tcase_add_test(tcase, to_stop_waits_for_nobody);
	tcase_add_test(tcase, to_finish_waits_for_the_last_task);
	tcase_add_test(tcase, to_finish_without_tasks_is_to_stop);

	tcase = suite_case(suite, "signals", set_up, tear_down);
	tcase_add_test(tcase, signals_come_from_the_loop);
	return suite_run(suite);
}
