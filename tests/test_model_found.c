/* SPDX-License-Identifier: MIT */
/*
 * What random programs have found (see test_model.c), each as it was left
 * when nothing more could be taken away.
 */
#include "actors.h"
#include "chan/atomic.h"
#include "chan/delivery.h"
#include "chan/select.h"
#include "suite.h"
#include "task/control.h"

#include <errno.h>
#include <string.h>

static struct chan chan;
static struct holder holder;

static void
open_channel(void)
{
	stage_open();
	chan_init(&chan);
	holder_init(&holder);
}

static void
close_channel(void)
{
	holder_end(&holder);
	chan_fini(&chan);
	stage_close();
}

/* ---- tasks ---- */

PARKS static void
switch_cancelled(void *argument)
{
	struct actor *bystander = argument;

	task_cancel(task_self());
	ck_assert_int_eq(task_switch(bystander->task), -ECANCELED);
	trail_add('C');
}

START_TEST(a_cancelled_task_does_not_pause_by_switching)
{
	struct actor b = sender('B', &chan);

	ck_assert_ptr_nonnull(task_spawn(switch_cancelled, &b));
	bystand_as(&b);
	sched_run();
	ck_assert_str_eq(trail(), "CB");
	ck_assert_uint_eq(sched_tasks(), 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("found");
	TCase *found =
	    suite_case(suite, "by the model", open_channel, close_channel);

	tcase_add_test(found, a_cancelled_task_does_not_pause_by_switching);
	return suite_run(suite);
}
