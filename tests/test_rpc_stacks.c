/* SPDX-License-Identifier: MIT */
/*
 * How much of a task's stack the methods need: under half of it.
 */
#include "caller.h"
#include "suite.h"
#include "task/sched.h"

#include <stdio.h>

enum { PARAMS = 1024 };

static struct ask call, partner;

static void
set_up(void)
{
	ck_assert_int_eq(caller_open(100), 0);
}

/* In the notation of bytes.h. */
static const char *
argument(enum parameter_kind kind)
{
	static const char deep[] = "91*28 c4 03 'abc'";

	if (kind == PARAMETER_channel)
		return "a1 'c'";
	return kind == PARAMETER_glob ? "a1 '*'" : deep;
}

static const char *
params_of(const struct method *method)
{
	static char text[PARAMS];
	unsigned count = method_parameters(method);
	int size = snprintf(text, sizeof text, "%x", 0x90 + count);

	for (unsigned i = 0; i < count; i++)
		size += snprintf(text + size, PARAMS - (size_t)size, " %s",
				 argument(method->parameters[i]));
	ck_assert_int_lt(size, PARAMS);
	return text;
}

/* It may have to wait; then it is withdrawn. */
static void
try(const struct method *method, const char *params)
{
	ask(&call, method->name, params);
	if (!call.is_done) {
		task_cancel(call.client.worker.task);
		ask_go_on(&call);
	}
	ck_assert(call.is_done);
	ask_fini(&call);
}

static void
report(const char *name)
{
	size_t bytes, used = sched_stack_used(&bytes);

	printf("%s: up to here %zu of a stack's %zu bytes were used\n", name,
	       used, bytes);
	ck_assert_uint_gt(used, 0);
	ck_assert_msg(used <= bytes / 2, "%s used %zu of %zu bytes", name, used,
		      bytes);
}

START_TEST(no_method_uses_more_than_half_of_a_stack)
{
	const struct method *method;

	for (unsigned i = 0; (method = method_at(i)) != NULL; i++) {
		try(method, params_of(method));
		try(method, "90");
		try(method, "9f c0*15");
		report(method->name);
	}
	caller_close();
}
END_TEST

START_TEST(no_rendezvous_uses_more_than_half_of_a_stack)
{
	ask(&partner, "recv", "91 a1 'c'");
	ask(&call, "send", "92 a1 'c' 91*28 01");
	ask_go_on(&partner);
	ck_assert(call.is_done && partner.is_done);
	ck_assert_ptr_null(call.error);
	ck_assert_ptr_null(partner.error);
	report("send and recv");
	ask_fini(&call);
	ask_fini(&partner);
	caller_close();
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("rpc stacks");
	TCase *t = suite_case(suite, "methods", set_up, NULL);

	tcase_add_test(t, no_method_uses_more_than_half_of_a_stack);
	tcase_add_test(t, no_rendezvous_uses_more_than_half_of_a_stack);
	return suite_run(suite);
}
