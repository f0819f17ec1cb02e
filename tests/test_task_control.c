/* SPDX-License-Identifier: MIT */
/*
 * What one task does to another: operation by operation, on one that is fresh,
 * runnable, paused, blocked, running, or has ended.
 */
#include "base/blob.h"
#include "base/list.h"
#include "stage.h"
#include "suite.h"
#include "task/control.h"
#include "task/sched.h"

#include <errno.h>

/* A task, and what its one call came to. */
struct player {
	struct task *task; /* NULL once it has ended */
	char letter;
	int result;
	char error[8]; /* of an -EREMOTEIO */
	int (*operation)(struct player *other);
	struct player *other;
	struct wait wait;
	unsigned left; /* how often it left its wait */
};

enum { PLAYERS = 8 };

static struct player players[PLAYERS];
static int count;

static void
set_up(void)
{
	stage_open();
	memset(players, 0, sizeof players);
	count = 0;
}

static void
tear_down(void)
{
	sched_on_uncaught(NULL);
	sched_on_switch(NULL);
	for (int i = 0; i < PLAYERS; i++)
		if (players[i].task != NULL)
			task_cancel(players[i].task);
	sched_run();
	stage_close();
}

/* ---- what they do ---- */

static void
end(void *argument)
{
	struct player *p = argument;

	ck_assert_ptr_eq(task_self(), p->task);
	p->task = NULL;
}

static struct player *
play(task_fn *function)
{
	struct player *p = &players[count];

	*p = (struct player){ .letter = (char)('A' + count++),
			      .result = UNDONE };
	p->task = task_spawn(function, p);
	ck_assert_ptr_nonnull(p->task);
	task_on_end(p->task, end);
	return p;
}

/* The error's text, and the letter on the trail. */
static void
finish(struct player *p, int result)
{
	struct blob *error = task_take_thrown();

	p->result = result;
	if (error != NULL)
		memcpy(p->error, blob_data(error), blob_size(error));
	blob_unref(error);
	ck_assert_ptr_null(task_take_thrown());
	trail_add(p->letter);
}

PARKS static void
run_letter(void *argument)
{
	finish(argument, 0);
}

PARKS static void
run_yield(void *argument)
{
	struct player *p = argument;

	trail_add((char)(p->letter - 'A' + 'a'));
	finish(p, task_yield(NULL));
}

PARKS static void
run_pause(void *argument)
{
	finish(argument, task_park(NULL, NO_DEADLINE));
}

static bool
leave(struct wait *wait)
{
	list_entry(wait, struct player, wait)->left++;
	return true;
}

PARKS static void
run_block(void *argument)
{
	struct player *p = argument;

	p->wait.leave = leave;
	finish(p, task_park(&p->wait, NO_DEADLINE));
}

PARKS static void
run_operation(void *argument)
{
	struct player *p = argument;

	finish(p, p->operation(p->other));
}

static struct player *
act(int (*operation)(struct player *other), struct player *other)
{
	struct player *p = play(run_operation);

	p->operation = operation;
	p->other = other;
	return p;
}

/* ---- the operations ---- */

static int
insert(struct player *other)
{
	return task_insert(other->task);
}

static int
remove_(struct player *other)
{
	return task_remove(other->task);
}

PARKS static int
run(struct player *other)
{
	return task_run(other->task);
}

PARKS static int
switch_(struct player *other)
{
	return task_switch(other->task);
}

PARKS static int
kill_now(struct player *other)
{
	return task_kill(other->task, false);
}

PARKS static int
kill_pending(struct player *other)
{
	return task_kill(other->task, true);
}

PARKS static int
throw_now(struct player *other)
{
	return task_throw(other->task, blob_copy("oops", 4), false);
}

PARKS static int
throw_pending(struct player *other)
{
	return task_throw(other->task, blob_copy("oops", 4), true);
}

/* ---- who it is done to ---- */

enum state { FRESH, RUNNABLE, PAUSED, BLOCKED, SELF, ENDED };

/*
 * The other one is A. If it is in R, B stands between the caller and it; X is
 * behind all. It is not yet in that state where it depends on the caller.
 */
static struct player *
bring(enum state state)
{
	static task_fn *const functions[] = {
		run_letter, run_yield,	run_pause,
		run_block,  run_letter, run_letter
	};
	struct player *p = play(functions[state]);

	if (state == FRESH)
		task_remove(p->task);
	if (state == RUNNABLE)
		sched_turn();
	else if (state != FRESH)
		sched_run();
	if (state == RUNNABLE)
		task_remove(p->task);
	trail_clear();
	return p;
}

/* B acts on A; C is a bystander behind B. If A is in R, it stands behind C. */
static struct player *
act_on(enum state state, int (*operation)(struct player *other))
{
	struct player *a = bring(state);
	struct player *b = act(operation, a);

	if (state == SELF)
		b->other = b;
	play(run_letter);
	if (state == RUNNABLE || state == FRESH)
		ck_assert_int_eq(task_insert(a->task), 0);
	play(run_letter);
	sched_run();
	return b;
}

static const struct cell {
	const char *name;
	int (*operation)(struct player *other);
	enum state state;
	int result;	   /* the caller's */
	const char *trail; /* A the other, B the caller, C and D bystanders */
	int others;	   /* result of A; UNDONE: it goes on as it was */
} cells[] = {
	/* A in R stands between C and D. */
	{ "insert fresh", insert, FRESH, 0, "BCAD", 0 },
	{ "insert runnable", insert, RUNNABLE, 0, "BCAD", 0 },
	{ "insert paused", insert, PAUSED, 0, "BCDA", 0 },
	{ "insert blocked", insert, BLOCKED, -EBUSY, "BCD", UNDONE },
	{ "insert self", insert, SELF, 0, "BCD", 0 },
	{ "insert ended", insert, ENDED, -ESRCH, "BCD", 0 },
	{ "remove fresh", remove_, FRESH, 0, "BCD", UNDONE },
	{ "remove runnable", remove_, RUNNABLE, 0, "BCD", UNDONE },
	{ "remove paused", remove_, PAUSED, 0, "BCD", UNDONE },
	{ "remove blocked", remove_, BLOCKED, -EBUSY, "BCD", UNDONE },
	{ "remove self", remove_, SELF, -EBUSY, "BCD", 0 },
	{ "remove ended", remove_, ENDED, 0, "BCD", 0 },
	/* R is rotated to A: C, which stood before it, comes after B. */
	{ "run fresh", run, FRESH, 0, "ADBC", 0 },
	{ "run runnable", run, RUNNABLE, 0, "ADBC", 0 },
	{ "run paused", run, PAUSED, 0, "ABCD", 0 },
	{ "run blocked", run, BLOCKED, -EBUSY, "BCD", UNDONE },
	{ "run self", run, SELF, 0, "BCD", 0 },
	{ "run ended", run, ENDED, -ESRCH, "BCD", 0 },
	/* The same, but B is paused. */
	{ "switch fresh", switch_, FRESH, UNDONE, "ADC", 0 },
	{ "switch runnable", switch_, RUNNABLE, UNDONE, "ADC", 0 },
	{ "switch paused", switch_, PAUSED, UNDONE, "ACD", 0 },
	{ "switch blocked", switch_, BLOCKED, -EBUSY, "BCD", UNDONE },
	{ "switch self", switch_, SELF, 0, "BCD", 0 },
	{ "switch ended", switch_, ENDED, -ESRCH, "BCD", 0 },
	/* One that has not begun never will. */
	{ "kill fresh", kill_now, FRESH, 0, "DBC", UNDONE },
	{ "kill runnable", kill_now, RUNNABLE, 0, "ADBC", -ECANCELED },
	{ "kill paused", kill_now, PAUSED, 0, "ABCD", -ECANCELED },
	{ "kill blocked", kill_now, BLOCKED, 0, "ABCD", -ECANCELED },
	{ "kill self", kill_now, SELF, -ECANCELED, "BCD", 0 },
	{ "kill ended", kill_now, ENDED, 0, "BCD", 0 },
	{ "kill fresh later", kill_pending, FRESH, 0, "BCD", UNDONE },
	{ "kill runnable later", kill_pending, RUNNABLE, 0, "BCAD",
	  -ECANCELED },
	{ "kill paused later", kill_pending, PAUSED, 0, "BCDA", -ECANCELED },
	{ "kill blocked later", kill_pending, BLOCKED, 0, "BCDA", -ECANCELED },
	{ "kill self later", kill_pending, SELF, -ECANCELED, "BCD", 0 },
	{ "kill ended later", kill_pending, ENDED, 0, "BCD", 0 },
	{ "throw at fresh", throw_now, FRESH, 0, "DBC", UNDONE },
	{ "throw at runnable", throw_now, RUNNABLE, 0, "ADBC", -EREMOTEIO },
	{ "throw at paused", throw_now, PAUSED, 0, "ABCD", -EREMOTEIO },
	{ "throw at blocked", throw_now, BLOCKED, 0, "ABCD", -EREMOTEIO },
	{ "throw at self", throw_now, SELF, -EREMOTEIO, "BCD", 0 },
	{ "throw at ended", throw_now, ENDED, -ESRCH, "BCD", 0 },
	{ "throw at fresh later", throw_pending, FRESH, 0, "BCD", UNDONE },
	{ "throw at runnable later", throw_pending, RUNNABLE, 0, "BCAD",
	  -EREMOTEIO },
	{ "throw at paused later", throw_pending, PAUSED, 0, "BCDA",
	  -EREMOTEIO },
	{ "throw at blocked later", throw_pending, BLOCKED, 0, "BCDA",
	  -EREMOTEIO },
	{ "throw at self later", throw_pending, SELF, -EREMOTEIO, "BCD", 0 },
	{ "throw at ended later", throw_pending, ENDED, -ESRCH, "BCD", 0 },
};

enum { CELLS = sizeof cells / sizeof cells[0] };

START_TEST(each_operation_does_what_stackless_does)
{
	const struct cell *cell = &cells[_i];
	const struct player *b = act_on(cell->state, cell->operation);
	const struct player *a = &players[0];

	ck_assert_msg(strcmp(trail(), cell->trail) == 0, "%s: trail %s",
		      cell->name, trail());
	ck_assert_msg(b->result == cell->result, "%s: %d", cell->name,
		      b->result);
	ck_assert_msg(a->result == cell->others, "%s: A's %d", cell->name,
		      a->result);
	ck_assert_uint_eq(a->left, cell->state == BLOCKED && cell->others < 0);
	if (cell->others == -EREMOTEIO)
		ck_assert_str_eq(a->error, "oops");
	if (cell->result == -EREMOTEIO)
		ck_assert_str_eq(b->error, "oops");
}
END_TEST

/* ---- consequences ---- */

START_TEST(the_last_error_takes_the_place_of_those_before)
{
	struct player *a = bring(PAUSED);

	act(throw_pending, a);
	act(kill_pending, a);
	sched_run();
	ck_assert_int_eq(a->result, -ECANCELED);
	ck_assert_str_eq(a->error, "");
}
END_TEST

START_TEST(an_error_takes_the_place_of_a_result)
{
	struct player *a = bring(PAUSED);

	act(throw_pending, a);
	task_wake(a->task, 5);
	act(throw_pending, a);
	sched_run();
	ck_assert_int_eq(a->result, -EREMOTEIO);
}
END_TEST

/* Not a cancel: the next time it waits, it does. */
START_TEST(what_a_blocked_task_waits_in_can_be_made_to_fail)
{
	struct player *a = bring(BLOCKED);

	task_fail(a->task, -EACCES);
	ck_assert(task_is_runnable(a->task));
	ck_assert(!task_is_cancelled(a->task));
	ck_assert(a->left);
	sched_run();
	ck_assert_int_eq(a->result, -EACCES);
}
END_TEST

START_TEST(one_that_was_switched_away_can_be_inserted)
{
	struct player *b = act_on(PAUSED, switch_);

	ck_assert(task_is_paused(b->task));
	ck_assert_int_eq(task_insert(b->task), 0);
	sched_run();
	ck_assert_int_eq(b->result, 0);
}
END_TEST

START_TEST(who_lets_another_run_returns_what_that_one_throws)
{
	struct player *b = act(_i == 0 ? run : switch_, NULL);

	b->other = act(_i == 0 ? throw_pending : throw_now, b);
	sched_run();
	ck_assert_int_eq(b->result, -EREMOTEIO);
	ck_assert_str_eq(b->error, "oops");
	ck_assert_int_eq(b->other->result, 0);
	ck_assert_str_eq(trail(), _i == 0 ? "BA" : "AB");
}
END_TEST

START_TEST(a_fresh_task_that_was_removed_begins_when_inserted)
{
	struct player *a = bring(FRESH);

	ck_assert(task_is_paused(a->task));
	ck_assert(!task_has_begun(a->task));
	sched_run();
	ck_assert_int_eq(a->result, UNDONE);
	task_insert(a->task);
	sched_run();
	ck_assert_int_eq(a->result, 0);
}
END_TEST

/* A connection that is gone must come to its end. */
START_TEST(a_cancelled_task_is_not_removed)
{
	struct player *a = bring(PAUSED);

	task_cancel(a->task);
	ck_assert_int_eq(task_remove(a->task), 0);
	sched_run();
	ck_assert_int_eq(a->result, -ECANCELED);
	ck_assert_ptr_null(a->task);
}
END_TEST

START_TEST(a_cancelled_task_does_not_switch_away)
{
	struct player *a = bring(PAUSED);
	struct player *b = act(switch_, a);

	task_cancel(b->task);
	sched_run();
	ck_assert_int_eq(b->result, -ECANCELED);
	ck_assert_int_eq(a->result, UNDONE);
	ck_assert(task_is_paused(a->task));
}
END_TEST

#define ADD(situation, test) tcase_add_test(situation, test)

int
main(void)
{
	Suite *suite = suite_create("task control");
	TCase *t = suite_case(suite, "operations", set_up, tear_down);

	tcase_add_loop_test(t, each_operation_does_what_stackless_does, 0,
			    CELLS);
	t = suite_case(suite, "consequences", set_up, tear_down);
	ADD(t, the_last_error_takes_the_place_of_those_before);
	ADD(t, an_error_takes_the_place_of_a_result);
	ADD(t, what_a_blocked_task_waits_in_can_be_made_to_fail);
	ADD(t, one_that_was_switched_away_can_be_inserted);
	tcase_add_loop_test(
	    t, who_lets_another_run_returns_what_that_one_throws, 0, 2);
	ADD(t, a_fresh_task_that_was_removed_begins_when_inserted);
	ADD(t, a_cancelled_task_is_not_removed);
	ADD(t, a_cancelled_task_does_not_switch_away);
	return suite_run(suite);
}
