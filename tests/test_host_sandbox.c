/* SPDX-License-Identifier: MIT */
/*
 * What is refused when the sandbox is on. Each attempt is made by a child
 * that has given it all up, as the daemon does, and tells what it got.
 */
#include "host/filter.h"
#include "host/landlock.h"

#include "suite.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { NOT_THERE = 254, FAILED = 255 }; /* no errno value is so high */

static char folder[] = "/tmp/chand-sandbox-XXXXXX";
static char inside[64];
static const char *outside = "/etc/passwd";

static void
write_file(const char *path)
{
	int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);

	ck_assert_int_ge(fd, 0);
	close(fd);
}

static void
set_up(void)
{
	strcpy(folder + sizeof folder - 7, "XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(inside, sizeof inside, "%s/file", folder);
	write_file(inside);
}

static void
tear_down(void)
{
	unlink(inside);
	rmdir(folder);
}

/* ---- what a child tries: 0, or errno ---- */

static int
told(long r)
{
	return r < 0 ? errno : 0;
}

static int
read_outside(void)
{
	return told(open(outside, O_RDONLY | O_CLOEXEC));
}

static int
read_inside(void)
{
	return told(open(inside, O_RDONLY | O_CLOEXEC));
}

static int
write_inside(void)
{
	return told(open(inside, O_WRONLY | O_CLOEXEC));
}

static int
list_inside(void)
{
	return told(open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

static int
unlink_inside(void)
{
	return told(unlink(inside));
}

static int
run_a_program(void)
{
	static char name[] = "/bin/true";
	char *arguments[] = { name, NULL };

	return told(execve(name, arguments, NULL));
}

static int
begin_a_process(void)
{
	pid_t child = fork();

	if (child == 0)
		_exit(0);
	return told(child);
}

static int
connect_to(const void *address, socklen_t size, int family)
{
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	return fd < 0 ? errno : told(connect(fd, address, size));
}

static int
connect_by_tcp(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_port = htons(9),
				       .sin_addr = { htonl(INADDR_LOOPBACK) } };

	return connect_to(&address, sizeof address, AF_INET);
}

static int
bind_by_tcp(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_port = htons(59999),
				       .sin_addr = { htonl(INADDR_LOOPBACK) } };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	return fd < 0 ? errno
		      : told(bind(fd, (const void *)&address, sizeof address));
}

static int
connect_to_a_path(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	strcpy(address.sun_path, inside);
	return connect_to(&address, sizeof address, AF_UNIX);
}

static int
make_code(void)
{
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (page == MAP_FAILED)
		return FAILED;
	return told(mprotect(page, 4096, PROT_READ | PROT_EXEC));
}

static int
map_code(void)
{
	return mmap(NULL, 4096, PROT_READ | PROT_EXEC,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED
		   ? errno
		   : 0;
}

static int
look_into_another(void)
{
	return told(ptrace(PTRACE_ATTACH, getppid(), NULL, NULL));
}

static int
signal_another(void)
{
	return told(kill(getppid(), 0));
}

static int
what_a_daemon_does(void)
{
	char byte;
	int fds[2];
	void *memory = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED || munmap(memory, 1 << 20) < 0)
		return errno;
	fds[0] = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	fds[1] = fcntl(STDERR_FILENO, F_GETFD);
	return fds[0] < 0 || fds[1] < 0 || read(fds[0], &byte, 0) < 0 ? errno
								      : 0;
}

/* ---- the child ---- */

static int
confine(bool files, bool calls)
{
	const struct landlock_folder folders[] = {
		{ folder, LANDLOCK_READ },
		{ folder, LANDLOCK_UNLINK },
		{ "/nowhere/at/all", LANDLOCK_READ },
	};
	int r = files ? landlock_enter(folders, 3) : 0;

	if (r >= 0 && calls)
		r = filter_enter();
	return r;
}

static int
try_confined(int (*attempt)(void), bool files, bool calls)
{
	pid_t child = fork();
	int status, r;

	ck_assert_int_ge(child, 0);
	if (child == 0) {
		r = confine(files, calls);
		if (r < 0)
			_exit(r == -ENOSYS || r == -EOPNOTSUPP ? NOT_THERE
							       : FAILED);
		_exit(attempt());
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_msg(WIFEXITED(status), "the child was killed: %d", status);
	return WEXITSTATUS(status);
}

/* Where the kernel or the build has none of it, that is what is said. */
static void
is_told(int got, int expected)
{
	ck_assert_msg(got == expected || got == NOT_THERE, "%d (%s), not %d",
		      got, strerror(got), expected);
}

static void
files_alone(int (*attempt)(void), int expected)
{
	is_told(try_confined(attempt, true, false), expected);
}

static void
calls_alone(int (*attempt)(void), int expected)
{
	is_told(try_confined(attempt, false, true), expected);
}

START_TEST(none_of_it_is_refused_without_a_sandbox)
{
	ck_assert_int_eq(try_confined(read_outside, false, false), 0);
	ck_assert_int_eq(try_confined(begin_a_process, false, false), 0);
	ck_assert_int_eq(try_confined(make_code, false, false), 0);
	ck_assert_int_eq(try_confined(map_code, false, false), 0);
	ck_assert_int_eq(try_confined(signal_another, false, false), 0);
	ck_assert_int_eq(try_confined(connect_by_tcp, false, false),
			 ECONNREFUSED);
}
END_TEST

START_TEST(landlock_leaves_the_folders_that_are_needed)
{
	files_alone(read_inside, 0);
	files_alone(list_inside, 0);
	files_alone(unlink_inside, 0);
}
END_TEST

START_TEST(landlock_refuses_all_other_files)
{
	files_alone(read_outside, EACCES);
	files_alone(write_inside, EACCES);
	files_alone(run_a_program, EACCES);
}
END_TEST

/* From the kernel's fourth version of it on; the filter refuses it anyway. */
START_TEST(landlock_refuses_tcp)
{
	int got = try_confined(connect_by_tcp, true, false);

	ck_assert(got == EACCES || got == ECONNREFUSED || got == NOT_THERE);
	got = try_confined(bind_by_tcp, true, false);
	ck_assert(got == EACCES || got == 0 || got == NOT_THERE);
}
END_TEST

START_TEST(the_filter_refuses_what_a_daemon_never_does)
{
	calls_alone(run_a_program, EPERM);
	calls_alone(begin_a_process, EPERM);
	calls_alone(connect_by_tcp, EPERM);
	calls_alone(connect_to_a_path, EPERM);
	calls_alone(bind_by_tcp, EPERM);
	calls_alone(make_code, EPERM);
	calls_alone(map_code, EPERM);
	calls_alone(look_into_another, EPERM);
	calls_alone(signal_another, EPERM);
}
END_TEST

START_TEST(the_filter_leaves_what_it_does)
{
	calls_alone(what_a_daemon_does, 0);
	calls_alone(read_inside, 0);
}
END_TEST

START_TEST(both_together_refuse_all_three)
{
	is_told(try_confined(run_a_program, true, true), EPERM);
	is_told(try_confined(read_outside, true, true), EACCES);
	is_told(try_confined(connect_by_tcp, true, true), EPERM);
	is_told(try_confined(what_a_daemon_does, true, true), 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("sandbox");
	TCase *tcase = suite_case(suite, "refused", set_up, tear_down);

	tcase_add_test(tcase, none_of_it_is_refused_without_a_sandbox);
	tcase_add_test(tcase, landlock_leaves_the_folders_that_are_needed);
	tcase_add_test(tcase, landlock_refuses_all_other_files);
	tcase_add_test(tcase, landlock_refuses_tcp);
	tcase_add_test(tcase, the_filter_refuses_what_a_daemon_never_does);
	tcase_add_test(tcase, the_filter_leaves_what_it_does);
	tcase_add_test(tcase, both_together_refuse_all_three);
	return suite_run(suite);
}
