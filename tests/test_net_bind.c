/* SPDX-License-Identifier: MIT */
#include "net/bind.h"

#include "suite.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static char folder[] = "/tmp/chand-bind-XXXXXX";
static struct url url;
static int fds[BIND_MOST];
static int count;
static char reason[BIND_REASON];

static void
set_up(void)
{
	strcpy(folder + sizeof folder - 7, "XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	url = (struct url){ .scheme = URL_UNIX };
	snprintf(url.path, sizeof url.path, "%s/socket", folder);
	count = 0;
	strcpy(reason, "untouched");
}

static void
tear_down(void)
{
	while (count > 0)
		close(fds[--count]);
	unlink(url.path);
	rmdir(folder);
}

/* What bind_url() returns; what it binds is closed in the end. */
static int
bind_it(unsigned mode)
{
	int r = bind_url(&url, mode, fds + count, reason);

	if (r > 0)
		count += r;
	return r;
}

static void
refused(int error, const char *part)
{
	ck_assert_int_eq(bind_it(0600), error);
	ck_assert_msg(strstr(reason, part) != NULL, "\"%s\" in \"%s\"", part,
		      reason);
}

static mode_t
mode_of(const char *path)
{
	struct stat found;

	ck_assert_int_eq(lstat(path, &found), 0);
	return found.st_mode;
}

static int
connect_to(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	int r;

	strcpy(address.sun_path, path);
	r = connect(fd, (const void *)&address, sizeof address);
	close(fd);
	return r;
}

/* ---- unix ---- */

static const struct {
	mode_t umask;
	unsigned mode;
} modes[] = {
	{ 0, 0600 }, { 077, 0600 }, { 022, 0660 }, { 0777, 0600 }, { 0, 0666 },
};

START_TEST(the_mode_is_what_was_asked_for)
{
	mode_t before = umask(modes[_i].umask);
	int r = bind_it(modes[_i].mode);

	ck_assert_uint_eq(umask(before), modes[_i].umask);
	ck_assert_int_eq(r, 1);
	ck_assert_uint_eq(mode_of(url.path), S_IFSOCK | modes[_i].mode);
}
END_TEST

START_TEST(a_socket_listens_and_does_not_block)
{
	ck_assert_int_eq(bind_it(0600), 1);
	ck_assert_int_eq(connect_to(url.path), 0);
	ck_assert_int_ne(fcntl(fds[0], F_GETFL) & O_NONBLOCK, 0);
	ck_assert_int_ne(fcntl(fds[0], F_GETFD) & FD_CLOEXEC, 0);
}
END_TEST

static const struct {
	const char *url;
	int is_local;
} reaches[] = { { "unix:///nowhere/c", true },
		{ "tcp://127.0.0.1:0", true },
		{ "tcp://127.255.1.2:0", true },
		{ "tcp://[::1]:0", true },
		{ "tcp://0.0.0.0:0", false },
		{ "tcp://[::]:0", false },
		{ "tcp://192.0.2.1:0", false },
		{ "tcp://128.0.0.1:0", false },
		{ "tcp://no-such-host.invalid", -ENOENT } };

START_TEST(it_is_known_whether_others_could_come_in)
{
	struct url there;
	const char *why;

	ck_assert_int_eq(url_parse(reaches[_i].url, &there, &why), 0);
	ck_assert_int_eq(bind_is_local(&there, reason), reaches[_i].is_local);
}
END_TEST

START_TEST(a_path_may_have_107_bytes)
{
	size_t size = strlen(folder);

	memset(url.path, 'a', URL_PATH_MAX);
	memcpy(url.path, folder, size);
	url.path[size] = '/';
	url.path[URL_PATH_MAX] = '\0';
	ck_assert_int_eq(bind_it(0600), 1);
	ck_assert_int_eq(connect_to(url.path), 0);
}
END_TEST

START_TEST(a_file_that_nobody_listens_on_is_replaced)
{
	ck_assert_int_eq(bind_it(0666), 1);
	close(fds[--count]);
	ck_assert_int_eq(connect_to(url.path), -1);
	ck_assert_int_eq(bind_it(0600), 1);
	ck_assert_int_eq(connect_to(url.path), 0);
	ck_assert_uint_eq(mode_of(url.path), S_IFSOCK | 0600);
}
END_TEST

START_TEST(a_socket_in_use_is_left_alone)
{
	ck_assert_int_eq(bind_it(0600), 1);
	refused(-EADDRINUSE, url.path);
	ck_assert_int_eq(connect_to(url.path), 0);
}
END_TEST

START_TEST(a_busy_socket_with_a_full_queue_is_left_alone)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	int waiting = socket(AF_UNIX, SOCK_STREAM, 0);

	strcpy(address.sun_path, url.path);
	ck_assert_int_eq(bind(fd, (const void *)&address, sizeof address), 0);
	ck_assert_int_eq(listen(fd, 0), 0);
	ck_assert_int_eq(
	    connect(waiting, (const void *)&address, sizeof address), 0);
	refused(-EADDRINUSE, "another process listens");
	close(waiting);
	close(fd);
}
END_TEST

START_TEST(a_socket_of_another_type_is_left_alone)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);

	strcpy(address.sun_path, url.path);
	ck_assert_int_eq(bind(fd, (const void *)&address, sizeof address), 0);
	refused(-EPROTOTYPE, url.path);
	ck_assert(S_ISSOCK(mode_of(url.path)));
	close(fd);
}
END_TEST

START_TEST(a_file_that_is_no_socket_is_left_alone)
{
	close(open(url.path, O_CREAT | O_WRONLY, 0644));
	refused(-EEXIST, "move it away");
	ck_assert(S_ISREG(mode_of(url.path)));
}
END_TEST

START_TEST(a_link_is_left_alone)
{
	ck_assert_int_eq(symlink("/nowhere", url.path), 0);
	refused(-EEXIST, url.path);
	ck_assert(S_ISLNK(mode_of(url.path)));
}
END_TEST

START_TEST(a_missing_folder_is_named)
{
	char expected[BIND_REASON];

	snprintf(url.path, sizeof url.path, "%s/missing/socket", folder);
	snprintf(expected, sizeof expected, "%s/missing: No such file", folder);
	refused(-ENOENT, expected);
}
END_TEST

START_TEST(what_fails_leaves_no_descriptor_open)
{
	int next = dup(STDIN_FILENO);
	int after;

	close(next);
	close(open(url.path, O_CREAT | O_WRONLY, 0644));
	refused(-EEXIST, url.path);
	snprintf(url.path, sizeof url.path, "%s/missing/socket", folder);
	refused(-ENOENT, folder);
	after = dup(STDIN_FILENO);
	ck_assert_int_eq(after, next);
	close(after);
	snprintf(url.path, sizeof url.path, "%s/socket", folder);
}
END_TEST

START_TEST(the_name_of_a_path_is_itself)
{
	struct url name;

	ck_assert_int_eq(bind_it(0600), 1);
	bind_name(&url, fds[0], &name);
	ck_assert_mem_eq(&name, &url, sizeof url);
}
END_TEST

/* ---- tcp ---- */

static void
want_host(const char *host, uint16_t port)
{
	url = (struct url){ .scheme = URL_TCP, .port = port };
	strcpy(url.host, host);
}

static bool
has_ipv6(void)
{
	struct sockaddr_in6 at = { .sin6_family = AF_INET6,
				   .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	int fd = socket(AF_INET6, SOCK_STREAM, 0);
	int r = fd < 0 ? -1 : bind(fd, (const void *)&at, sizeof at);

	close(fd);
	return r == 0;
}

START_TEST(port_0_is_resolved)
{
	struct url name;

	want_host("127.0.0.1", 0);
	ck_assert_int_eq(bind_it(0600), 1);
	bind_name(&url, fds[0], &name);
	ck_assert_str_eq(name.host, "127.0.0.1");
	ck_assert_uint_ne(name.port, 0);
	/* It can be had again while nobody has it. */
	close(fds[--count]);
	url = name;
	ck_assert_int_eq(bind_it(0600), 1);
}
END_TEST

START_TEST(an_ipv6_address_is_bound_and_named)
{
	struct url name;

	if (!has_ipv6())
		return;
	want_host("::1", 0);
	ck_assert_int_eq(bind_it(0600), 1);
	bind_name(&url, fds[0], &name);
	ck_assert_str_eq(name.host, "::1");
	ck_assert_uint_ne(name.port, 0);
}
END_TEST

static int
option(int level, int name)
{
	socklen_t size = sizeof(int);
	int value = -1;

	getsockopt(fds[0], level, name, &value, &size);
	return value;
}

START_TEST(a_dead_peer_is_probed_three_times_and_noticed_in_half_a_minute)
{
	want_host("127.0.0.1", 0);
	ck_assert_int_eq(bind_it(0600), 1);
	ck_assert_int_eq(option(SOL_SOCKET, SO_KEEPALIVE), 1);
	ck_assert_int_eq(option(IPPROTO_TCP, TCP_KEEPCNT), 3);
	ck_assert_int_eq(option(IPPROTO_TCP, TCP_KEEPIDLE) +
			     option(IPPROTO_TCP, TCP_KEEPINTVL) * 3,
			 30);
	ck_assert_int_eq(option(IPPROTO_TCP, TCP_USER_TIMEOUT), 30000);
}
END_TEST

START_TEST(a_port_in_use_is_refused)
{
	struct url name;

	want_host("127.0.0.1", 0);
	ck_assert_int_eq(bind_it(0600), 1);
	bind_name(&url, fds[0], &name);
	url = name;
	refused(-EADDRINUSE, "in use");
}
END_TEST

START_TEST(an_address_of_others_is_refused)
{
	want_host("192.0.2.1", 0); /* TEST-NET-1 of RFC 5737 */
	refused(-EADDRNOTAVAIL, "bind");
}
END_TEST

START_TEST(a_host_that_is_none_is_named)
{
	char label[65] = "";

	memset(label, 'a', 64); /* one more than DNS can ask for */
	want_host(label, 0);
	refused(-ENOENT, label);
}
END_TEST

/* A machine without IPv6, as far as bind(2) tells. */
static bool has_no_ipv6;
int __real_bind(int fd, const struct sockaddr *address, socklen_t size);
int __wrap_bind(int fd, const struct sockaddr *address, socklen_t size);

int
__wrap_bind(int fd, const struct sockaddr *address, socklen_t size)
{
	if (!has_no_ipv6 || address->sa_family != AF_INET6)
		return __real_bind(fd, address, size);
	errno = EADDRNOTAVAIL;
	return -1;
}

START_TEST(of_a_host_those_addresses_are_bound_that_the_machine_has)
{
	struct url name;

	has_no_ipv6 = true;
	want_host("localhost", 0);
	ck_assert_int_ge(bind_it(0600), 1);
	bind_name(&url, fds[0], &name);
	ck_assert_str_eq(name.host, "127.0.0.1");
}
END_TEST

START_TEST(a_host_of_which_the_machine_has_no_address_is_refused)
{
	has_no_ipv6 = true;
	want_host("::1", 0);
	refused(-EADDRNOTAVAIL, "bind");
}
END_TEST

START_TEST(a_folder_that_somebody_keeps_locked_is_named)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY);

	ck_assert_int_eq(flock(fd, LOCK_EX), 0);
	refused(-EWOULDBLOCK, folder);
	close(fd);
	ck_assert_int_eq(bind_it(0600), 1);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("net bind");
	TCase *tcase = suite_case(suite, "unix", set_up, tear_down);

	tcase_add_loop_test(tcase, the_mode_is_what_was_asked_for, 0, 5);
	tcase_add_test(tcase, a_socket_listens_and_does_not_block);
	tcase_add_loop_test(tcase, it_is_known_whether_others_could_come_in, 0,
			    sizeof reaches / sizeof reaches[0]);
	tcase_add_test(tcase, a_path_may_have_107_bytes);
	tcase_add_test(tcase, a_file_that_nobody_listens_on_is_replaced);
	tcase_add_test(tcase, a_socket_in_use_is_left_alone);
	tcase_add_test(tcase, a_busy_socket_with_a_full_queue_is_left_alone);
	tcase_add_test(tcase, a_socket_of_another_type_is_left_alone);
	tcase_add_test(tcase, a_file_that_is_no_socket_is_left_alone);
	tcase_add_test(tcase, a_link_is_left_alone);
	tcase_add_test(tcase, a_missing_folder_is_named);
	tcase_add_test(tcase, a_folder_that_somebody_keeps_locked_is_named);
	tcase_add_test(tcase, what_fails_leaves_no_descriptor_open);
	tcase_add_test(tcase, the_name_of_a_path_is_itself);

	tcase = suite_case(suite, "tcp", set_up, tear_down);
	tcase_add_test(tcase, port_0_is_resolved);
	tcase_add_test(tcase, an_ipv6_address_is_bound_and_named);
	tcase_add_test(
	    tcase,
	    a_dead_peer_is_probed_three_times_and_noticed_in_half_a_minute);
	tcase_add_test(tcase, a_port_in_use_is_refused);
	tcase_add_test(tcase, an_address_of_others_is_refused);
	tcase_add_test(tcase, a_host_that_is_none_is_named);
	tcase_add_test(
	    tcase, of_a_host_those_addresses_are_bound_that_the_machine_has);
	tcase_add_test(tcase,
		       a_host_of_which_the_machine_has_no_address_is_refused);
	return suite_run(suite);
}
