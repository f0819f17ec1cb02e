/* SPDX-License-Identifier: MIT */
/*
 * Where the library looks for a daemon: the addresses of a name, chanctl.conf.
 */
#include "fake.h"
#include "suite.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static struct chand *client;

static void
open_client(void)
{
	fake_open();
	client = fake_client();
	chand_set_url(client, "tcp://name:7");
}

static void
close_client(void)
{
	chand_free(client);
	fake_close();
}

static void
expect_failure(enum chand_code code, const char *text)
{
	ck_assert_int_eq(chand_connect(client), code);
	ck_assert_msg(strstr(chand_text(client), text) != NULL,
		      "\"%s\" is not in \"%s\"", text, chand_text(client));
}

/* ---- the addresses of a name ---- */

static void
addresses(const char *first, const char *second)
{
	fake.addresses[0] = first;
	fake.addresses[1] = second;
}

START_TEST(an_address_where_nobody_is_makes_way_for_the_next)
{
	addresses("nobody", "s");
	chand_start_connect(client);
	fake_greet(client);
	ck_assert_str_eq(chand_url(client), "tcp://name:7");
}
END_TEST

START_TEST(an_address_that_is_silent_leaves_time_for_the_next)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int silent = fake_listen("silent");
	int other = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(address.sun_path, sizeof address.sun_path, "%s/silent",
		 fake.folder);
	ck_assert_int_eq(
	    connect(other, (struct sockaddr *)&address, sizeof address), 0);
	addresses("silent", "s");
	chand_set_connect_timeout(client, 1000);
	chand_start_connect(client);
	fake.now += 499;
	chand_process(client);
	ck_assert(!fake_accept());
	ck_assert_int_eq(chand_deadline(client), 1);
	fake.now += 1;
	fake_greet(client);
	close(other);
	close(silent);
}
END_TEST

START_TEST(where_none_answers_the_last_one_says_why)
{
	addresses("nobody", "nothing");
	expect_failure(CHAND_UNREACHABLE,
		       "cannot reach tcp://name:7: No such file");
}
END_TEST

START_TEST(a_name_that_is_not_known_is_looked_up_again)
{
	expect_failure(CHAND_UNREACHABLE, "Name or service not known (is ");
	chand_set_reconnect(client, 10, 10);
	fake.random = 10;
	chand_start_connect(client);
	chand_process(client);
	ck_assert_int_eq(chand_deadline(client), 10);
	addresses("s", NULL);
	fake.now += 10;
	fake_greet(client);
	ck_assert_uint_eq(fake.looked_up, 3);
}
END_TEST

START_TEST(connecting_again_begins_with_the_addresses_that_were_found)
{
	addresses("nobody", "s");
	chand_set_reconnect(client, 10, 10);
	chand_start_connect(client);
	fake_greet(client);
	fake_hang_up();
	chand_process(client);
	fake.now += 10;
	fake_greet(client);
	ck_assert_uint_eq(fake.looked_up, 1);
	chand_disconnect(client);
	chand_start_connect(client); /* who asks anew, has it looked up anew */
	fake_greet(client);
	ck_assert_uint_eq(fake.looked_up, 2);
}
END_TEST

/* ---- chanctl.conf ---- */

static char path[128];

static void
open_home(void)
{
	open_client();
	chand_set_url(client, NULL);
	snprintf(path, sizeof path, "%s/chand", fake.folder);
	mkdir(path, 0755);
	snprintf(path, sizeof path, "%s/chand/chanctl.conf", fake.folder);
	setenv("XDG_CONFIG_HOME", fake.folder, 1);
	unsetenv("CHAND_URL");
	/* Root and others look for the default socket elsewhere. */
	setenv("XDG_RUNTIME_DIR", fake.folder, 1);
}

static void
close_home(void)
{
	remove(path);
	close_client();
}

static void
settle(const char *text, size_t size)
{
	FILE *file = fopen(path, "w");

	ck_assert_ptr_nonnull(file);
	ck_assert_uint_eq(fwrite(text, 1, size, file), size);
	ck_assert_int_eq(fclose(file), 0);
}

static void
expect_said(const char *where, const char *what)
{
	char text[512];

	snprintf(text, sizeof text, "%s%s%s", path, where, what);
	expect_failure(CHAND_MISUSE, text);
}

START_TEST(a_url_in_the_file_is_called)
{
	char text[512];
	int n = snprintf(text, sizeof text,
			 "# where\r\n\n \t\nurl = unix:///old\r\n"
			 "\t url\t=%s \t\n#",
			 fake.url);

	settle(text, (size_t)n);
	chand_start_connect(client);
	fake_greet(client);
	ck_assert_str_eq(chand_url(client), fake.url);
}
END_TEST

static const struct wrong {
	const char *text, *where, *what;
} wrong[] = {
	{ "url = tsp://x", ":1: ", "a url begins with" },
	{ "\n\nurl =\n", ":3: ", "a url begins with" },
	{ "ulr = unix:///x\n", ":1: ", "there is no such setting" },
	{ "# url\n = unix:///x\n", ":2: ", "there is no such setting" },
	{ "urls = unix:///x\n", ":1: ", "there is no such setting" },
	{ "unix:///x\n", ":1: ", "a setting is NAME = VALUE" },
};

START_TEST(what_is_no_setting_is_told_with_file_and_line)
{
	settle(wrong[_i].text, strlen(wrong[_i].text));
	expect_said(wrong[_i].where, wrong[_i].what);
}
END_TEST

START_TEST(a_line_that_is_too_long_is_told_not_cut)
{
	char text[2100];
	size_t size =
	    (size_t)snprintf(text, sizeof text, "\nurl = %s", fake.url);

	memset(text + size, ' ', sizeof text - size);
	text[1024] = '\n'; /* the line has 1,023 bytes, and this */
	settle(text, 1025);
	chand_start_connect(client);
	fake_greet(client);
	chand_disconnect(client);
	text[1024] = ' ';
	text[1025] = '\n';
	settle(text, 1026);
	expect_said(":2: ", "a line has up to 1,023 bytes");
	settle(text, 2100);
	expect_said(":2: ", "a line has up to 1,023 bytes");
	settle("url = unix:///x\0y\n", 18);
	expect_said(":1: ", "a line has up to 1,023 bytes");
}
END_TEST

/* For root, everything is open. */
static void
be_a_stranger(bool on)
{
	if (geteuid() == 0 || !on)
		ck_assert_int_eq(seteuid(on ? 65534 : getuid()), 0);
}

START_TEST(a_file_that_cannot_be_read_is_told)
{
	chmod(fake.folder, 0755);
	settle("url = unix:///x\n", 16);
	chmod(path, 0);
	be_a_stranger(true);
	expect_failure(CHAND_MISUSE, "cannot read ");
	ck_assert_ptr_nonnull(strstr(chand_text(client), path));
	ck_assert_ptr_nonnull(
	    strstr(chand_text(client), ": Permission denied"));
	be_a_stranger(false);
	remove(path);
	mkdir(path, 0755);
	expect_failure(CHAND_MISUSE, ": Is a directory");
	remove(path);
	ck_assert_int_eq(symlink("chanctl.conf", path), 0);
	expect_failure(CHAND_MISUSE, ": Too many levels of symbolic links");
}
END_TEST

/* Whatever is called then, it is not what a file says. */
START_TEST(a_file_that_is_not_there_or_somebody_elses_is_none)
{
	setenv("XDG_CONFIG_HOME", "/dev/null", 1); /* no folder */
	ck_assert_int_ne(chand_start_connect(client), CHAND_MISUSE);
	chand_disconnect(client);
	setenv("XDG_CONFIG_HOME", fake.folder, 1);
	ck_assert_int_ne(chand_start_connect(client), CHAND_MISUSE);
	chand_disconnect(client);
	settle("nonsense\n", 9);
	expect_said(":1: ", "a setting is");
	chmod(fake.folder, 0);
	be_a_stranger(true);
	ck_assert_int_ne(chand_start_connect(client), CHAND_MISUSE);
	be_a_stranger(false);
	chmod(fake.folder, 0700);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("chand reach");
	TCase *tcase = suite_case(suite, "name", open_client, close_client);

	tcase_add_test(tcase,
		       an_address_where_nobody_is_makes_way_for_the_next);
	tcase_add_test(tcase,
		       an_address_that_is_silent_leaves_time_for_the_next);
	tcase_add_test(tcase, where_none_answers_the_last_one_says_why);
	tcase_add_test(tcase, a_name_that_is_not_known_is_looked_up_again);
	tcase_add_test(
	    tcase, connecting_again_begins_with_the_addresses_that_were_found);
	tcase = suite_case(suite, "file", open_home, close_home);
	tcase_add_test(tcase, a_url_in_the_file_is_called);
	tcase_add_loop_test(tcase,
			    what_is_no_setting_is_told_with_file_and_line, 0,
			    sizeof wrong / sizeof wrong[0]);
	tcase_add_test(tcase, a_line_that_is_too_long_is_told_not_cut);
	tcase_add_test(tcase, a_file_that_cannot_be_read_is_told);
	tcase_add_test(tcase,
		       a_file_that_is_not_there_or_somebody_elses_is_none);
	return fake_run(suite);
}
