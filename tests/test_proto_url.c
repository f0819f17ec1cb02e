/* SPDX-License-Identifier: MIT */
#include "proto/url.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tests/suite.h"

static struct url
parsed(const char *text)
{
	struct url url;
	const char *reason = "none";

	ck_assert_msg(url_parse(text, &url, &reason) == 0, "%s: %s", text,
		      reason);
	ck_assert_str_eq(reason, "none");
	return url;
}

static void
refused(const char *text, const char *because)
{
	struct url url;
	const char *reason = "none";

	ck_assert_msg(url_parse(text, &url, &reason) == -EINVAL,
		      "%s is accepted", text);
	ck_assert_msg(strstr(reason, because) != NULL, "%s: %s", text, reason);
}

/* Puts `count` times `c` between two texts. */
static void
fill(char *text, const char *before, char c, size_t count, const char *behind)
{
	size_t size = strlen(before);

	strcpy(text, before);
	memset(text + size, c, count);
	strcpy(text + size + count, behind);
}

START_TEST(a_unix_url_has_a_path)
{
	struct url url = parsed("unix:///run/chand.sock");

	ck_assert_int_eq(url.scheme, URL_UNIX);
	ck_assert_str_eq(url.path, "/run/chand.sock");
}
END_TEST

START_TEST(a_unix_path_may_have_107_bytes)
{
	char text[200];

	fill(text, "unix:///", 'a', 106, "");
	ck_assert_uint_eq(strlen(parsed(text).path), 107);
}
END_TEST

START_TEST(a_longer_unix_path_is_refused)
{
	char text[200];

	fill(text, "unix:///", 'a', 107, "");
	refused(text, "107 bytes");
}
END_TEST

START_TEST(a_relative_unix_path_is_refused)
{
	refused("unix://run/chand.sock", "absolute path");
	refused("unix://", "absolute path");
}
END_TEST

START_TEST(the_root_is_no_socket)
{
	refused("unix:///", "absolute path");
}
END_TEST

START_TEST(a_tcp_url_has_a_host_and_a_port)
{
	struct url url = parsed("tcp://localhost:80");

	ck_assert_int_eq(url.scheme, URL_TCP);
	ck_assert_str_eq(url.host, "localhost");
	ck_assert_uint_eq(url.port, 80);
}
END_TEST

START_TEST(a_tls_url_is_one_of_tcp_within_tls)
{
	struct url url = parsed("tls://chand.example:7000");
	char text[URL_TEXT_MAX];

	ck_assert_int_eq(url.scheme, URL_TLS);
	ck_assert_str_eq(url.host, "chand.example");
	ck_assert_uint_eq(url.port, 7000);
	url_print(&url, text);
	ck_assert_str_eq(text, "tls://chand.example:7000");
	url = parsed("tls://[::1]");
	ck_assert_uint_eq(url.port, URL_PORT);
	url_print(&url, text);
	ck_assert_str_eq(text, "tls://[::1]:7411");
	refused("tls://", "needs a host");
}
END_TEST

START_TEST(without_a_port_it_is_ours)
{
	ck_assert_uint_eq(parsed("tcp://10.0.0.1").port, URL_PORT);
	ck_assert_uint_eq(parsed("tcp://[::1]").port, URL_PORT);
}
END_TEST

START_TEST(a_port_goes_from_0_to_65535)
{
	ck_assert_uint_eq(parsed("tcp://h:0").port, 0);
	ck_assert_uint_eq(parsed("tcp://h:65535").port, 65535);
}
END_TEST

START_TEST(an_ipv6_address_stands_in_brackets)
{
	struct url url = parsed("tcp://[fe80::1%eth0]:7000");

	ck_assert_str_eq(url.host, "fe80::1%eth0");
	ck_assert_uint_eq(url.port, 7000);
}
END_TEST

START_TEST(a_host_may_have_255_bytes)
{
	char text[300];

	fill(text, "tcp://", 'a', 255, ":1");
	ck_assert_uint_eq(strlen(parsed(text).host), 255);
}
END_TEST

START_TEST(a_longer_host_is_refused)
{
	char text[300];

	fill(text, "tcp://", 'a', 256, ":1");
	refused(text, "255 bytes");
}
END_TEST

START_TEST(a_missing_host_is_refused)
{
	refused("tcp://", "needs a host");
	refused("tcp://:7411", "needs a host");
	refused("tcp:///", "needs a host");
	refused("tcp://[]:7411", "needs a host");
}
END_TEST

static const char *const wrong_ports[] = {
	"tcp://h:",	 "tcp://h:x",
	"tcp://h:-1",	 "tcp://h:+1",
	"tcp://h: 1",	 "tcp://h:1 ",
	"tcp://h:0x1",	 "tcp://h:65536",
	"tcp://[::1]:",	 "tcp://[::1]x",
	"tcp://h/",	 "tcp://h:1/",
	"tcp://[::1]:/", "tcp://h:18446744073709551617",
};

START_TEST(what_is_no_port_is_refused)
{
	refused(wrong_ports[_i], "port of 0 to 65535");
}
END_TEST

START_TEST(an_ipv6_address_without_brackets_is_refused)
{
	refused("tcp://fe80::1", "brackets");
	refused("tcp://fe80:0:0:0:0:0:0:1", "brackets");
}
END_TEST

START_TEST(brackets_hold_an_ipv6_address_and_close)
{
	refused("tcp://[::1", "brackets");
	refused("tcp://[localhost]:7411", "brackets");
}
END_TEST

static const char *const wrong_hosts[] = {
	"tcp://a b",	 "tcp://\xc3\xa9", "tcp://*:7411", "tcp://a\n",
	"tcp://user@h",	 "tcp://h?x",	   "tcp://h#x",	   "tcp://h]:7411",
	"tcp://a[::1]",	 "tcp://\x7f",	   "tcp://[::1 ]", "tcp://[::1/64]",
	"tcp://[::1\n]",
};

START_TEST(what_is_no_host_is_refused)
{
	refused(wrong_hosts[_i], "a host has");
}
END_TEST

START_TEST(another_scheme_is_refused)
{
	refused("", "unix://, tcp:// or tls://");
	refused("http://h", "unix://, tcp:// or tls://");
	refused("localhost:7411", "unix://, tcp:// or tls://");
	refused("/run/chand.sock", "unix://, tcp:// or tls://");
	refused("tcp:/h", "unix://, tcp:// or tls://");
	refused("TCP://h", "unix://, tcp:// or tls://");
}
END_TEST

START_TEST(a_refused_url_leaves_what_was_there)
{
	struct url url = parsed("tcp://h:1");
	const char *reason;

	ck_assert_int_eq(url_parse("unix://x", &url, &reason), -EINVAL);
	ck_assert_int_eq(url_parse("tcp://x:y", &url, &reason), -EINVAL);
	ck_assert_int_eq(url.scheme, URL_TCP);
	ck_assert_str_eq(url.host, "h");
	ck_assert_uint_eq(url.port, 1);
}
END_TEST

static const char *const printed[] = {
	"unix:///run/chand.sock", "tcp://localhost:7411",
	"tcp://127.0.0.1:0",	  "tcp://[::1]:65535",
	"tcp://[fe80::1%eth0]:1", "tcp://[::ffff:10.0.0.1]:7411",
};

START_TEST(a_printed_url_is_what_was_parsed)
{
	struct url url = parsed(printed[_i]);
	char text[URL_TEXT_MAX];

	url_print(&url, text);
	ck_assert_str_eq(text, printed[_i]);
}
END_TEST

START_TEST(a_url_is_printed_with_its_port)
{
	struct url url = parsed("tcp://[::1]");
	char text[URL_TEXT_MAX];

	url_print(&url, text);
	ck_assert_str_eq(text, "tcp://[::1]:7411");
}
END_TEST

START_TEST(the_longest_urls_fit_into_their_text)
{
	struct url url;
	char text[URL_TEXT_MAX], longest[300];

	fill(longest, "tcp://[:", 'a', 254, "]:65535");
	url = parsed(longest);
	url_print(&url, text);
	ck_assert_str_eq(text, longest);
}
END_TEST

static void
add_unix(Suite *suite)
{
	TCase *tcase = tcase_create("unix");

	suite_add_tcase(suite, tcase);
	tcase_add_test(tcase, a_unix_url_has_a_path);
	tcase_add_test(tcase, a_unix_path_may_have_107_bytes);
	tcase_add_test(tcase, a_longer_unix_path_is_refused);
	tcase_add_test(tcase, a_relative_unix_path_is_refused);
	tcase_add_test(tcase, the_root_is_no_socket);
}

static void
add_tcp(Suite *suite)
{
	TCase *tcase = tcase_create("tcp");

	suite_add_tcase(suite, tcase);
	tcase_add_test(tcase, a_tcp_url_has_a_host_and_a_port);
	tcase_add_test(tcase, a_tls_url_is_one_of_tcp_within_tls);
	tcase_add_test(tcase, without_a_port_it_is_ours);
	tcase_add_test(tcase, a_port_goes_from_0_to_65535);
	tcase_add_test(tcase, an_ipv6_address_stands_in_brackets);
	tcase_add_test(tcase, a_host_may_have_255_bytes);
	tcase_add_test(tcase, a_longer_host_is_refused);
	tcase_add_test(tcase, a_missing_host_is_refused);
	tcase_add_loop_test(tcase, what_is_no_port_is_refused, 0,
			    sizeof wrong_ports / sizeof wrong_ports[0]);
	tcase_add_test(tcase, an_ipv6_address_without_brackets_is_refused);
	tcase_add_test(tcase, brackets_hold_an_ipv6_address_and_close);
	tcase_add_loop_test(tcase, what_is_no_host_is_refused, 0,
			    sizeof wrong_hosts / sizeof wrong_hosts[0]);
}

static void
add_both(Suite *suite)
{
	TCase *tcase = tcase_create("both");

	suite_add_tcase(suite, tcase);
	tcase_add_test(tcase, another_scheme_is_refused);
	tcase_add_test(tcase, a_refused_url_leaves_what_was_there);
	tcase_add_loop_test(tcase, a_printed_url_is_what_was_parsed, 0,
			    sizeof printed / sizeof printed[0]);
	tcase_add_test(tcase, a_url_is_printed_with_its_port);
	tcase_add_test(tcase, the_longest_urls_fit_into_their_text);
}

int
main(void)
{
	Suite *suite = suite_create("proto");

	add_unix(suite);
	add_tcp(suite);
	add_both(suite);
	return suite_run(suite);
}
