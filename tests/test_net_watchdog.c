/* SPDX-License-Identifier: MIT */
#include "net/watchdog.h"

#include "base/attr.h"
#include "suite.h"
#include "task/sched.h"

#include <time.h>

enum { PERIOD = 1000000, PATIENCE_S = 20 };

static struct watchdog *watchdog;
static uint64_t caught;
static int64_t held;

static void
set_up(void)
{
	sched_init(&(struct sched_config){ 0 });
	watchdog = watchdog_new(PERIOD);
	ck_assert_ptr_nonnull(watchdog);
	caught = 0;
}

static void
tear_down(void)
{
	watchdog_free(watchdog);
	sched_fini();
}

/* Holds the processor until it is caught at it, or patience ends. */
static void
hold(void *argument)
{
	time_t end = time(NULL) + PATIENCE_S;

	(void)argument;
	while (caught == 0 && time(NULL) < end)
		caught = watchdog_caught(watchdog, &held);
}

START_TEST(a_task_that_holds_the_processor_is_named)
{
	struct task *task = task_spawn(hold, NULL);
	uint64_t id = task_id(task);

	watchdog_wake(watchdog);
	sched_run();
	ck_assert_uint_eq(caught, id);
	ck_assert_int_ge(held, PERIOD);
	ck_assert_int_eq(held % PERIOD, 0);
}
END_TEST

/* As long, but never without giving way: three periods or more. */
PARKS static void
give_way(void *argument)
{
	struct timespec start, now;

	(void)argument;
	clock_gettime(CLOCK_MONOTONIC, &start);
	do {
		task_yield(NULL);
		clock_gettime(CLOCK_MONOTONIC, &now);
	} while ((now.tv_sec - start.tv_sec) * 1000000000 + now.tv_nsec -
		     start.tv_nsec <
		 3 * PERIOD);
}

START_TEST(tasks_that_give_way_are_not)
{
	uint64_t before = sched_switches();

	ck_assert_uint_eq(sched_stuck(), 0); /* nobody runs */
	task_spawn(give_way, NULL);
	task_spawn(give_way, NULL);
	sched_run();
	ck_assert_uint_gt(sched_switches(), before);
	ck_assert_uint_eq(sched_stuck(), 0);
	ck_assert(sched_is_idle());
}
END_TEST

static uint64_t stuck[3];

PARKS static void
ask_thrice(void *argument)
{
	(void)argument;
	stuck[0] = sched_stuck();
	stuck[1] = sched_stuck();
	task_yield(NULL);
	stuck[2] = sched_stuck();
}

START_TEST(only_who_has_run_since_the_last_look_is_suspected)
{
	uint64_t id = task_id(task_spawn(ask_thrice, NULL));

	sched_run();
	ck_assert_uint_eq(stuck[0], 0);
	ck_assert_uint_eq(stuck[1], id);
	ck_assert_uint_eq(stuck[2], 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("net watchdog");
	TCase *t = suite_case(suite, "looking", set_up, tear_down);

	tcase_add_test(t, a_task_that_holds_the_processor_is_named);
	tcase_add_test(t, tasks_that_give_way_are_not);
	tcase_add_test(t, only_who_has_run_since_the_last_look_is_suspected);
	return suite_run(suite);
}
