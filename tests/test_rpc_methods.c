/* SPDX-License-Identifier: MIT */
#include "rpc/methods.h"

#include "caller.h"
#include "suite.h"

static struct ask call;

static void
set_up(void)
{
	ck_assert_int_eq(caller_open(100), 0);
}

static void
tear_down(void)
{
	caller_close();
}

static int
method_count(void)
{
	int count = 0;

	while (method_at((unsigned)count) != NULL)
		count++;
	return count;
}

START_TEST(an_odd_option_is_quoted_so_that_it_can_be_printed)
{
	static const char odd[] = "91 81 a6 61 0a 22 5c ff 'b' 01";
	static const char endless[] = "91 81 da 10 00 61*4096 01";

	ask(&call, "hello", odd);
	ck_assert_str_eq(call.error, "INVALID: hello: unknown option "
				     "\"a\\x0a\\x22\\x5c\\xffb\"");
	ask_fini(&call);
	ask(&call, "hello", endless);
	ck_assert_uint_lt(strlen(call.error), 120);
	ck_assert_ptr_nonnull(strstr(call.error, "aaa...\""));
	ask_fini(&call);
}
END_TEST

START_TEST(a_method_that_does_not_exist_is_named)
{
	char name[66];

	ask(&call, "sendd", "90");
	ck_assert_str_eq(call.error, "NOMETHOD: there is no method \"sendd\"");
	ask_fini(&call);
	ask(&call, "", "90");
	ck_assert_str_eq(call.error, "NOMETHOD: there is no method \"\"");
	ask_fini(&call);
	memset(name, 'x', 65);
	name[65] = '\0';
	ask(&call, name, "90");
	ck_assert_str_eq(call.error, "INVALID: method: a name has at most 64 "
				     "bytes, not 65");
	ask_fini(&call);
	ask(&call, name + 1, "90");
	ck_assert_int_eq(strncmp(call.error, "NOMETHOD: ", 10), 0);
	ask_fini(&call);
}
END_TEST

START_TEST(each_method_is_found_by_its_name)
{
	const struct method *method = method_at((unsigned)_i);
	size_t size = strlen(method->name);
	struct span name = { (const uint8_t *)method->name, size };

	ck_assert_ptr_eq(method_find(&caller_service.methods, name), method);
	name.size--;
	ck_assert_ptr_ne(method_find(&caller_service.methods, name), method);
}
END_TEST

START_TEST(each_method_and_its_arguments_are_explained)
{
	const struct method *method = method_at((unsigned)_i);

	ck_assert_uint_gt(strlen(method->help), 0);
	ck_assert_uint_le(strlen(method->name), LIMIT_METHOD);
	ck_assert_uint_le(method->required, method_parameters(method));
	for (unsigned i = 0; i < method_parameters(method); i++)
		ck_assert_uint_gt(
		    strlen(parameter_row(method->parameters[i])->text), 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("rpc methods");
	TCase *tcase = tcase_create("the table");
	int all = method_count();

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_loop_test(tcase, each_method_is_found_by_its_name, 0, all);
	tcase_add_loop_test(tcase, each_method_and_its_arguments_are_explained,
			    0, all);
	suite_add_tcase(suite, tcase);

	tcase = tcase_create("what is not in it");
	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase, a_method_that_does_not_exist_is_named);
	tcase_add_test(tcase,
		       an_odd_option_is_quoted_so_that_it_can_be_printed);
	suite_add_tcase(suite, tcase);
	return suite_run(suite);
}
