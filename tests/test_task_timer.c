/* SPDX-License-Identifier: MIT */
/*
 * Timers; and how deep stacks get.
 */
#include "base/list.h"
#include "faults.h"
#include "stage.h"
#include "suite.h"
#include "task/sched.h"
#include "task/timer.h"

#include <errno.h>

static struct task *
spawn(task_fn *function, void *argument)
{
	struct task *task = task_spawn(function, argument);

	ck_assert_ptr_nonnull(task);
	return task;
}

PARKS static void
run_pause(void *argument)
{
	int *result = argument;

	*result = task_park(NULL, NO_DEADLINE);
}

PARKS static void
run_letter(void *argument)
{
	trail_add(*(const char *)argument);
}

/* ---- timers ---- */

struct alarm {
	struct timer timer;
	char letter;
	int64_t again; /* set itself to this, once */
	struct task *wakes;
};

static void
ring(struct timer *timer)
{
	struct alarm *alarm = list_entry(timer, struct alarm, timer);

	trail_add(alarm->letter);
	if (alarm->wakes != NULL)
		task_wake(alarm->wakes, 9);
	if (alarm->again > 0)
		timer_set(timer, alarm->again);
	alarm->again = 0;
}

static void
set_all(struct alarm *alarms, const int64_t *deadlines, int count)
{
	for (int i = 0; i < count; i++) {
		alarms[i] = (struct alarm){ .letter = (char)('A' + i) };
		ck_assert_int_eq(timer_init(&alarms[i].timer, ring), 0);
		if (deadlines[i] > 0)
			timer_set(&alarms[i].timer, deadlines[i]);
	}
}

static void
fini_all(struct alarm *alarms, int count)
{
	for (int i = 0; i < count; i++)
		timer_fini(&alarms[i].timer);
}

static void
run_at(int64_t now)
{
	sched_set_time(now);
	sched_run();
}

START_TEST(timers_expire_in_their_order_and_never_early)
{
	static const int64_t deadlines[] = { 20, 10, 20, 0, 10 };
	struct alarm alarms[5];

	set_all(alarms, deadlines, 5);
	ck_assert_int_eq(sched_next_deadline(), 10);
	run_at(9);
	ck_assert_str_eq(trail(), "");
	run_at(10);
	ck_assert_str_eq(trail(), "BE"); /* who was set first */
	run_at(30);
	ck_assert_str_eq(trail(), "BEAC");
	run_at(1000);
	ck_assert_str_eq(trail(), "BEAC"); /* once */
	fini_all(alarms, 5);
}
END_TEST

START_TEST(a_timer_can_be_stopped_and_set_anew)
{
	static const int64_t deadlines[] = { 10, 10, 10 };
	struct alarm alarms[3];

	set_all(alarms, deadlines, 3);
	timer_stop(&alarms[0].timer);
	timer_stop(&alarms[0].timer);
	timer_set(&alarms[1].timer, 20);
	run_at(10);
	ck_assert_str_eq(trail(), "C");
	timer_set(&alarms[0].timer, 15);
	run_at(20);
	ck_assert_str_eq(trail(), "CAB");
	fini_all(alarms, 3);
	ck_assert_int_eq(sched_next_deadline(), NO_DEADLINE);
}
END_TEST

START_TEST(a_timer_that_ends_does_not_expire)
{
	static const int64_t deadlines[] = { 10 };
	struct alarm alarm;

	set_all(&alarm, deadlines, 1);
	fini_all(&alarm, 1);
	run_at(10);
	ck_assert_str_eq(trail(), "");
}
END_TEST

START_TEST(a_timer_expires_behind_the_tasks_of_its_turn)
{
	static const int64_t deadlines[] = { 10 };
	struct alarm alarm;
	int paused = UNDONE;

	set_all(&alarm, deadlines, 1);
	alarm.wakes = spawn(run_pause, &paused);
	alarm.again = 15;
	sched_run();
	spawn(run_letter, (void *)(uintptr_t) "x");
	run_at(10);
	ck_assert_str_eq(trail(), "xA");
	ck_assert_int_eq(paused, 9);
	alarm.wakes = NULL;
	run_at(15);
	ck_assert_str_eq(trail(), "xAA");
	fini_all(&alarm, 1);
}
END_TEST

PARKS static void
run_sleep(void *argument)
{
	task_park(NULL, 10);
	trail_add(*(const char *)argument);
}

/* Room is kept for each: those who sleep and those who ring. */
START_TEST(what_was_begun_never_lacks_memory)
{
	static const int64_t none[20];
	static struct alarm alarms[20];

	set_all(alarms, none, 20);
	for (int i = 0; i < 20; i++)
		spawn(run_sleep, (void *)(uintptr_t) "x");
	faults_arm(1, true);
	for (int i = 0; i < 20; i++)
		timer_set(&alarms[i].timer, 10);
	sched_run();
	faults_disarm();
	run_at(10);
	ck_assert_uint_eq(strlen(trail()), 40);
	fini_all(alarms, 20);
}
END_TEST

static int
make_timers(void)
{
	struct timer timers[40];
	int made = 0;

	sched_init(&(struct sched_config){ 0 });
	while (made < 40 && timer_init(&timers[made], ring) == 0)
		made++;
	for (int i = 0; i < made; i++)
		timer_fini(&timers[i]);
	sched_fini();
	return made == 40 ? 0 : -ENOMEM;
}

START_TEST(without_memory_there_is_no_timer)
{
	ck_assert_uint_gt(faults_try_all(make_timers), 0);
}
END_TEST

/* ---- stacks ---- */

PARKS static void
run_deep(void *argument)
{
	volatile char deep[9000];

	for (size_t i = 0; i < sizeof deep; i++)
		deep[i] = *(const char *)argument;
	trail_add(deep[8999]);
}

START_TEST(it_is_known_how_deep_a_stack_was)
{
	size_t bytes = 0, used;

	sched_init(&(struct sched_config){ .measures_stacks = true });
	spawn(run_letter, (void *)(uintptr_t) "A");
	sched_run();
	used = sched_stack_used(&bytes);
	ck_assert_uint_gt(used, 0);
	spawn(run_deep, (void *)(uintptr_t) "B");
	sched_run();
	ck_assert_uint_ge(sched_stack_used(&bytes), 9000);
	ck_assert_uint_gt(sched_stack_used(&bytes), used);
	ck_assert_uint_lt(sched_stack_used(&bytes), bytes);
	sched_fini();
}
END_TEST

START_TEST(what_is_not_measured_is_not_known)
{
	size_t bytes = 0;

	sched_init(&(struct sched_config){ 0 });
	spawn(run_deep, (void *)(uintptr_t) "B");
	sched_run();
	ck_assert_uint_eq(sched_stack_used(&bytes), 0);
	ck_assert_uint_gt(bytes, 32 << 10);
	sched_fini();
}
END_TEST

#define ADD(situation, test) tcase_add_test(situation, test)

int
main(void)
{
	Suite *suite = suite_create("timer");
	TCase *t = suite_case(suite, "timers", stage_open, stage_close);

	ADD(t, timers_expire_in_their_order_and_never_early);
	ADD(t, a_timer_can_be_stopped_and_set_anew);
	ADD(t, a_timer_that_ends_does_not_expire);
	ADD(t, a_timer_expires_behind_the_tasks_of_its_turn);
	ADD(t, what_was_begun_never_lacks_memory);
	t = tcase_create("without a stage");
	ADD(t, without_memory_there_is_no_timer);
	ADD(t, it_is_known_how_deep_a_stack_was);
	ADD(t, what_is_not_measured_is_not_known);
	suite_add_tcase(suite, t);
	return suite_run(suite);
}
