/* SPDX-License-Identifier: MIT */
/*
 * suite.h - what the main() of a test program is made of.
 */
#ifndef TESTS_SUITE_H
#define TESTS_SUITE_H

#include <check.h>
#include <stdlib.h>

/* Run it and free it; what main() returns. CK_RUN_CASE and the like work. */
static inline int
suite_run(Suite *suite)
{
	SRunner *runner = srunner_create(suite);
	int failed;

	srunner_run_all(runner, CK_VERBOSE);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* A case of it, each test between `set_up` and `tear_down`. */
static inline TCase *
suite_case(Suite *suite, const char *name, SFun set_up, SFun tear_down)
{
	TCase *tcase = tcase_create(name);

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	suite_add_tcase(suite, tcase);
	return tcase;
}

#endif
